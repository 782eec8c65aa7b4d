"""Rings beside a memory tell which frame of a long sequence it is at, as a count would."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn import ClockConfig, ReservoirConfig, draw_reservoir, teach_loop
from rnn.phrases.loop import number_of, ring_lengths

CLOCK = ClockConfig()
LENGTHS = (128, 127, 125)
N_FRAMES = 128 * 127 * 125
DAY = round(24 * 3600 * 44100 / 512)  # frames, as songs have them


@pytest.fixture(scope="module")
def loop():
    network = draw_reservoir(ReservoirConfig(n_inputs=CLOCK.n_bumps), rng=np.random.default_rng(0))
    return teach_loop(network, CLOCK, (-1.0, 0.0, 1.0), rng=np.random.default_rng(1))


def constant(context, n_frames):
    return np.full((n_frames, 1), context)


@pytest.mark.parametrize("context", [0.0, 12.0, -12.0, 24.0, -24.0, 36.0, -36.0])
@pytest.mark.parametrize("frame", [0, 127, 310_000, N_FRAMES - 50, DAY])
def test_its_frames_are_those_of_a_count(loop, context, frame):
    turned = loop.run(loop.start(frame, context), constant(context, 140))
    np.testing.assert_array_equal(turned.frames, (frame + np.arange(140)) % N_FRAMES)


def test_it_is_as_long_as_the_product_of_its_rings(loop):
    assert tuple(each.clock.n_frames for each in loop.clocks) == LENGTHS
    assert loop.n_frames == N_FRAMES


@pytest.mark.parametrize("context", [0.0, -12.0, 36.0])
def test_it_stays_locked_for_ever(loop, context):
    """Each ring comes back to a state bit by bit after whole turns of its own, all of them right.

    No ring hears another, so from there on each repeats what it did, and their residues are those
    of a count: for a day, and for ever.
    """
    contexts = [context, 0.0, 0.0]
    for clock, state, at in zip(loop.clocks, loop.start(0, context).states, contexts, strict=True):
        n_frames = clock.clock.n_frames
        seen = set()
        while state.tobytes() not in seen:
            seen.add(state.tobytes())
            assert len(seen) < 200
            states, frames = clock.run(state, constant(at, n_frames))
            np.testing.assert_array_equal(frames, np.arange(n_frames))
            state = states[-1]


def test_a_split_run_is_a_whole_one_bit_by_bit(loop, rng):
    contexts = rng.uniform(-12.0, 12.0, (200, 1))
    start = loop.start(100_000)
    whole = loop.run(start, contexts)
    first = loop.run(start, contexts[:77])
    none = loop.run(first.after, contexts[:0])
    second = loop.run(none.after, contexts[77:])
    np.testing.assert_array_equal(np.concatenate([first.states, second.states]), whole.states)
    np.testing.assert_array_equal(np.concatenate([first.frames, second.frames]), whole.frames)
    for one, other in zip(second.after.states, whole.after.states, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_context_that_changes_every_frame_loses_none(loop, rng):
    contexts = rng.uniform(-36.0, 36.0, (400, 1))
    turned = loop.run(loop.start(5), contexts)
    np.testing.assert_array_equal(turned.frames, 5 + np.arange(400))


def test_the_rings_do_not_hear_the_context(loop, rng):
    start = loop.start(0)
    one, other = (loop.run(start, rng.uniform(-36.0, 36.0, (50, 1))).after for _ in range(2))
    assert not np.array_equal(one.states[0], other.states[0])
    for i in (1, 2):
        np.testing.assert_array_equal(one.states[i], other.states[i])


def test_its_rings_are_drawn_from_the_seed(loop):
    again = teach_loop(
        loop.clocks[0].network, CLOCK, (-1.0, 0.0, 1.0), rng=np.random.default_rng(1)
    )
    for one, other in zip(again.clocks, loop.clocks, strict=True):
        np.testing.assert_array_equal(one.weights, other.weights)


def test_a_network_with_several_contexts_keeps_time_too(rng):
    clock = ClockConfig(n_frames=32, n_bumps=16)
    config = ReservoirConfig(n_units=150, n_inputs=clock.n_bumps, n_contexts=2)
    network = draw_reservoir(config, rng=np.random.default_rng(0))
    taught = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
    loop = teach_loop(network, clock, taught, rng=np.random.default_rng(1))
    turned = loop.run(loop.start(20_000, (3.0, -5.0)), rng.uniform(-12.0, 12.0, (300, 2)))
    np.testing.assert_array_equal(turned.frames, (20_000 + np.arange(300)) % loop.n_frames)


@given(n_frames=st.integers(7, 2000))
def test_rings_share_no_divisor(n_frames):
    lengths = ring_lengths(n_frames)
    assert n_frames > lengths[0] > lengths[1] > 1
    for one, other in combinations([n_frames, *lengths], 2):
        assert math.gcd(one, other) == 1


@pytest.mark.parametrize("n_frames", [1, 2, 3, 4, 6])
def test_a_phrase_without_rings_is_refused(n_frames):
    with pytest.raises(ValueError, match=f"share no divisor .* got {n_frames} frames"):
        ring_lengths(n_frames)


@given(
    n_frames=st.integers(7, 2000),
    numbers=st.lists(st.integers(0, 2**62), min_size=1, max_size=20),
)
def test_a_number_is_found_by_its_residues(n_frames, numbers):
    lengths = [n_frames, *ring_lengths(n_frames)]
    below = np.array(numbers) % math.prod(lengths)
    residues = [below % length for length in lengths]
    np.testing.assert_array_equal(number_of(residues, lengths), below)
