"""Turning the context: when it is heard, how it gets there, and that nothing clicks."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal

from ctxaudio import ContextShift
from ctxaudio.playback.playhead import Playhead
from tests.support.heard import assert_steady, played, steepest, steepest_sine
from tests.support.signals import LOW_RATE, STEADY_HZ, STEADY_RATE, cents, snr_db, tone


@pytest.fixture(scope="module")
def memory(duet):
    return ContextShift.teach(duet).memory


def glided(after_s):
    """How much of a turn is done: a parabola that comes to rest after 50 ms."""
    return 1.0 - (1.0 - np.clip(after_s / 0.05, 0.0, 1.0)) ** 2


def test_a_turned_context_is_heard_50_ms_later(steady, steady_memory):
    playhead = Playhead(steady_memory, steady, -2.0)
    played(playhead, 10)
    playhead.context = 10.0
    assert playhead.heard_context == -2.0
    heard = []
    for _ in range(6):
        playhead.next()
        heard.append(playhead.heard_context)
    after_s = np.arange(1, 7) * steady_memory.frames.hop / STEADY_RATE
    expected = -2.0 + 12.0 * glided(after_s)
    np.testing.assert_allclose(heard, expected, atol=0.02)
    assert heard[-1] == 10.0


@pytest.mark.parametrize(
    ("start", "target", "n_before"),
    [(0.0, 2.0, 40), (0.0, -2.0, 47), (2.0, -1.0, 41), (-12.0, 12.0, 40), (12.0, 0.0, 46)],
)
def test_half_a_turn_is_heard_after_15_ms(steady, steady_memory, start, target, n_before):
    playhead = Playhead(steady_memory, steady, start)
    before = played(playhead, n_before)[0]
    playhead.context = target
    found = np.concatenate([before, played(playhead, 45)[0]]).astype(np.float64)
    at = len(before)
    turning = np.diff(np.unwrap(np.angle(scipy.signal.hilbert(found))))
    hz = scipy.signal.medfilt(turning, 151)[at - 1_000 : at + 3_000] * STEADY_RATE / (2.0 * np.pi)
    way = (12.0 * np.log2(hz / STEADY_HZ) - start) / (target - start)
    assert abs((np.argmax(way > 0.5) - 1_000) / STEADY_RATE - 0.015) < 0.0125
    # Nothing is heard of it before it is asked for, and all of it soon after.
    assert np.abs(way[:900]).max() < 0.02
    assert np.abs(way[1_000 + STEADY_RATE // 12 :] - 1.0).max() < 0.02
    highest = max(start, target)
    assert steepest(found[at - 1_000 : at + 4_000], 1) < 1.05 * steepest_sine(highest, 1)
    assert steepest(found[at - 1_000 : at + 4_000], 2) < 1.1 * steepest_sine(highest, 2)
    assert_steady(before[2_000:], start)
    assert_steady(found[at + 3_000 :], target)


@pytest.mark.parametrize("turns", [{20: 12.0}, {20: 12.0, 22: -3.0}, {20: 6.0, 21: 12.0, 22: 0.0}])
def test_a_turn_makes_what_was_made_ahead_again(noise, loudness_memory, turns):
    """A slow twin: all frames that are centred after a turn are as loud as the glide has it; and
    over a hop, the sound as it would have been becomes the sound as it is."""
    hop, window = loudness_memory.frames.hop, loudness_memory.frames.window
    n_hops, reach = 60, window // hop // 2
    shape = np.hanning(window + 1)[:-1] ** 2 / 3.0  # eight of them sum to 1

    def at_hop(frames_db, i):
        """Gain over a hop: of all frames that cover it."""
        gain = np.zeros(hop)
        for frame in range(i - reach + 1, i + reach + 1):
            start = (i - frame + reach) * hop
            gain += shape[start : start + hop] * 10.0 ** (frames_db[frame + reach] / 20.0)
        return gain

    frames_db = np.zeros(n_hops + 2 * reach + 1)  # of frame t at t + reach
    expected, glide = [], (0, 0.0, 0.0)

    def at_sample(position):
        begins, start, target = glide
        return start + (target - start) * glided((position - begins) / LOW_RATE)

    for i in range(n_hops):
        gain = at_hop(frames_db, i)
        if i in turns:
            glide = (i * hop, at_sample(i * hop), turns[i])
            ahead = np.arange(i + 1, len(frames_db) - reach)
            frames_db[ahead + reach] = at_sample(ahead * hop)
            gain += (at_hop(frames_db, i) - gain) * np.arange(1, hop + 1) / hop
        expected.append(gain)
    playhead, parts = Playhead(loudness_memory, noise), []
    for i in range(n_hops):
        playhead.context = turns.get(i, playhead.context)
        parts.append(playhead.next())
    n = n_hops * hop
    truth = noise.samples[0, :n] * np.concatenate(expected)
    around = slice(18 * hop, 34 * hop)
    assert snr_db(truth[around], np.concatenate(parts, axis=1)[0, around]) > 30.0


def test_turning_at_every_hop_follows_the_hand(steady, steady_memory):
    playhead, parts = Playhead(steady_memory, steady), []
    played(playhead, 20)
    hand = np.concatenate([5.0 * np.sin(np.arange(40) / 4.0), np.full(50, 3.0)])
    for context in hand:
        playhead.context = float(context)
        parts.append(playhead.next())
        assert abs(playhead.heard_context) <= 5.0
    found = np.concatenate(parts, axis=1)[0]
    assert steepest(found) < 1.05 * steepest_sine(5.0)
    assert playhead.heard_context == 3.0
    assert_steady(found[-8_000:], 3.0)


@pytest.mark.parametrize("target", [-12.0, 7.0, 24.0])
def test_after_a_turn_the_song_is_as_if_it_had_always_been_so(steady, steady_memory, target):
    always, turned = (Playhead(steady_memory, steady, context) for context in (target, 1.0))
    played(turned, 30)
    played(always, 30)
    turned.context = target
    played(turned, 15)
    played(always, 15)
    np.testing.assert_allclose(turned.recalled, always.recalled, atol=1e-3)
    target_hz = STEADY_HZ * 2.0 ** (target / 12.0)
    found, expected = (
        tone(played(playhead)[0, :7_000], target_hz, rate=STEADY_RATE)
        for playhead in (turned, always)
    )
    assert abs(cents(found[0], expected[0])) < 0.2
    assert found[1] == pytest.approx(expected[1], rel=0.01)


def test_a_turn_back_before_it_is_heard_changes_nothing(duet, memory):
    playhead = Playhead(memory, duet, 5.0)
    first = played(playhead, 12)
    playhead.context = -12.0
    playhead.context = 5.0
    np.testing.assert_array_equal(
        np.concatenate([first, played(playhead)], axis=1), played(Playhead(memory, duet, 5.0))
    )


def test_a_turn_and_a_seek_at_once_lead_to_both(steady, steady_memory):
    playhead = Playhead(steady_memory, steady)
    played(playhead, 10)
    playhead.context = 7.0
    playhead.seek(11_000)
    played(playhead, 10)
    assert playhead.position // 256 == 11_000 // 256 + 10
    assert playhead.heard_context == 7.0
    assert_steady(played(playhead)[0], 7.0)


def test_a_turn_glides_where_a_seek_leads_as_it_would_have_here(noise, loudness_memory):
    hop = loudness_memory.frames.hop
    rises_db = []
    for sought in (10 * hop, 40 * hop):
        playhead = Playhead(loudness_memory, noise)
        played(playhead, 10)
        playhead.context = 12.0
        playhead.seek(sought)
        song = noise.samples[0, sought : sought + 12 * hop].reshape(12, hop)
        found = played(playhead, 12).reshape(12, hop)
        rises_db.append(20.0 * np.log10(np.abs(np.sum(found * song, 1)) / np.sum(song**2, 1)))
    here, there = rises_db
    np.testing.assert_allclose(there[1:], here[1:], atol=0.4)
    np.testing.assert_allclose(there[[1, 2, 3, 9]], [6.9, 9.4, 10.9, 12.0], atol=0.4)


def test_at_the_end_a_turned_context_waits_for_the_next_time(duet, memory):
    playhead = Playhead(memory, duet)
    played(playhead)
    playhead.context = 5.0
    assert playhead.next() is None
    playhead.seek(0)
    assert played(playhead).shape == duet.samples.shape
    assert playhead.heard_context == 5.0
