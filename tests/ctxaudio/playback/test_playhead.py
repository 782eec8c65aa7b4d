"""The playhead: the song as it is heard, wherever it is sought and however it is turned."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctxaudio import ContextShift, DataError, Sound
from ctxaudio.playback.playhead import Playhead
from rnn import recall
from tests.support.signals import (
    LOW_RATE,
    STEADY_HZ,
    STEADY_RATE,
    cents,
    mono,
    sine,
    snr_db,
    tone,
    tunes,
)


@pytest.fixture(scope="module")
def memory(duet):
    return ContextShift.teach(duet).memory


def played(playhead, n_hops=None):
    """What is heard of the next hops, or of all to the end."""
    parts = []
    while n_hops is None or len(parts) < n_hops:
        made = playhead.next()
        if made is None:
            break
        parts.append(made)
        assert len(parts) < 1_000  # it ends
    return np.concatenate(parts, axis=1)


def glided(after_s):
    """How much of a turn is done: a parabola that comes to rest after 50 ms."""
    return 1.0 - (1.0 - np.clip(after_s / 0.05, 0.0, 1.0)) ** 2


def steepest(samples, order=1):
    return np.abs(np.diff(np.asarray(samples, np.float64), order)).max()


def steepest_sine(context, order=1):
    hz = STEADY_HZ * 2.0 ** (context / 12.0)
    return steepest(sine(hz, seconds=0.2, rate=STEADY_RATE), order)


def assert_steady(samples, context, within_cents=1.0):
    """It is the steady tone at a context, and of its level."""
    expected_hz = STEADY_HZ * 2.0 ** (context / 12.0)
    found_hz, amplitude = tone(samples[-6_000:], expected_hz, rate=STEADY_RATE)
    assert abs(cents(found_hz, expected_hz)) < within_cents
    assert amplitude == pytest.approx(0.5, rel=0.02)


# As the whole file


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
        whole = effect(song, context).samples
        if n_samples < effect.memory.frames.window:  # what sounds around it is not made up for
            made = made * (np.linalg.norm(whole) / np.linalg.norm(made))
        assert snr_db(whole, made) > 120.0
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
    whole = recall(memory.phrases, 5.0)
    for n_played in (1, 20, 21):
        playhead = Playhead(memory, duet, 5.0)
        played(playhead, n_played)
        np.testing.assert_allclose(playhead.recalled, whole[n_played + 3], atol=1e-6)


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


# Over and over


@pytest.mark.parametrize("context", [0.0, -12.0])
def test_a_loop_repeats_the_song_sample_for_sample(duet, memory, context):
    once = played(Playhead(memory, duet, context))
    playhead = Playhead(memory, duet, context)
    playhead.loop = True
    hops = [playhead.next() for _ in range(3 * 42)]
    thrice = np.concatenate(hops, axis=1)
    np.testing.assert_array_equal(thrice, np.tile(once, 3))
    playhead.loop = False
    assert playhead.next() is None
    playhead.loop = True
    np.testing.assert_array_equal(playhead.next(), hops[0])


def test_a_turn_goes_on_over_the_end_of_a_loop(steady, steady_memory):
    hop = steady_memory.frames.hop
    n = steady.samples.shape[1]
    playhead = Playhead(steady_memory, steady)
    playhead.loop = True
    played(playhead, n // hop)
    assert 0 < n - playhead.position < hop
    playhead.context = 5.0
    played(playhead, 10)
    assert playhead.heard_context == 5.0
    assert_steady(played(playhead, 50)[0], 5.0)


# Seeking

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
    whole = ContextShift(memory)(duet, context).samples
    playhead = Playhead(memory, duet, context)
    playhead.seek(1_920)
    played(playhead, 1)
    found = played(playhead)

    def stretches(samples):
        return np.square(samples[:, : 400 * (samples.shape[1] // 400)]).reshape(2, -1, 400).mean(2)

    difference_db = 10.0 * np.log10(stretches(found) / stretches(whole[:, 1_920 + 96 :]))
    assert np.abs(difference_db).max() < 3.0


def test_a_seek_while_paused_does_not_advance_the_song(duet, memory):
    playhead = Playhead(memory, duet)
    played(playhead, 5)
    for position in (3_000, 1_000, -5, 10**9, 1_000):
        playhead.seek(position)
    assert playhead.position == 960
    played(playhead, 1)
    np.testing.assert_allclose(played(playhead), duet.samples[:, 960 + 96 :], atol=1e-6)


@pytest.mark.parametrize("rest", [0, 40])
@pytest.mark.parametrize("position", [0, 10**6])
def test_no_seek_at_the_end_of_a_loop_clicks(steady_memory, rest, position):
    n_samples = 60 * steady_memory.frames.hop + rest
    hz = round(440 * n_samples / STEADY_RATE) * STEADY_RATE / n_samples  # no click at the seam
    song = mono(0.5 * np.cos(2.0 * np.pi * hz * np.arange(n_samples) / STEADY_RATE), STEADY_RATE)
    playhead = Playhead(ContextShift.teach(song).memory, song)
    playhead.loop = True
    before = played(playhead, 60 + (rest > 0))
    assert playhead.position == n_samples
    playhead.seek(position)
    samples = np.concatenate([before, played(playhead, 20)], axis=1)
    assert steepest(samples) < 1.1 * steepest(song.samples)


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


steps = st.one_of(
    st.tuples(st.just("next"), st.integers(1, 10)),
    st.tuples(st.just("seek"), positions),
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
            here = playhead.position % n if playhead.loop else playhead.position
            made = playhead.next()
            if here == n:
                assert made is None
            else:
                assert made.shape == (2, min(hop, n - here))
                assert playhead.position == here + made.shape[1]
                assert np.abs(made).max() < 3.0
        assert 0 <= playhead.position <= n
        assert abs(playhead.heard_context) <= 36.0


# Turning


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
