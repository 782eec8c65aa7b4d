"""Any system can be taught: one that a user writes in ten lines is carried as far as Lorenz's."""

from __future__ import annotations

import numpy as np
import pytest

from rnn import (
    FlowConfig,
    ReservoirConfig,
    Schedule,
    draw_reservoir,
    free_run,
    observe,
    teach_attractors,
    teach_system,
)
from rnn.systems import Lorenz, System, field_at, growth_rates, integrate, trajectory

FLOW = FlowConfig(rate=50.0, dt=0.01)
TAUGHT = np.repeat([-3.0, -1.0, 1.0, 3.0], 2)[None]


class Rossler(System):
    """Rössler (1976), as a user writes it; the context moves what is seen of it along x."""

    n_variables = 3

    def velocity(self, states, contexts):
        x, y, z = states
        return np.stack([-y - z, x + 0.2 * y, 0.2 + z * (x - 5.7)])

    def initial_states(self, contexts, *, rng):
        return rng.uniform(-3.0, 3.0, (3, contexts.shape[1])) * [[1.0], [1.0], [0.0]]

    def observe(self, states, contexts):
        return states + np.array([[1.0], [0.0], [0.0]]) * contexts[0]


class Swing(System):
    """A limit cycle; the context is a parameter of it, its radius is 1 + c / 5."""

    n_variables = 2

    def velocity(self, states, contexts):
        x, y = states
        pull = 2.0 * ((1.0 + 0.2 * contexts[0]) ** 2 - x**2 - y**2)
        return np.stack([pull * x - 6.0 * y, pull * y + 6.0 * x])

    def initial_states(self, contexts, *, rng):
        return rng.uniform(-1.5, 1.5, (2, contexts.shape[1]))

    def jacobian(self, states, contexts):
        x, y = states
        pull = 2.0 * ((1.0 + 0.2 * contexts[0]) ** 2 - x**2 - y**2)
        return np.array(
            [[pull - 4.0 * x * x, -4.0 * x * y - 6.0], [-4.0 * x * y + 6.0, pull - 4.0 * y * y]]
        )


def network(n_inputs=3, *, n_units=100, input_scale=0.002, context_scale=0.002):
    config = ReservoirConfig(
        n_units=n_units,
        n_inputs=n_inputs,
        density=0.1,
        spectral_abscissa=0.95,
        operating_point=(0.8, 1.0),
        input_scale=input_scale,
        context_scale=context_scale,
    )
    return draw_reservoir(config, rng=np.random.default_rng(0))


def teach(system, contexts, reservoir, **changes):
    plain = {"discard_s": 10.0, "keep_s": 60.0, "ridge": 1e-24, "rng": np.random.default_rng(1)}
    return teach_system(system, contexts, reservoir, FLOW, **plain | changes)


def recalled(memory, contexts, *, seconds):
    """Outputs (time, run, output) after the contexts were turned to what is asked."""
    state, near = memory.start([contexts])
    turn = Schedule.ramp(near, [contexts], 10.0)
    _, state = free_run(memory, turn, state, n_steps=2000, every=2000)
    n_steps = round(seconds / FLOW.dt)
    return free_run(memory, Schedule.constant([contexts]), state, n_steps=n_steps)[0]


@pytest.fixture(scope="module")
def rossler():
    return teach(Rossler(), TAUGHT, network())


def test_a_system_of_one_s_own_is_carried_beyond_what_was_taught(rossler):
    start = Rossler().initial_states(TAUGHT, rng=np.random.default_rng(2))
    stages, _ = integrate(field_at(Rossler(), TAUGHT), start, 0.02, 6_000)
    true = stages[2_000:, 0]
    asked = [0.0, -10.0, 10.0, 20.0]
    outputs = recalled(rossler, asked, seconds=120.0)
    mean, std = true.mean((0, 2)), true.std((0, 2))
    for i, context in enumerate(asked):
        np.testing.assert_allclose(outputs[:, i].std(axis=0), std, rtol=0.15)
        off = outputs[:, i].mean(axis=0) - mean
        np.testing.assert_allclose(off, [context, 0.0, 0.0], atol=0.5)


def test_a_parameter_that_a_context_moves_is_carried_beyond_what_was_taught():
    taught = np.repeat([-1.0, 0.0, 1.0], 6)[None]
    reservoir = network(2, n_units=60, input_scale=0.1, context_scale=0.03)
    memory = teach(Swing(), taught, reservoir, ridge=1e-12, discard_s=0.3, keep_s=8.0)
    asked = np.array([-1.5, -0.5, 0.5, 1.5])
    radius = np.linalg.norm(recalled(memory, asked, seconds=5.0), axis=2)
    np.testing.assert_allclose(radius, np.tile(1.0 + 0.2 * asked, (len(radius), 1)), rtol=0.05)


def test_it_is_what_teaching_from_a_trajectory_gives():
    reservoir = network(n_units=30)
    contexts = TAUGHT[:, :3]
    memory = teach(Rossler(), contexts, reservoir, keep_s=5.0, discard_s=1.0, every=3)
    start = Rossler().initial_states(contexts, rng=np.random.default_rng(1))
    true = trajectory(field_at(Rossler(), contexts), start, FLOW.dt, 600, block=198)
    again = teach_attractors(
        reservoir,
        FLOW,
        (block.seen(lambda states: Rossler().observe(states, contexts)) for block in true),
        contexts,
        discard_steps=100,
        ridge=1e-24,
        every=3,
    )
    np.testing.assert_array_equal(memory.readout.weights, again.readout.weights)
    np.testing.assert_array_equal(memory.states, again.states)
    np.testing.assert_array_equal(memory.contexts, contexts)


class Unseen(Rossler):
    def observe(self, states, contexts):
        return states[:2]


class Alone(Rossler):
    def initial_states(self, contexts, *, rng):
        return np.ones(3)


class Runaway(Rossler):
    def velocity(self, states, contexts):
        return states**2


@pytest.mark.parametrize(
    ("system", "contexts", "changes", "reason"),
    [
        (Rossler(), [1.0, 2.0], {}, r"contexts must have shape \(1, run\), .* got \(2,\)"),
        (Rossler(), [[1.0], [2.0]], {}, r"contexts must have shape \(1, run\), .* got \(2, 1\)"),
        (Rossler(), np.zeros((1, 0)), {}, r"contexts must have shape .* got \(1, 0\)"),
        (Unseen(), [[1.0]], {}, r"3 inputs: Unseen must show as many .* got \(2, 1\)"),
        (Alone(), [[1.0]], {}, r"initial states of Alone must have shape \(3, 1\).* got \(3,\)"),
        (Runaway(), [[1.0]], {}, "a run of Runaway did not stay finite"),
        (Rossler(), [[1.0]], {"keep_s": 0.0}, "keep_s must be positive"),
        (Rossler(), [[1.0]], {"discard_s": np.inf}, "both finite, got inf"),
        (Rossler(), [[1.0]], {"every": 0}, "every must be at least 1"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_what_cannot_be_taught_is_said_in_a_line(system, contexts, changes, reason):
    with pytest.raises(ValueError, match=reason) as error:
        teach(system, contexts, network(n_units=20), **changes)
    assert "\n" not in str(error.value)


def test_a_memory_and_its_system_stretch_alike(rossler):
    """The largest exponent of the closed loop is that of Rössler's system, 0.0714 in 1/s."""
    state, near = rossler.start([[-1.0, 1.0, 3.0, -3.0]])
    seen = observe(
        rossler,
        near,
        state,
        n_steps=25_000,
        every=100,
        n_tangents=4,
        rng=np.random.default_rng(0),
    )
    assert seen.exponents.mean() == pytest.approx(0.0714, rel=0.35)


def test_the_exponent_of_a_system_is_that_of_its_jacobian():
    on_cycle = growth_rates(
        Swing(),
        np.array([[-0.5, 0.5]]),
        dt=0.01,
        settle_s=10.0,
        seconds=20.0,
        every_s=1.0,
        rng=np.random.default_rng(0),
    )
    assert on_cycle.shape == (20, 2)
    np.testing.assert_allclose(on_cycle.mean(axis=0), 0.0, atol=0.01)


def test_a_system_without_a_jacobian_has_no_exponent():
    with pytest.raises(ValueError, match="the Jacobian of Rossler is not known"):
        growth_rates(
            Rossler(),
            np.zeros((1, 1)),
            dt=0.01,
            settle_s=1.0,
            seconds=1.0,
            every_s=1.0,
            rng=np.random.default_rng(0),
        )


@pytest.mark.parametrize("times", [{"seconds": 0.4}, {"every_s": 0.001}])
def test_no_time_has_no_exponent(times):
    plain = {"dt": 0.01, "settle_s": 1.0, "seconds": 1.0, "every_s": 1.0}
    with pytest.raises(ValueError, match="seconds must hold every_s"):
        growth_rates(Lorenz(), np.zeros((1, 1)), rng=np.random.default_rng(0), **plain | times)
