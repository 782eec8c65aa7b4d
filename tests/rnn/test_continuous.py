"""A reservoir in continuous time flows by its equation, whatever runs beside it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import scipy.io
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from rnn import (
    FlowConfig,
    Readout,
    Reservoir,
    ReservoirConfig,
    closed_loop,
    draw_reservoir,
    drive,
    linearised_loop,
)
from rnn.systems import integrate

AUTHORS = Path(__file__).parents[1] / "data/kim2021"
CONFIG = ReservoirConfig(
    n_units=30,
    n_inputs=3,
    n_contexts=2,
    density=0.2,
    spectral_abscissa=0.9,
    operating_point=(0.2, 0.9),
    input_scale=0.4,
    context_scale=0.3,
)
NET = draw_reservoir(CONFIG, rng=np.random.default_rng(6))
FLOW = FlowConfig(rate=5.0, dt=0.02)
READOUT = Readout(np.random.default_rng(7).uniform(-0.3, 0.3, (30, 3)), np.array([0.2, -0.1, 0.3]))
N_STEPS = 20
RUNS = [1, 3, 8, 17]


def swirl(state):
    """A field that keeps three coordinates moving."""
    x, y, z = state
    return np.stack([y, -x, x * y - z])


def case(n_runs, *, seed=0):
    """Stages, contexts that change, and a state."""
    rng = np.random.default_rng(seed)
    stages, _ = integrate(swirl, rng.standard_normal((3, n_runs)), FLOW.dt, N_STEPS)
    contexts = rng.standard_normal((N_STEPS + 1, 2, n_runs))
    return stages, contexts, rng.uniform(-0.9, 0.9, (30, n_runs))


def driven(stages, contexts, state, **kwargs):
    return drive(NET, FLOW, stages, contexts, state, **kwargs)


def closed(contexts, state, *, n_steps=N_STEPS, **kwargs):
    return closed_loop(NET, FLOW, READOUT, contexts, state, n_steps=n_steps, **kwargs)


def plain_steps(contexts, state, source):
    """States after each step, by dense matrices; ``source(step, stage, state)`` is the input."""
    recurrent, dt = NET.recurrent.toarray(), FLOW.dt
    states = []
    for step, (begin, end) in enumerate(pairwise(contexts)):
        middle = begin + (end - begin) / 2.0

        def slope(stage, state, context, step=step):
            drive = recurrent @ state + NET.inputs @ source(step, stage, state)
            drive += NET.context @ context + NET.bias[:, None]
            return FLOW.rate * (np.tanh(drive) - state)

        k1 = slope(0, state, begin)
        k2 = slope(1, state + dt / 2.0 * k1, middle)
        k3 = slope(2, state + dt / 2.0 * k2, middle)
        k4 = slope(3, state + dt * k3, end)
        state = state + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        states.append(state)
    return np.array(states)


def readings(state):
    return READOUT.weights.T @ state + READOUT.offset[:, None]


def assert_same(found, expected):
    for part, expected_part in zip(found, expected, strict=True):
        np.testing.assert_array_equal(part, expected_part)


@pytest.mark.parametrize("n_runs", RUNS)
def test_a_driven_run_is_the_equation(n_runs):
    stages, contexts, state = case(n_runs)
    expected = plain_steps(contexts, state, lambda step, stage, _: stages[step, stage])
    kept, last = driven(stages, contexts, state)
    np.testing.assert_allclose(kept, expected.transpose(0, 2, 1), atol=1e-12)
    np.testing.assert_array_equal(last, kept[-1].T)


@pytest.mark.parametrize("n_runs", RUNS)
def test_a_closed_loop_is_the_equation(n_runs):
    _, contexts, state = case(n_runs)
    expected = plain_steps(contexts, state, lambda step, stage, point: readings(point))
    kept, last = closed(contexts, state)
    np.testing.assert_allclose(last, expected[-1], atol=1e-12)
    outputs = [readings(after).T for after in expected]
    np.testing.assert_allclose(kept, outputs, atol=1e-12)


@given(cut=st.integers(0, N_STEPS), n_runs=st.sampled_from(RUNS), seed=st.integers(0, 999))
def test_a_split_run_is_the_whole_run_to_the_last_bit(cut, n_runs, seed):
    stages, contexts, state = case(n_runs, seed=seed)
    first, between = driven(stages[:cut], contexts[: cut + 1], state)
    second, last = driven(stages[cut:], contexts[cut:], between)
    assert_same(driven(stages, contexts, state), (np.concatenate([first, second]), last))
    first, between = closed(contexts[: cut + 1], state, n_steps=cut)
    second, last = closed(contexts[cut:], between, n_steps=N_STEPS - cut)
    assert_same(closed(contexts, state), (np.concatenate([first, second]), last))


@pytest.mark.parametrize("seed", range(8))
def test_a_run_split_where_the_context_comes_to_rest_is_the_whole_run(seed):
    # What a ramp ends at is what is held, not that up to rounding.
    _, contexts, state = case(3, seed=seed)
    contexts[7:] = contexts[7]
    first, between = closed(contexts[:8], state, n_steps=7)
    second, last = closed(contexts[7:], between, n_steps=N_STEPS - 7)
    assert_same(closed(contexts, state), (np.concatenate([first, second]), last))


@pytest.mark.parametrize("n_runs", [2, 3, 5, 6, 7, 8, 10, 11, 16, 17, 35])
def test_runs_side_by_side_are_those_runs_alone_to_the_last_bit(n_runs):
    stages, contexts, state = case(n_runs)
    states, driven_last = driven(stages, contexts, state)
    outputs, closed_last = closed(contexts, state)
    for run in range(n_runs):
        one = slice(run, run + 1)
        alone = driven(stages[..., one], contexts[..., one], state[:, one])
        assert_same(alone, (states[:, one], driven_last[:, one]))
        alone = closed(contexts[..., one], state[:, one])
        assert_same(alone, (outputs[:, one], closed_last[:, one]))


@pytest.mark.parametrize("n_runs", [3, 8])
def test_a_run_that_has_diverged_leaves_the_others_alone(n_runs):
    _, contexts, state = case(n_runs)
    outputs, _ = closed(contexts, state)
    state[:, 1] = np.inf
    beside, last = closed(contexts, state)
    assert not np.isfinite(beside[:, 1]).any()
    assert not np.isfinite(last[:, 1]).any()
    others = np.arange(n_runs) != 1
    np.testing.assert_array_equal(beside[:, others], outputs[:, others])


@pytest.mark.parametrize(
    ("n_runs", "n_tangents"), [(1, 1), (3, 2), (5, 1), (8, 8), (10, 9), (17, 5)]
)
def test_tangents_are_small_differences(n_runs, n_tangents):
    _, contexts, state = case(n_runs)
    tangents = np.random.default_rng(1).standard_normal((30, n_tangents))
    outputs, last, turned = linearised_loop(
        NET, FLOW, READOUT, contexts, state, tangents, n_steps=N_STEPS
    )
    assert_same(closed(contexts, state), (outputs, last))
    size = 1e-5
    ahead, behind = (
        closed(contexts[..., :n_tangents], state[:, :n_tangents] + side * size * tangents)[1]
        for side in (1.0, -1.0)
    )
    np.testing.assert_allclose(turned, (ahead - behind) / (2.0 * size), atol=1e-8)


@pytest.mark.parametrize("shape", [(30, 4), (29, 3), (30,), (30, 1, 1)])
def test_tangents_of_no_run_are_refused(shape):
    _, contexts, state = case(3)
    with pytest.raises(ValueError, match=r"tangents must have shape \(30, tangent\), of at most 3"):
        linearised_loop(NET, FLOW, READOUT, contexts, state, np.zeros(shape), n_steps=N_STEPS)


@pytest.mark.parametrize("n_states", [1, 2, 4, 5, 6, 7])
def test_states_that_are_not_one_a_run_are_refused(n_states):
    """More of them are no tangents in disguise."""
    stages, contexts, _ = case(3)
    state = np.zeros((30, n_states))
    for run in (lambda: driven(stages, contexts, state), lambda: closed(contexts, state)):
        with pytest.raises(
            ValueError, match=rf"state must have shape \(30, 3\).*\(30, {n_states}\)"
        ):
            run()


def test_lists_are_arrays():
    stages, contexts, state = case(3)
    assert_same(
        driven(stages.tolist(), contexts.tolist(), state.tolist()), driven(stages, contexts, state)
    )
    assert_same(closed(contexts.tolist(), state.tolist()), closed(contexts, state))


@pytest.mark.parametrize("n_runs", [1, 3])
def test_a_network_in_single_precision_is_the_same_numbers_in_double(n_runs):
    _, contexts, state = case(n_runs)
    single = NET._replace(inputs=NET.inputs.astype(np.float32))
    double = NET._replace(inputs=single.inputs.astype(np.float64))
    found, expected = (
        closed_loop(net, FLOW, READOUT, contexts, state, n_steps=N_STEPS)
        for net in (single, double)
    )
    assert_same(found, expected)


@pytest.mark.parametrize("every", [1, 3, 7, 20, 21])
def test_every_so_many_steps_are_kept(every):
    stages, contexts, state = case(3)
    for run in (
        lambda **kwargs: driven(stages, contexts, state, **kwargs),
        lambda **kwargs: closed(contexts, state, **kwargs),
    ):
        all_kept, last = run()
        assert_same(run(every=every), (all_kept[every - 1 :: every], last))


def test_constant_contexts_are_contexts_that_do_not_vary():
    stages, contexts, state = case(3)
    steady = np.tile(contexts[0], (N_STEPS + 1, 1, 1))
    assert_same(driven(stages, contexts[0], state), driven(stages, steady, state))
    assert_same(closed(contexts[0], state), closed(steady, state))


def test_a_driven_run_starts_from_zero():
    stages, contexts, state = case(3)
    assert_same(driven(stages, contexts, None), driven(stages, contexts, 0.0 * state))


def test_a_run_changes_nothing_that_it_was_given():
    given_arrays = case(3)
    before = [array.copy() for array in given_arrays]
    driven(*given_arrays)
    closed(*given_arrays[1:])
    _, unmoved = driven(given_arrays[0][:0], given_arrays[1][0], given_arrays[2])
    unmoved += 1.0
    assert_same(given_arrays, before)


@pytest.mark.parametrize("loop", ["driven", "closed"])
def test_the_error_falls_with_the_fourth_power_of_the_step(loop):
    start = np.random.default_rng(2).uniform(-0.5, 0.5, (30, 2))
    point = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])

    def end(n_steps):
        flow = FlowConfig(rate=3.0, dt=1.0 / n_steps)
        ramp = np.linspace(0.0, 1.0, n_steps + 1)[:, None, None] * [[1.0, -1.0], [2.0, 0.5]]
        if loop == "closed":
            return closed_loop(NET, flow, READOUT, ramp, start, n_steps=n_steps)[1]
        stages, _ = integrate(swirl, point, flow.dt, n_steps)
        return drive(NET, flow, stages, ramp, start)[1]

    n_steps = np.array([8, 16, 32, 64])
    exact = end(1024)
    errors = [np.linalg.norm(end(n) - exact) for n in n_steps]
    order = -np.polyfit(np.log(n_steps), np.log(errors), 1)[0]
    assert order == pytest.approx(4.0, abs=0.2)


def test_a_loop_that_reads_nothing_relaxes_to_its_operating_point():
    config = ReservoirConfig(n_units=40, spectral_abscissa=0.5, operating_point=(0.6, 0.9))
    net = draw_reservoir(config, rng=np.random.default_rng(1))
    silent = Readout(np.zeros((40, 1)), np.zeros(1))
    state = np.random.default_rng(2).uniform(-1.0, 1.0, (40, 2))
    flow = FlowConfig(rate=1.0, dt=0.1)
    outputs, rest = closed_loop(net, flow, silent, np.zeros((1, 2)), state, n_steps=600)
    np.testing.assert_array_equal(outputs, 0.0)
    np.testing.assert_allclose(rest[:, 0], rest[:, 1], atol=1e-12)
    drive_at_rest = net.recurrent @ rest + net.bias[:, None]
    np.testing.assert_allclose(np.tanh(drive_at_rest), rest, atol=1e-12)
    levels = np.abs(rest)
    assert 0.6 - 1e-12 < levels.min() < 0.65
    assert 0.85 < levels.max() < 0.9 + 1e-12
    assert (rest > 0.0).any()
    assert (rest < 0.0).any()


@pytest.mark.parametrize("abscissa", [0.3, 0.95, 1.4])
def test_the_largest_real_part_of_the_eigenvalues_is_the_one_asked_for(abscissa, rng):
    config = ReservoirConfig(n_units=80, density=0.1, spectral_abscissa=abscissa)
    eigenvalues = np.linalg.eigvals(draw_reservoir(config, rng=rng).recurrent.toarray())
    assert eigenvalues.real.max() == pytest.approx(abscissa, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("spectral_abscissa", value) for value in (0.0, -0.5, np.inf, np.nan)),
        *(
            ("operating_point", value)
            for value in ((0.9, 0.8), (-0.1, 0.5), (0.5, 1.1), (1.0, 1.0), (np.nan, 0.5))
        ),
    ],
)
def test_a_bad_way_to_draw_is_named(name, value):
    with pytest.raises(ValueError, match=f"^{name} must .*got "):
        ReservoirConfig(**{name: value})


@pytest.mark.parametrize("name", ["rate", "dt"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.inf, np.nan])
def test_a_bad_flow_is_named(name, value):
    with pytest.raises(ValueError, match=f"{name} must be positive and finite, got {value}"):
        FlowConfig(**{name: value})


def test_steps_too_long_for_the_rate_are_refused():
    assert FlowConfig(rate=100.0, dt=0.0278).dt == 0.0278
    with pytest.raises(ValueError, match=r"dt must be at most 2.785 / rate .*, got 0.028 s"):
        FlowConfig(rate=100.0, dt=0.028)


def test_arrays_of_a_wrong_shape_are_refused():
    stages, contexts, state = case(3)
    for bad in (stages[..., 0], stages[:, :3], stages[:, :, :2]):
        with pytest.raises(ValueError, match=r"stages must have shape \(step, 4, 3, run\), got"):
            driven(bad, contexts, state)
    for bad in (contexts[:-1], contexts[:, :1], contexts[..., :2], contexts[0, 0]):
        with pytest.raises(ValueError, match=r"contexts must have shape \(2, 3\) or \(21, 2, 3\)"):
            driven(stages, bad, state)
    for bad in (state[:-1], state[:, 0], state[None]):
        with pytest.raises(ValueError, match=r"state must have shape \(30, 3\), one row a unit"):
            driven(stages, contexts, bad)
        with pytest.raises(ValueError, match=r"state must have shape \(30, 3\), one row a unit"):
            closed(contexts, bad)
    with pytest.raises(ValueError, match=r"contexts must have shape \(2, 3\) or \(21, 2, 3\)"):
        closed(contexts[1:], state)
    narrow = Readout(READOUT.weights[:, :2], READOUT.offset[:2])
    with pytest.raises(ValueError, match=r"readout must have weights of shape \(30, 3\)"):
        closed_loop(NET, FLOW, narrow, contexts, state, n_steps=N_STEPS)
    short = READOUT._replace(offset=np.zeros(1))
    with pytest.raises(ValueError, match=r"as many offsets .* and \(1,\)"):
        closed_loop(NET, FLOW, short, contexts, state, n_steps=N_STEPS)


@pytest.mark.parametrize("every", [0, -1])
def test_keeping_every_none_is_refused(every):
    stages, contexts, state = case(2)
    with pytest.raises(ValueError, match="every must be at least 1"):
        drive(NET, FLOW, stages, contexts, state, every=every)
    with pytest.raises(ValueError, match="every must be at least 1"):
        closed_loop(NET, FLOW, READOUT, contexts, state, n_steps=N_STEPS, every=every)


def test_no_steps_leave_the_state_and_fewer_are_refused():
    _, contexts, state = case(2)
    kept, last = closed_loop(NET, FLOW, READOUT, contexts[0], state, n_steps=0)
    assert kept.shape == (0, 2, 3)
    np.testing.assert_array_equal(last, state)
    with pytest.raises(ValueError, match="n_steps must not be negative"):
        closed_loop(NET, FLOW, READOUT, contexts[0], state, n_steps=-1)


def test_a_draw_of_the_authors_rests_where_they_let_it_rest():
    draw = scipy.io.loadmat(AUTHORS / "fig_translate_transform_params.mat")
    recurrent, rest = draw["A"].toarray(), draw["r0"]  # r0 is r*, at levels of 0.8 to 1
    assert np.linalg.eigvals(recurrent).real.max() == pytest.approx(0.95, abs=1e-9)
    assert 0.8 <= np.abs(rest).min() < np.abs(rest).max() <= 1.0
    bias = (np.arctanh(rest) - recurrent @ rest)[:, 0]
    net = Reservoir(
        scipy.sparse.csr_array(recurrent),
        np.ascontiguousarray(draw["B"]),
        np.ascontiguousarray(draw["C"]),
        bias,
        1.0,
    )
    start = np.concatenate([rest, 0.9 * rest], axis=1)
    nothing = np.zeros((400, 4, 3, 2))
    kept, last = drive(net, FlowConfig(), nothing, np.zeros((1, 2)), start, every=100)
    np.testing.assert_allclose(kept[:, 0], np.tile(rest.T, (4, 1)), atol=1e-12)
    np.testing.assert_allclose(last[:, 1], rest[:, 0], atol=1e-9)


def test_the_biases_of_the_authors_hold_their_units_at_rest():
    """Twelve units of theirs, among units that rest by themselves at the levels of the others."""
    with np.load(AUTHORS / "fig_tanh_SN_SP_mech_rows.npz") as rows:
        rest, theirs = rows["r0"], rows["d"]
        starts = np.append(rows["starts"], np.full(len(rest) - len(theirs), rows["starts"][-1]))
        held = rows["weights"], rows["columns"], starts
        recurrent = scipy.sparse.csr_array(held, shape=(len(rest), len(rest)))
    bias = np.arctanh(rest)
    bias[: len(theirs)] = theirs
    nothing = np.zeros((len(rest), 1))
    net = Reservoir(recurrent, nothing, nothing, bias, 1.0)
    start = np.stack([rest, 0.9 * rest], axis=1)
    flow = FlowConfig(rate=1.0, dt=0.1)
    kept, last = drive(net, flow, np.zeros((400, 4, 1, 2)), np.zeros((1, 2)), start, every=100)
    np.testing.assert_allclose(kept[:, 0], np.tile(rest, (4, 1)), atol=1e-12)
    np.testing.assert_allclose(last[:, 1], rest, atol=1e-9)
