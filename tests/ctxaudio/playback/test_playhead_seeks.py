"""Seeking: where it leads, and that it is not heard as a click."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctxaudio import ContextShift, DataError
from ctxaudio.playback.playhead import Playhead
from tests.support.heard import played, steepest, steepest_sine
from tests.support.signals import STEADY_RATE, mono, sine
from tests.support.streaming import whole


@pytest.fixture(scope="module")
def memory(duet):
    return ContextShift.teach(duet).memory


positions = st.one_of(st.integers(-(10**6), 10**6), st.integers(-100, 4_200))


@settings(max_examples=10)
@given(position=positions, n_played=st.integers(0, 45), context=st.sampled_from([0.0, 7.0]))
@example(position=4_001, n_played=42, context=0.0)
@example(position=0, n_played=42, context=7.0)
def test_a_position_that_is_sought_is_met_within_a_hop(duet, memory, position, n_played, context):
    hop = memory.frames.hop
    playhead = Playhead(memory, duet, context)
    for _ in range(n_played):
        playhead.next()
    playhead.seek(position)
    inside = min(max(position, 0), 4_001 // hop * hop - 1)  # past the end, the last whole hop
    assert inside - hop < playhead.position <= inside
    rest = 4_001 - playhead.position
    assert played(playhead).shape == (2, rest)
    assert playhead.next() is None


@settings(max_examples=10)
@given(
    jumps=st.lists(
        st.tuples(st.integers(1, 6), st.lists(positions, min_size=1, max_size=3)), max_size=6
    )
)
@example(jumps=[(3, [2_000, 100]), (1, [500]), (1, [50])])
def test_what_is_left_fades_into_what_is_sought(duet, memory, jumps):
    """At context 0 the truth is known: in a straight line from the song here to the song there."""
    hop = memory.frames.hop
    playhead, here = Playhead(memory, duet), 0
    song = np.pad(duet.samples, ((0, 0), (0, hop)))
    rise = np.arange(1, hop + 1) / hop
    for n_hops, sought in jumps:
        for _ in range(n_hops):
            if here < 4_001:
                made = playhead.next()
                expected = song[:, here : min(here + hop, 4_001)]
                np.testing.assert_allclose(made, expected, atol=1e-6)
                here += hop
        before = here
        for position in sought:
            playhead.seek(position)
        here = playhead.position
        if before < 4_001 and here < 4_001:
            left, found = song[:, before : before + hop], song[:, here : here + hop]
            faded = left + (found - left) * rise
            made = playhead.next()
            np.testing.assert_allclose(made, faded[:, : made.shape[1]], atol=1e-6)
            here += hop
        elif here < 4_001:
            playhead.next()
            here += hop


@pytest.mark.parametrize("context", [-12.0, 5.0])
def test_what_is_sought_sounds_as_it_does_in_the_song(duet, memory, context):
    """In level, that is, for its phase is another: the power of each stretch is the song's."""
    expected = whole(memory, duet, context).samples
    playhead = Playhead(memory, duet, context)
    playhead.seek(1_920)
    played(playhead, 1)
    found = played(playhead)

    def stretches(samples):
        return np.square(samples[:, : 400 * (samples.shape[1] // 400)]).reshape(2, -1, 400).mean(2)

    difference_db = 10.0 * np.log10(stretches(found) / stretches(expected[:, 1_920 + 96 :]))
    assert np.abs(difference_db).max() < 3.0


def test_a_seek_while_paused_does_not_advance_the_song(duet, memory):
    playhead = Playhead(memory, duet)
    played(playhead, 5)
    for position in (3_000, 1_000, -5, 10**9, 1_000):
        playhead.seek(position)
    assert playhead.position == 960
    played(playhead, 1)
    np.testing.assert_allclose(played(playhead), duet.samples[:, 960 + 96 :], atol=1e-6)


@pytest.mark.parametrize("context", [36.1, np.inf, np.nan])
def test_a_context_beyond_reach_does_not_turn_it(duet, memory, context):
    playhead = Playhead(memory, duet, 3.0)
    with pytest.raises(DataError, match="within ±36"):
        playhead.context = context
    assert playhead.context == 3.0


sought_and_turned = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.lists(st.integers(0, STEADY_RATE), max_size=2),
        st.one_of(st.none(), st.sampled_from([-12.0, 0.0, 2.0, 7.0])),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=10)
@given(steps=sought_and_turned)
@example(steps=[(0, [], 7.0), (1, [9_000], None), (1, [100], -12.0), (1, [5_000, 77], 2.0)])
def test_no_seek_and_no_turn_clicks(steady, steady_memory, steps):
    playhead, parts = Playhead(steady_memory, steady), []
    played(playhead, 10)
    for n_hops, sought, context in steps:
        parts += [playhead.next() for _ in range(n_hops)]
        if context is not None:
            playhead.context = context
        for position in sought:
            # Nothing to hear comes before the song, so what begins with it may begin at once.
            playhead.seek(max(position, 8 * steady_memory.frames.hop))
        parts.append(playhead.next())
    parts += [playhead.next() for _ in range(8)]
    assert steepest(np.concatenate(parts, axis=1)) < 1.1 * steepest_sine(7.0)


@pytest.mark.parametrize("n_samples", [1, 100, 255, 256, 300, 2_001])
@pytest.mark.parametrize("context", [0.0, 7.0])
def test_a_song_shorter_than_a_hop_and_its_very_end_can_be_sought(n_samples, context):
    song = mono(sine(440.0, seconds=n_samples / STEADY_RATE, rate=STEADY_RATE), STEADY_RATE)
    playhead = Playhead(ContextShift.teach(song).memory, song, context)
    for position in (n_samples, n_samples - 1, 10**9):
        playhead.seek(position)
        rest = n_samples - playhead.position
        assert 0 < rest < 2 * 256
        made = played(playhead)
        assert made.shape == (1, rest)
        # It has faded in by the end, over no more than there is.
        if context == 0.0:
            np.testing.assert_allclose(made[:, -1], song.samples[:, -1], atol=1e-6)
        assert playhead.next() is None


@pytest.mark.parametrize("context", [-5.0, 12.0])
def test_what_has_rung_on_after_the_end_fades_into_what_is_sought(steady, steady_memory, context):
    """The last hop of this song is not whole: what comes next begins where it was left."""
    playhead = Playhead(steady_memory, steady, context)
    before = played(playhead)
    assert playhead.position == steady.samples.shape[1]
    playhead.seek(9_000)
    samples = np.concatenate([before[:, -20:], played(playhead, 10)], axis=1)
    # What rings on is short.
    assert steepest(samples) < 1.3 * steepest_sine(context)


def test_after_a_loop_a_seek_leads_to_the_song_that_ends(steady, steady_memory):
    playhead = Playhead(steady_memory, steady, 5.0)
    playhead.loop = True
    played(playhead, 200)
    playhead.loop = False
    playhead.seek(30_000)
    there = Playhead(steady_memory, steady, 5.0)
    played(there, 1)
    there.seek(30_000)
    np.testing.assert_array_equal(played(playhead)[:, 256:], played(there)[:, 256:])
