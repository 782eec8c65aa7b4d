"""The playhead: the song as it is heard from its beginning on, and whatever is done with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxaudio import ContextShift, DataError, Sound
from ctxaudio.playback.playhead import Playhead
from rnn import recall
from tests.support.heard import played
from tests.support.signals import LOW_RATE, snr_db, tunes
from tests.support.streaming import whole


@pytest.fixture(scope="module")
def memory(duet):
    return ContextShift.teach(duet).memory


@pytest.mark.parametrize(
    ("rate", "n_samples", "n_channels", "level"),
    [
        (8_000, 4_001, 2, 1e-4),
        (22_050, 6_999, 1, 1.0),
        (44_100, 10_240, 2, 1e-30),
        (48_000, 10_011, 3, 1e20),
        (8_000, 1, 8, 1.0),
        (8_000, 97, 1, 1.0),
    ],
)
def test_a_song_is_played_as_the_whole_file_is_made(rate, n_samples, n_channels, level):
    song = Sound(level * tunes(n_samples, rate, n_channels), rate)
    effect = ContextShift.teach(song)
    for context in (0.0, 1.0, -12.0, 24.0):
        playhead = Playhead(effect.memory, song, context)
        made = played(playhead)
        assert made.dtype == np.float32
        assert made.shape == song.samples.shape
        expected = whole(effect.memory, song, context).samples
        if n_samples < effect.memory.frames.window:  # what sounds around it is not made up for
            made = made * (np.linalg.norm(expected) / np.linalg.norm(made))
        assert snr_db(expected, made) > 120.0
        assert playhead.position == n_samples
        assert playhead.next() is None
        assert playhead.next() is None


def test_hops_are_whole_but_the_last(duet, memory):
    playhead = Playhead(memory, duet, 5.0)
    hop = memory.frames.hop
    for i in range(41):
        assert playhead.position == i * hop
        assert playhead.next().shape == (2, hop)
    assert playhead.next().shape == (2, 4_001 - 41 * hop)


def test_silence_is_played_as_silence():
    song = Sound(np.zeros((2, 3_000)), LOW_RATE)
    playhead = Playhead(ContextShift.teach(song).memory, song, 7.0)
    playhead.seek(1_000)
    playhead.context = -7.0
    assert not played(playhead).any()


def test_two_playheads_of_one_memory_do_not_hear_each_other(duet, memory):
    alone = played(Playhead(memory, duet, 5.0))
    one, other = Playhead(memory, duet, 5.0), Playhead(memory, duet, -12.0)
    parts = []
    while (made := one.next()) is not None:
        parts.append(made.copy())
        made[:] = 99.0  # nor what becomes of what they gave
        other.next()
        other.context = -other.context
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), alone)


def test_what_was_recalled_last_can_be_seen(duet, memory):
    playhead = Playhead(memory, duet, 5.0)
    recalled = recall(memory.phrases, 5.0)
    for n_played in (1, 20, 21):
        playhead = Playhead(memory, duet, 5.0)
        played(playhead, n_played)
        np.testing.assert_allclose(playhead.recalled, recalled[n_played + 3], atol=1e-6)


@pytest.mark.parametrize("change", ["sample", "rate", "length", "channels"])
def test_another_song_is_refused(duet, memory, change):
    samples, rate = duet.samples.copy(), LOW_RATE
    if change == "sample":
        samples[1, 1000] += 1e-4
    elif change == "rate":
        rate = 16_000
    elif change == "length":
        samples = samples[:, :-1]
    else:
        samples = samples[:1]
    with pytest.raises(DataError, match="the memory is of another song") as refused:
        Playhead(memory, Sound(samples, rate))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("context", [36.1, -40.0, np.inf, np.nan])
def test_a_context_beyond_reach_is_refused(duet, memory, context):
    with pytest.raises(DataError, match="the context must lie within ±36, got"):
        Playhead(memory, duet, context)


steps = st.one_of(
    st.tuples(st.just("next"), st.integers(1, 10)),
    st.tuples(st.just("seek"), st.one_of(st.integers(-(10**6), 10**6), st.integers(-100, 4_200))),
    st.tuples(st.just("turn"), st.floats(-36.0, 36.0)),
    st.tuples(st.just("loop"), st.booleans()),
)


@settings(max_examples=18)
@given(steps=st.lists(steps, max_size=12))
def test_whatever_is_done_the_sound_goes_on(duet, memory, steps):
    playhead = Playhead(memory, duet)
    hop, n = memory.frames.hop, 4_001
    for what, value in steps:
        if what == "seek":
            playhead.seek(value)
        elif what == "turn":
            playhead.context = value
        elif what == "loop":
            playhead.loop = value
        for _ in range(value if what == "next" else 0):
            here = playhead.position
            made = playhead.next()
            if here == n:
                assert made is None
            elif playhead.loop:
                assert made.shape == (2, hop)
                assert playhead.position == (here + hop) % n
            else:
                assert made.shape == (2, min(hop, n - here))
                assert playhead.position == here + made.shape[1]
            assert made is None or np.abs(made).max() < 3.0
        assert 0 <= playhead.position <= n
        assert abs(playhead.heard_context) <= 36.0
