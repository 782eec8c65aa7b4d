"""A memory replays the cycle it was taught, where contexts put it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn import (
    AttractorMemory,
    Readout,
    ReservoirConfig,
    Schedule,
    TriangularFactor,
    draw_reservoir,
    drive,
    free_run,
    teach_attractors,
)
from rnn.attractors import memory as attractors
from rnn.systems import Block, trajectory
from tests.support.cycles import (
    FLOW,
    PERIOD_S,
    RESERVOIR,
    TAUGHT,
    assert_same,
    cycle,
    moved_cycles,
    teach,
)


@pytest.fixture(scope="module")
def memory():
    return teach()


def replay(memory, context, *, n_steps=1000):
    """Where the cycle replayed at a context is centred, its radius, and its period in seconds."""
    asked = np.array([[context]])
    state, near = memory.start(asked)
    _, state = free_run(memory, Schedule.ramp(near, asked, 4.0), state, n_steps=600)
    outputs, _ = free_run(memory, Schedule.constant(asked), state, n_steps=n_steps)
    points = outputs[:, 0, 0] + 1j * outputs[:, 0, 1]
    phase = np.unwrap(np.angle(points - points.mean()))
    turns = (phase[-1] - phase[0]) / (2.0 * np.pi)
    period_s = (n_steps - 1) * FLOW.dt / turns
    return points.mean(), np.abs(points - points.mean()).mean(), period_s


def test_what_was_taught_is_replayed_in_its_time(memory):
    centre, radius, period_s = replay(memory, 0.0)
    assert period_s == pytest.approx(PERIOD_S, rel=0.01)
    assert radius == pytest.approx(1.0, rel=0.05)
    assert abs(centre) < 0.01


@pytest.mark.parametrize(
    ("context", "tolerance"), [(1.0, 0.01), (0.25, 0.02), (-1.5, 0.05), (1.5, 0.05), (-2.0, 0.1)]
)
def test_contexts_move_it_as_taught_and_beyond(memory, context, tolerance):
    centre, _, period_s = replay(memory, context)
    assert centre.real == pytest.approx(context, abs=tolerance)
    assert centre.imag == pytest.approx(0.0, abs=tolerance)
    assert period_s == pytest.approx(PERIOD_S, rel=0.1)


SWEEP = Schedule(
    np.array([0.05, 0.2, 0.3]), np.array([[0.0, 1.0], [0.5, -1.0], [0.2, 0.0]]).reshape(3, 1, 2)
)


@given(cuts=st.lists(st.integers(0, 13), min_size=1, max_size=3), every=st.integers(1, 3))
def test_a_split_run_is_the_whole_run_to_the_last_bit(memory, cuts, every):
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < 13}), 13]
    state, parts = memory.states[:, :2], []
    for start, stop in pairwise(every * np.array(edges)):
        part, state = free_run(
            memory, SWEEP, state, n_steps=stop - start, first_step=start, every=every
        )
        parts.append(part)
    whole = free_run(memory, SWEEP, memory.states[:, :2], n_steps=13 * every, every=every)
    assert_same((np.concatenate(parts), state), whole)


@pytest.mark.parametrize("every", [1, 3, 10])
def test_a_run_does_not_show_its_blocks(memory, every, monkeypatch):
    whole = free_run(memory, SWEEP, memory.states[:, :2], n_steps=40)
    monkeypatch.setattr(attractors, "BLOCK_STEPS", 7)
    outputs, last = free_run(memory, SWEEP, memory.states[:, :2], n_steps=40, every=every)
    assert_same((outputs, last), (whole[0][every - 1 :: every], whole[1]))


def test_a_run_starts_from_the_nearest_taught_in_turn(memory):
    contexts = np.array([[0.0, 1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 5.0, 0.0]])
    memory = AttractorMemory(
        RESERVOIR, FLOW, memory.readout, contexts, np.arange(5.0) + np.zeros((60, 1))
    )
    asked = np.array([[0.1, 0.9, -7.0, 0.1, 3.0, 0.2, 1.0], [0.2, 0.1, 0.0, 4.0, 0.0, 0.0, 0.0]])
    states, near = memory.start(asked)
    chosen = [0, 1, 2, 3, 4, 0, 1]
    np.testing.assert_array_equal(states, np.tile(np.array(chosen, float), (60, 1)))
    np.testing.assert_array_equal(near, contexts[:, chosen])


@pytest.mark.parametrize(("discard_steps", "every"), [(0, 1), (15, 1), (15, 3), (39, 1)])
@pytest.mark.parametrize("block", [6, 42])
def test_what_is_fitted_are_the_frames_after_those_discarded(discard_steps, every, block):
    contexts = TAUGHT[:, :3]
    memory = teach(contexts, 42, block, discard_steps=discard_steps, ridge=1e-4, every=every)
    ((stages, last),) = moved_cycles(contexts, 42)
    states, end = drive(RESERVOIR, FLOW, stages, contexts)
    points = np.concatenate([stages[1:, 0], last[None]])
    factor = TriangularFactor.zeros(60, 2)
    for step in range(42):
        if step >= discard_steps and (step + 1) % every == 0:
            factor = factor.add(states[step], points[step].T)
    expected = factor.fit(ridge=1e-4)
    np.testing.assert_allclose(memory.readout.weights, expected.weights, atol=1e-9)
    np.testing.assert_allclose(memory.readout.offset, expected.offset, atol=1e-9)
    assert_same((memory.states, memory.contexts), (end, contexts))


@pytest.mark.parametrize("discard_steps", [42, 1000])
def test_nothing_left_to_learn_is_refused(discard_steps):
    message = f"no step is left to learn from: 42 taught, {discard_steps} discarded"
    with pytest.raises(ValueError, match=message):
        teach(TAUGHT, 42, discard_steps=discard_steps)


def test_no_example_is_refused():
    with pytest.raises(ValueError, match="no step is left to learn from: 0 taught"):
        teach(n_steps=0, discard_steps=0)


def test_contexts_that_are_none_have_no_nearest(memory):
    with pytest.raises(ValueError, match="contexts must be finite"):
        memory.start(np.array([[np.nan]]))


def test_blocks_that_break_the_rhythm_of_the_fit_are_refused():
    with pytest.raises(ValueError, match="multiple of every, 4"):
        teach(block=6, every=4)


def test_no_time_replays_nothing(memory):
    state, start = memory.start(np.array([[0.0]]))
    outputs, last = free_run(memory, Schedule.constant(start), state, n_steps=0)
    assert outputs.shape[:2] == (0, 1)
    np.testing.assert_array_equal(last, state)


# What has another shape than it should have is named, not broadcast.

TWO = draw_reservoir(
    ReservoirConfig(n_units=20, n_inputs=2, n_contexts=2), rng=np.random.default_rng(5)
)


@pytest.fixture(scope="module")
def memory_of_two():
    """A memory of two contexts and three runs."""
    readout = Readout(np.zeros((20, 2)), np.zeros(2))
    contexts = np.array([[0.0, 1.0, 2.0], [0.0, 0.0, 0.0]])
    return AttractorMemory(TWO, FLOW, readout, contexts, np.zeros((20, 3)))


@pytest.mark.parametrize("rows", [1, 3, 4])
def test_contexts_of_too_few_or_too_many_rows_have_no_nearest(memory_of_two, rows):
    with pytest.raises(ValueError, match=rf"contexts must have shape \(2, run\).*\({rows}, 1\)"):
        memory_of_two.start(np.ones((rows, 1)))


@pytest.mark.parametrize("rows", [2, 3])
def test_more_rows_than_the_one_context_of_a_memory_are_refused(memory, rows):
    with pytest.raises(ValueError, match=rf"contexts must have shape \(1, run\).*\({rows}, 1\)"):
        memory.start(np.ones((rows, 1)))


@pytest.mark.parametrize("contexts", [20.0, [20.0], [[[20.0]]]])
def test_contexts_that_are_no_rows_are_refused(memory, contexts):
    with pytest.raises(ValueError, match=r"contexts must have shape \(1, run\)"):
        memory.start(contexts)


def test_a_list_of_rows_is_contexts(memory):
    assert_same(memory.start([[0.5, -1.0]]), memory.start(np.array([[0.5, -1.0]])))
    asked = Schedule.ramp([[0.0]], [[1.0]], 1.0)
    np.testing.assert_array_equal(asked.contexts, [[[0.0]], [[1.0]]])


@pytest.mark.parametrize("n_states", [0, 2, 3])
@pytest.mark.parametrize("n_steps", [0, 5])
def test_states_that_are_not_one_a_run_are_refused(memory, n_states, n_steps):
    held = Schedule.constant([[0.5]])
    with pytest.raises(ValueError, match=rf"state must have shape \(60, 1\).*\(60, {n_states}\)"):
        free_run(memory, held, memory.states[:, :n_states], n_steps=n_steps)


@pytest.mark.parametrize("n_steps", [0, 5])
def test_a_schedule_of_other_contexts_is_refused(memory_of_two, n_steps):
    with pytest.raises(ValueError, match=r"contexts must have shape \(2, run\).*\(1, 3\)"):
        free_run(
            memory_of_two, Schedule.constant(np.zeros((1, 3))), np.zeros((20, 3)), n_steps=n_steps
        )


@pytest.mark.parametrize("schedule", [20.0, [[20.0]], np.array([[20.0]]), None])
def test_what_is_no_schedule_is_told_how_to_be_one(memory, schedule):
    with pytest.raises(TypeError, match=r"schedule must be a Schedule, such as Schedule.constant"):
        free_run(memory, schedule, memory.states[:, :1], n_steps=5)


@pytest.mark.parametrize(("n_steps", "every"), [(-1, 1), (5, 0), (0, 0)])
def test_a_run_backwards_or_never_kept_is_refused(memory, n_steps, every):
    held = Schedule.constant([[0.5]])
    with pytest.raises(ValueError, match="n_steps must not be negative and every"):
        free_run(memory, held, memory.states[:, :1], n_steps=n_steps, every=every)


def test_points_alone_are_no_examples():
    for examples in (np.zeros((50, 3)), np.zeros((50, 2, 20)), [np.zeros((5, 4, 2, 20))]):
        with pytest.raises(ValueError, match=r"examples must be blocks .* got an array of shape"):
            teach_attractors(RESERVOIR, FLOW, examples, TAUGHT, discard_steps=0, ridge=1e-6)
    for examples in ([1.0], [(1.0, 2.0, 3.0)]):
        with pytest.raises(ValueError, match=r"examples must be blocks .* got (float|tuple)\."):
            teach_attractors(RESERVOIR, FLOW, examples, TAUGHT, discard_steps=0, ridge=1e-6)
    with pytest.raises(ValueError, match=r"stages must have shape \(step, 4, input, run\)"):
        teach_attractors(
            RESERVOIR,
            FLOW,
            [(np.zeros((5, 4, 2)), np.zeros(2))],
            TAUGHT,
            discard_steps=0,
            ridge=1e-6,
        )


@pytest.mark.parametrize("dt", [0.005, 0.02])
def test_examples_of_another_step_than_the_flow_s_are_refused(dt):
    start = np.random.default_rng(1).standard_normal((2, TAUGHT.shape[1]))
    examples = trajectory(cycle, start, dt, 100)
    with pytest.raises(ValueError, match=f"step of the flow, dt = 0.01 s, got {dt:g} s"):
        teach_attractors(RESERVOIR, FLOW, examples, TAUGHT, discard_steps=0, ridge=1e-6)


def test_a_block_that_is_shown_otherwise_keeps_its_step():
    (block,) = trajectory(cycle, np.ones((2, 3)), FLOW.dt, 5)
    moved = block.seen(lambda states: states + 1.0)
    assert isinstance(moved, Block)
    assert moved.dt == FLOW.dt
    for part, moved_part in zip(block, moved, strict=True):
        np.testing.assert_array_equal(part + 1.0, moved_part)
