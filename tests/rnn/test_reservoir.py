"""The reservoir is drawn as asked, and advances by its equation, however a run is cut."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn import ReservoirConfig, draw_reservoir, run, step

CONFIG = ReservoirConfig(
    n_units=60, n_inputs=3, n_contexts=2, density=0.2, leak=0.4, context_scale=0.3
)
NETWORK = draw_reservoir(CONFIG, rng=np.random.default_rng(5))


def plain_loop(network, inputs, contexts, state):
    """r <- (1 - leak) r + leak tanh(A r + B u + C c + d), unit by unit."""
    recurrent = network.recurrent.toarray()
    states = []
    for u, c in zip(inputs, contexts, strict=True):
        after = np.empty_like(state)
        for i in range(len(state)):
            drive = sum(recurrent[i, j] * state[j] for j in range(len(state)))
            drive += sum(network.inputs[i, j] * u[j] for j in range(len(u)))
            drive += sum(network.context[i, j] * c[j] for j in range(len(c)))
            drive += network.bias[i]
            after[i] = (1.0 - network.leak) * state[i] + network.leak * np.tanh(drive)
        state = after
        states.append(state)
    return np.array(states)


@pytest.mark.parametrize("radius", [0.0, 0.5, 0.9, 1.7])
def test_spectral_radius_is_the_one_asked_for(radius, rng):
    network = draw_reservoir(ReservoirConfig(n_units=80, spectral_radius=radius), rng=rng)
    eigenvalues = np.linalg.eigvals(network.recurrent.toarray())
    assert np.abs(eigenvalues).max() == pytest.approx(radius, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("density", [0.02, 0.3, 1.0])
def test_density_is_the_one_asked_for(density, rng):
    n = 150
    network = draw_reservoir(ReservoirConfig(n_units=n, density=density), rng=rng)
    deviation = np.sqrt(density * (1.0 - density)) / n
    assert network.recurrent.nnz / n**2 == pytest.approx(density, abs=5.0 * deviation + 1e-12)


def test_weights_fill_the_scales_asked_for(rng):
    config = ReservoirConfig(n_units=500, input_scale=2.0, context_scale=1e-3, bias_scale=0.25)
    network = draw_reservoir(config, rng=rng)
    for weights, scale in ((network.inputs, 2.0), (network.context, 1e-3), (network.bias, 0.25)):
        assert 0.95 * scale < np.abs(weights).max() <= scale
        assert abs(weights.mean()) < 0.15 * scale


def test_one_seed_is_one_draw_and_another_seed_another():
    first, again, other = (draw_reservoir(CONFIG, rng=np.random.default_rng(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(first.recurrent.toarray(), again.recurrent.toarray())
    for name in ("inputs", "context", "bias"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
        assert np.all(getattr(first, name) != getattr(other, name))


def test_one_part_of_the_draw_does_not_depend_on_another():
    few, many = (
        draw_reservoir(ReservoirConfig(n_units=40, n_inputs=n), rng=np.random.default_rng(3))
        for n in (1, 7)
    )
    np.testing.assert_array_equal(few.recurrent.toarray(), many.recurrent.toarray())
    np.testing.assert_array_equal(few.context, many.context)
    np.testing.assert_array_equal(few.bias, many.bias)


def test_a_draw_without_any_recurrent_weight_runs(rng):
    network = draw_reservoir(ReservoirConfig(n_units=1, density=1e-9), rng=rng)
    assert network.recurrent.nnz == 0
    states = run(network, np.ones((4, 1)), np.zeros(1))
    np.testing.assert_allclose(states, np.tanh(network.inputs[0, 0] + network.bias[0]))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, 0) for name in ("n_units", "n_inputs", "n_contexts")),
        *((name, value) for name in ("density", "leak") for value in (0.0, -0.1, 1.1, np.nan)),
        *(
            (name, value)
            for name in ("spectral_radius", "input_scale", "context_scale", "bias_scale")
            for value in (-1.0, np.inf, np.nan)
        ),
    ],
)
def test_a_bad_value_is_named(name, value):
    with pytest.raises(ValueError, match=f"^{name} must .*got {value}"):
        ReservoirConfig(**{name: value})


def test_a_run_is_the_equation(rng):
    inputs = rng.standard_normal((12, 3))
    contexts = rng.standard_normal((12, 2))
    state = rng.uniform(-1.0, 1.0, 60)
    expected = plain_loop(NETWORK, inputs, contexts, state)
    np.testing.assert_allclose(run(NETWORK, inputs, contexts, state), expected, atol=1e-13)


def test_a_run_starts_from_zero_and_goes_step_by_step(rng):
    inputs = rng.standard_normal((2, 3))
    drives = inputs @ NETWORK.inputs.T + NETWORK.bias
    first = step(NETWORK, np.zeros(60), drives[0])
    second = step(NETWORK, first, drives[1])
    states = NETWORK.run(inputs, np.zeros(2))
    np.testing.assert_allclose(states, [first, second], atol=1e-15)


@given(
    n=st.integers(0, 40),
    cuts=st.lists(st.integers(0, 40), max_size=4),
    varying=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_split_run_is_the_whole_run_to_the_last_bit(n, cuts, varying, seed):
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((n, 3))
    context = rng.standard_normal((n, 2) if varying else 2)
    edges = [0, *sorted(min(cut, n) for cut in cuts), n]
    state, parts = np.zeros(60), []
    for start, stop in pairwise(edges):
        part = run(NETWORK, inputs[start:stop], context[start:stop] if varying else context, state)
        state = part[-1] if len(part) else state
        parts.append(part)
    np.testing.assert_array_equal(np.concatenate(parts), run(NETWORK, inputs, context))


def test_a_constant_context_is_a_context_that_does_not_vary(rng):
    inputs, context = rng.standard_normal((9, 3)), np.array([0.7, -2.0])
    np.testing.assert_array_equal(
        run(NETWORK, inputs, context), run(NETWORK, inputs, np.tile(context, (9, 1)))
    )


def test_a_run_changes_nothing_that_it_was_given(rng):
    given_arrays = rng.standard_normal((5, 3)), rng.standard_normal((5, 2)), rng.random(60)
    before = [array.copy() for array in given_arrays]
    run(NETWORK, *given_arrays)
    for array, copy in zip(given_arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("shape", [(5, 2), (5, 4), (3,), (1, 5, 3)])
def test_inputs_of_a_wrong_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"inputs must have shape \(time, 3\), got \(") as error:
        run(NETWORK, np.zeros(shape), np.zeros(2))
    assert str(shape) in str(error.value)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (5, 1), (4, 2), (2, 5)])
def test_a_context_of_a_wrong_shape_is_refused(shape):
    with pytest.raises(ValueError, match=r"context must have shape \(2,?\) or \(5, 2\)") as error:
        run(NETWORK, np.zeros((5, 3)), np.zeros(shape))
    assert str(shape) in str(error.value)


@pytest.mark.parametrize("shape", [(59,), (61,), (1,), (60, 2)])
def test_a_state_of_a_wrong_shape_is_refused(shape):
    with pytest.raises(ValueError, match=r"state|dimension|shape|broadcast"):
        run(NETWORK, np.zeros((5, 3)), np.zeros(2), np.zeros(shape))
