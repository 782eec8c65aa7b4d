"""A network that reads its own clock keeps time, at any context and for ever."""

from __future__ import annotations

import numpy as np
import pytest

from rnn import (
    ClockConfig,
    Reservoir,
    ReservoirConfig,
    SelfClock,
    clock_signal,
    draw_reservoir,
    teach_self_clock,
)
from rnn.phrases.memory import cycle_of

CLOCK = ClockConfig()
TAUGHT = (-1.0, 0.0, 1.0)


@pytest.fixture(scope="module")
def own():
    network = draw_reservoir(ReservoirConfig(n_inputs=CLOCK.n_bumps), rng=np.random.default_rng(0))
    return teach_self_clock(network, CLOCK, TAUGHT)


def constant(context, n_frames):
    return np.full((n_frames, 1), context)


def margins(own, states):
    """By how much the frame that comes next is read out larger than any other."""
    said = np.sort(states @ own.weights, axis=1)
    return said[:, -1] - said[:, -2]


@pytest.mark.parametrize("context", [0.0, 12.0, -12.0, 24.0, -24.0, 36.0, -36.0])
@pytest.mark.parametrize("frame", [0, 1, 64, 127, 128_000_077])
def test_frames_follow_each_other_at_any_context_from_any_frame(own, context, frame):
    _, frames = own.run(own.start(frame, context), constant(context, 150))
    np.testing.assert_array_equal(frames, (frame + np.arange(150)) % CLOCK.n_frames)


@pytest.mark.parametrize("context", [0.0, 0.37, 12.0, -12.0, 24.0, -24.0, 36.0, -36.0])
def test_a_state_comes_back_bit_by_bit_so_that_all_repeats_for_ever(own, context):
    state, seen = own.start(0, context), set()
    for _ in range(200):
        seen.add(state.tobytes())
        states, frames = own.run(state, constant(context, CLOCK.n_frames))
        np.testing.assert_array_equal(frames, np.arange(CLOCK.n_frames))
        state = states[-1]
        if state.tobytes() in seen:
            return
    pytest.fail("no state came back in 200 turns.")


@pytest.mark.parametrize("context", [0.0, 12.0, -36.0])
def test_starts_that_differ_come_together(own, context, rng):
    start = own.start(5, context)
    ends = []
    for _ in range(2):
        pushed = np.clip(start + rng.normal(0.0, 0.05, start.shape), -1.0, 1.0)
        states, frames = own.run(pushed, constant(context, CLOCK.n_frames))
        np.testing.assert_array_equal(frames, (5 + np.arange(CLOCK.n_frames)) % CLOCK.n_frames)
        assert margins(own, states).min() > 0.05
        ends.append(states[-1])
    np.testing.assert_allclose(*ends, rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("context", [0.0, 24.0, -36.0])
def test_its_cycle_is_the_one_that_the_clock_from_outside_leads_it_on(own, context):
    states, _ = own.run(own.start(0, context), constant(context, CLOCK.n_frames))
    driven = cycle_of(own.network, CLOCK, context)
    np.testing.assert_allclose(states, driven, rtol=0.0, atol=1e-12)
    assert margins(own, states).min() > 0.05


def test_a_context_that_changes_every_frame_loses_none(own, rng):
    contexts = rng.uniform(-36.0, 36.0, (1000, 1))
    _, frames = own.run(own.start(0), contexts)
    np.testing.assert_array_equal(frames, np.arange(1000) % CLOCK.n_frames)


@pytest.mark.parametrize(("noise", "stays"), [(0.2, True), (0.8, False)])
def test_noise_in_every_state_is_withstood_up_to_a_size(own, noise, stays, rng):
    state, told = own.start(0), []
    for _ in range(1000):
        state = state + rng.normal(0.0, noise, state.shape)
        states, frames = own.run(state, constant(0.0, 1))
        told.append(frames[0])
        state = states[-1]
    assert np.array_equal(told, np.arange(1000) % CLOCK.n_frames) == stays


@pytest.mark.parametrize(("share", "stays"), [(0.1, True), (0.6, False)])
def test_units_that_fall_silent_are_withstood_up_to_a_share(own, share, stays, rng):
    whole = own.network
    kept = np.sort(rng.permutation(whole.n_units)[round(share * whole.n_units) :])
    left = Reservoir(
        whole.recurrent[kept][:, kept],
        whole.inputs[kept],
        whole.context[kept],
        whole.bias[kept],
        whole.leak,
    )
    rest = SelfClock(left, CLOCK, own.weights[kept])
    _, frames = rest.run(rest.start(0), constant(0.0, 500))
    assert np.array_equal(frames, np.arange(500) % CLOCK.n_frames) == stays


def test_a_split_run_is_a_whole_one_bit_by_bit(own, rng):
    contexts = rng.uniform(-12.0, 12.0, (300, 1))
    start = own.start(7)
    whole, frames = own.run(start, contexts)
    first, told_first = own.run(start, contexts[:41])
    second, told_second = own.run(first[-1], contexts[41:])
    np.testing.assert_array_equal(np.concatenate([first, second]), whole)
    np.testing.assert_array_equal(np.concatenate([told_first, told_second]), frames)


def test_it_starts_settled_just_before_its_frame(own):
    turns = clock_signal(CLOCK, 9, 4 * CLOCK.n_frames)
    long = own.network.run(turns, np.array([3.0]))[-1]
    np.testing.assert_allclose(own.start(9, 3.0), long, rtol=0.0, atol=1e-12)


def test_no_context_is_refused(own):
    with pytest.raises(ValueError, match="fitted to frames, got none"):
        teach_self_clock(own.network, CLOCK, [])
