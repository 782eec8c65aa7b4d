"""Fixed points, eigenvalues and exponents of closed loops are those worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from rnn import (
    AttractorMemory,
    FlowConfig,
    Readout,
    Reservoir,
    ReservoirConfig,
    Schedule,
    closed_loop,
    draw_reservoir,
    fixed_point,
    free_run,
    hopf_context,
    observe,
)
from rnn.attractors.lyapunov import RENORMALISE_STEPS

FLOW = FlowConfig(rate=4.0, dt=0.02)
# Weights M of the ring below: their eigenvalue along (1, 1, 1), and those across it.
ALONG, ACROSS, TURN = -0.5, 1.5, 2.0


def memory_of(recurrent, inputs, context, bias, readout):
    reservoir = Reservoir(scipy.sparse.csr_array(recurrent), inputs, context, bias, 1.0)
    return AttractorMemory(reservoir, FLOW, readout, np.zeros((1, 1)), np.zeros((len(bias), 1)))


def ring(across=ACROSS, turn=TURN):
    """Three units in a ring, so that M has the eigenvalues above, of which B W is a part.

    Along (1, 1, 1) all units are at s = tanh(ALONG s + c). There the Jacobian is
    rate (-1 + (1 - s^2) M): the pair crosses the imaginary axis where (1 - s^2) ACROSS = 1.
    """
    even = np.full((3, 3), 1.0 / 3.0)
    onwards = np.roll(np.eye(3), 1, axis=0)
    weights = ALONG * even + across * (np.eye(3) - even)
    weights += turn * (onwards - onwards.T) / np.sqrt(3.0)
    rng = np.random.default_rng(3)
    inputs, readout = rng.standard_normal((2, 3, 2))
    offset = np.array([0.3, -0.2])
    return memory_of(
        weights - inputs @ readout.T,
        inputs,
        np.ones((3, 1)),
        -inputs @ offset,
        Readout(readout, offset),
    )


def level_at(context):
    """s = tanh(ALONG s + c), by bisection."""
    low, high = -1.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if middle < np.tanh(ALONG * middle + context) else (low, middle)
    return low


def drawn(seed=0):
    """A reservoir with a readout that leaves it at rest."""
    rng = np.random.default_rng(seed)
    config = ReservoirConfig(
        n_units=25, n_inputs=2, n_contexts=2, density=0.3, spectral_abscissa=0.7, context_scale=0.2
    )
    readout = Readout(rng.uniform(-0.1, 0.1, (25, 2)), np.array([0.1, 0.2]))
    reservoir = draw_reservoir(config, rng=rng)
    return AttractorMemory(reservoir, FLOW, readout, np.zeros((2, 1)), np.zeros((25, 1)))


def velocity(memory, state, context):
    reservoir, readout = memory.reservoir, memory.readout
    outputs = readout.weights.T @ state + readout.offset
    drive = reservoir.recurrent @ state + reservoir.inputs @ outputs
    drive += reservoir.context @ context + reservoir.bias
    return memory.flow.rate * (np.tanh(drive) - state)


def watch(memory, contexts, state, *, n_steps=4000, n_tangents=1, every=20):
    rng = np.random.default_rng(9)
    return observe(
        memory, contexts, state, n_steps=n_steps, every=every, n_tangents=n_tangents, rng=rng
    )


@pytest.mark.parametrize("context", [[0.0, 0.0], [1.0, -2.0]])
def test_a_closed_loop_rests_at_the_fixed_point(context):
    memory, context = drawn(), np.array(context)
    found = fixed_point(memory, context, np.zeros(25))
    np.testing.assert_allclose(velocity(memory, found.state, context), 0.0, atol=1e-12)
    _, last = closed_loop(
        memory.reservoir, FLOW, memory.readout, context[:, None], found.state[:, None], n_steps=50
    )
    np.testing.assert_allclose(last[:, 0], found.state, atol=1e-12)


def test_the_jacobian_is_how_the_velocity_changes():
    memory, context = drawn(), np.array([1.0, -2.0])
    found = fixed_point(memory, context, np.zeros(25))
    size = 1e-6
    for unit, step in enumerate(size * np.eye(25)):
        ahead = velocity(memory, found.state + step, context)
        behind = velocity(memory, found.state - step, context)
        change = (ahead - behind) / (2.0 * size)
        np.testing.assert_allclose(found.jacobian[:, unit], change, atol=1e-7)


@pytest.mark.parametrize("context", [-2.0, -0.7, 0.0, 0.3])
def test_the_fixed_point_of_a_ring_is_that_worked_out(context):
    found = fixed_point(ring(), np.array([context]), np.zeros(3))
    level = level_at(context)
    np.testing.assert_allclose(found.state, level, atol=1e-9)
    pair = FLOW.rate * ((1.0 - level**2) * (ACROSS + 1j * TURN) - 1.0)
    assert found.leading_pair() == pytest.approx(pair, abs=1e-6)


@pytest.mark.parametrize("n_steps", [1, 8, 20])
def test_a_pair_crosses_at_the_context_worked_out(n_steps):
    level = -np.sqrt(1.0 - 1.0 / ACROSS)
    expected = np.arctanh(level) - ALONG * level
    guess = np.full(3, level_at(-2.0))
    found = hopf_context(ring(), guess, (-2.0, 0.0), n_steps=n_steps)
    assert found == pytest.approx(expected, abs=2e-4)


def test_a_pair_that_does_not_cross_is_no_crossing():
    guess = np.full(3, level_at(-2.0))
    with pytest.raises(
        ArithmeticError, match=r"no pair .* crosses between contexts \(-2.0, -1.5\)"
    ):
        hopf_context(ring(), guess, (-2.0, -1.5))


def test_without_an_oscillation_there_is_no_pair():
    found = fixed_point(ring(turn=0.0), np.array([-2.0]), np.zeros(3))
    real = found._replace(jacobian=np.diag([-1.0, -2.0, 3.0]))
    with pytest.raises(ArithmeticError, match="no eigenvalue of this fixed point oscillates"):
        real.leading_pair()


@pytest.mark.parametrize(("guess", "n_iterations"), [(np.nan, 50), (0.9, 1), (0.9, 0)])
def test_a_fixed_point_that_is_not_found_is_said_with_its_context(guess, n_iterations):
    with pytest.raises(ArithmeticError, match=r"no fixed point was found .* context \[0.5\]"):
        fixed_point(ring(), np.array([0.5]), np.full(3, guess), n_iterations=n_iterations)


@pytest.mark.parametrize(
    ("across", "turn", "leading"), [(-3.0, 2.0, ALONG), (0.6, 2.0, 0.6), (0.9, 0.0, 0.9)]
)
def test_at_rest_the_exponent_is_the_leading_real_part(across, turn, leading):
    memory, contexts = ring(across, turn), np.array([[0.0, 0.4, 1.0]])
    state = np.stack([np.full(3, level_at(context)) for context in contexts[0]], axis=1)
    seen = watch(memory, contexts, state, n_tangents=3)
    expected = FLOW.rate * ((1.0 - state[0] ** 2) * leading - 1.0)
    np.testing.assert_allclose(seen.exponents, expected, atol=0.01)


def test_the_exponent_of_a_drawn_loop_is_that_of_its_jacobian():
    memory, contexts = drawn(), np.array([[0.0, 1.0], [0.0, -2.0]])
    seen = watch(memory, contexts, np.zeros((25, 2)), n_tangents=2, n_steps=6000)
    for run in range(2):
        found = fixed_point(memory, contexts[:, run], seen.state[:, run])
        expected = np.linalg.eigvals(found.jacobian).real.max()
        assert seen.exponents[run] == pytest.approx(expected, abs=0.03)


def test_along_a_cycle_nothing_grows():
    seen = watch(ring(), np.zeros((1, 1)), np.array([[0.5], [0.0], [-0.3]]), n_steps=10_000)
    assert seen.outputs[-50:].std() > 0.1
    assert seen.exponents.item() == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("every", [1, 3, 20, RENORMALISE_STEPS + 50])
def test_what_is_seen_is_what_is_replayed(every):
    """In whole blocks, at least for as long as was asked."""
    memory, contexts = ring(), np.array([[0.0, 0.2, -0.1]])
    state = np.random.default_rng(1).uniform(-0.5, 0.5, (3, 3))
    seen = watch(memory, contexts, state, n_steps=500, n_tangents=2, every=every)
    n_steps = len(seen.outputs) * every
    assert n_steps >= 500
    outputs, last = free_run(
        memory, Schedule.constant(contexts), state, n_steps=n_steps, every=every
    )
    np.testing.assert_array_equal(seen.outputs, outputs)
    np.testing.assert_array_equal(seen.state, last)
    assert seen.exponents.shape == (2,)


@pytest.mark.parametrize("every", [3, 150, 450])
def test_the_exponent_does_not_depend_on_what_is_kept(every):
    memory, state = ring(0.6), np.zeros((3, 1))
    seen = watch(memory, np.zeros((1, 1)), state, n_steps=9000, every=every)
    assert seen.exponents.item() == pytest.approx(FLOW.rate * (0.6 - 1.0), abs=0.01)


def test_a_run_that_diverges_is_not_finite_and_leaves_the_others_alone():
    memory, contexts = ring(0.6), np.zeros((1, 2))
    state = np.array([[0.1, np.inf], [0.2, 0.0], [0.3, 0.0]])
    seen = watch(memory, contexts, state, n_tangents=2)
    assert not np.isfinite(seen.exponents[1])
    assert not np.isfinite(seen.outputs[:, 1]).any()
    alone = watch(memory, contexts[:, :1], state[:, :1], n_tangents=0)
    np.testing.assert_array_equal(seen.outputs[:, :1], alone.outputs)
    assert np.isfinite(seen.exponents[0])


@pytest.mark.parametrize("n_tangents", [-1, 3])
def test_more_tangents_than_runs_are_refused(n_tangents):
    with pytest.raises(ValueError, match=f"n_tangents must be at most 2, .* got {n_tangents}"):
        watch(ring(), np.zeros((1, 2)), np.zeros((3, 2)), n_tangents=n_tangents)


def test_a_fixed_point_is_one_where_nothing_is_read():
    # What the readout does not see must have settled as well.
    seen = drawn()
    unread = Readout(np.zeros((25, 2)), np.zeros(2))
    memory = AttractorMemory(seen.reservoir, FLOW, unread, seen.contexts, seen.states)
    state = fixed_point(memory, np.zeros(2), np.full(25, 0.9)).state
    np.testing.assert_allclose(velocity(memory, state, np.zeros(2)), 0.0, atol=1e-9)


def test_a_singular_jacobian_and_a_guess_that_is_none_find_no_fixed_point():
    memory = memory_of(
        np.eye(2),
        np.zeros((2, 1)),
        np.zeros((2, 1)),
        np.zeros(2),
        Readout(np.ones((2, 1)), np.zeros(1)),
    )
    for guess in (np.zeros(2), np.full(2, np.inf), np.full(2, np.nan)):
        with pytest.raises(ArithmeticError, match="no fixed point"):
            fixed_point(memory, np.zeros(1), guess)


def test_nothing_is_seen_in_no_time():
    with pytest.raises(ValueError, match="n_steps and every must be at least 1"):
        watch(ring(), np.zeros((1, 1)), np.zeros((3, 1)), n_steps=0)


@pytest.mark.parametrize("n_states", [1, 3, 4])
@pytest.mark.parametrize("n_tangents", [0, 1])
def test_states_that_are_not_one_a_run_are_refused(n_states, n_tangents):
    """A third state is not the tangent of a run: the exponent would be of nothing."""
    with pytest.raises(ValueError, match=rf"state must have shape \(25, 2\).*\(25, {n_states}\)"):
        watch(drawn(), np.zeros((2, 2)), np.zeros((25, n_states)), n_tangents=n_tangents)


@pytest.mark.parametrize("shape", [(1, 2), (3, 2), (2,), (5, 2, 2)])
def test_contexts_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"contexts must have shape \(2, run\)"):
        watch(drawn(), np.zeros(shape), np.zeros((25, 2)))


@pytest.mark.parametrize(
    ("context", "guess"),
    [((1,), (25,)), ((2, 1), (25,)), ((3,), (25,)), ((2,), (25, 1)), ((2,), (24,)), ((), (25,))],
)
def test_a_fixed_point_of_another_shape_is_refused(context, guess):
    with pytest.raises(ValueError, match=r"context must have shape \(2,\) and guess \(25,\)"):
        fixed_point(drawn(), np.zeros(context), np.zeros(guess))
