"""A song that begins again at its end: nothing is lost, doubled or heard of the seam."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.metrics.clicks import click_rate
from ctxaudio import ContextShift, Sound
from ctxaudio.playback.playhead import Playhead
from tests.support.heard import assert_steady, played, steepest, steepest_sine
from tests.support.signals import LOW_RATE, STEADY_HZ, STEADY_RATE, mono, sine, tunes
from tests.support.streaming import whole

HOP = 256  # at the steady tone's rate
LENGTHS = [60 * HOP, 60 * HOP + 40, 20 * HOP - 1, 1_003, 3 * HOP, HOP, HOP - 1, 152, 101]


@cache
def whole_periods(n_samples):
    """A tone near the steady one's pitch with no seam where it begins again, and its memory."""
    n_periods = max(round(STEADY_HZ * n_samples / STEADY_RATE), 1)
    hz = n_periods * STEADY_RATE / n_samples
    song = mono(sine(hz, seconds=n_samples / STEADY_RATE, rate=STEADY_RATE), STEADY_RATE)
    return song, hz, ContextShift.teach(song).memory


def looped(memory, song, context=0.0):
    playhead = Playhead(memory, song, context)
    playhead.loop = True
    return playhead


@pytest.mark.parametrize("n_samples", [1, 2, 37, 95, 96, 97, 143, 500, 768, 4_001])
def test_at_its_own_pitch_a_loop_is_the_song_over_and_over_to_the_sample(n_samples):
    song = Sound(tunes(n_samples, LOW_RATE), LOW_RATE)
    playhead = looped(ContextShift.teach(song).memory, song)
    n_hops = 3 * n_samples // 96 + 20
    made = played(playhead, n_hops)
    times = -(-made.shape[1] // n_samples)
    truth = np.tile(song.samples, times)[:, : made.shape[1]]
    np.testing.assert_allclose(made, truth, atol=2e-6)
    assert made.shape == (2, 96 * n_hops)
    assert playhead.position == 96 * n_hops % n_samples


@pytest.mark.parametrize(
    ("n_samples", "context"),
    [*((n, 5.0) for n in LENGTHS), *((n, c) for n in LENGTHS[1::3] for c in (-12.0, 12.0))],
)
def test_a_loop_without_a_seam_has_none_at_any_context(n_samples, context):
    song, hz, memory = whole_periods(n_samples)
    is_long = n_samples >= 20 * HOP - 1
    samples = played(looped(memory, song, context), 150 if is_long else 60)  # several times over
    truth = sine(
        hz * 2.0 ** (context / 12.0), seconds=samples.shape[1] / STEADY_RATE, rate=STEADY_RATE
    )
    truth = truth[None, : samples.shape[1]]
    assert click_rate(truth, samples, STEADY_RATE) == 0.0
    if is_long:  # of shorter ones the memory knows little
        assert steepest(samples[:, 2_000:]) < 1.03 * steepest(truth)
        powers = np.square(samples[0, -34_300:]).reshape(-1, 343).mean(axis=1)
        assert 10.0 * np.ptp(np.log10(powers)) < 1.0  # dB, at the seam as anywhere


def test_clicks_at_the_seam_would_have_been_found():
    song, hz, memory = whole_periods(20 * HOP - 1)
    once = played(Playhead(memory, song, 5.0))
    truth = sine(hz * 2.0 ** (5.0 / 12.0), seconds=1.0, rate=STEADY_RATE)[None]
    assert click_rate(truth, np.tile(once, 5)[:, : truth.shape[1]], STEADY_RATE) > 1.0


def test_each_time_sounds_as_the_first():
    song = Sound(tunes(4_001, LOW_RATE), LOW_RATE)
    effect = ContextShift.teach(song)
    samples = played(looped(effect.memory, song, 7.0), 3 * 42)
    expected = whole(effect.memory, song, 7.0).samples
    powers = [
        np.square(each[:, 400:3_600]).reshape(2, -1, 400).mean(axis=2)
        for each in (expected, samples[:, :4_001], samples[:, 4_001:8_002], samples[:, 8_002:])
    ]
    for power in powers[1:]:
        assert np.abs(10.0 * np.log10(power / powers[0])).max() < 2.0


def test_a_turn_goes_on_over_the_end(steady, steady_memory):
    n = steady.samples.shape[1]
    playhead = looped(steady_memory, steady)
    played(playhead, n // HOP)
    assert 0 < n - playhead.position < HOP
    playhead.context = 5.0
    played(playhead, 10)
    assert playhead.heard_context == 5.0
    assert_steady(played(playhead, 50)[0], 5.0)


@pytest.mark.parametrize("n_samples", [60 * HOP, 60 * HOP + 40, HOP - 1])
def test_a_loop_that_is_ended_ends_with_the_song(n_samples):
    song, _, memory = whole_periods(n_samples)
    playhead = looped(memory, song)
    heard = played(playhead, 75)
    playhead.loop = False
    heard = np.concatenate([heard, played(playhead)], axis=1)
    times, rest = divmod(heard.shape[1], n_samples)
    assert rest == 0
    np.testing.assert_allclose(heard, np.tile(song.samples, times), atol=2e-6)
    assert (playhead.position, playhead.next()) == (n_samples, None)
    playhead.loop = True
    assert playhead.position == 0
    again = played(playhead, 10)
    truth = np.tile(song.samples, 20)[:, HOP : 10 * HOP]
    np.testing.assert_allclose(again[:, HOP:], truth, atol=2e-6)


@pytest.mark.parametrize("n_samples", LENGTHS)
def test_a_position_that_is_sought_in_a_loop_is_met_within_a_hop(n_samples):
    song, _, memory = whole_periods(n_samples)
    playhead = looped(memory, song)
    for sought in (0, 1, n_samples // 2, n_samples - 1, n_samples, 10**9, -5):
        playhead.seek(sought)
        inside = min(max(sought, 0), n_samples - 1)
        late = (playhead.position - inside) % n_samples
        assert min(late, n_samples - late) < HOP
        at = playhead.position
        played(playhead, 1)  # over which it fades in
        truth = np.tile(song.samples, 8)[:, at + HOP :][:, : 2 * HOP] if n_samples > HOP else None
        if truth is not None:
            np.testing.assert_allclose(played(playhead, 2), truth, atol=2e-6)


@pytest.mark.parametrize("n_samples", LENGTHS)
def test_a_loop_that_begins_before_anything_is_heard_is_one_from_the_start(n_samples):
    song, _, memory = whole_periods(n_samples)
    playhead = Playhead(memory, song, 3.0)
    for loop in (True, False, True):
        playhead.loop = loop
    np.testing.assert_array_equal(played(playhead, 20), played(looped(memory, song, 3.0), 20))


steps = st.tuples(
    st.integers(1, 12),
    st.lists(st.one_of(st.integers(0, 20_000), st.just(10**9)), max_size=2),
    st.one_of(st.none(), st.sampled_from([-12.0, 0.0, 2.0, 7.0])),
)


@settings(max_examples=15)
@given(n_samples=st.sampled_from(LENGTHS), steps=st.lists(steps, min_size=1, max_size=8))
@example(n_samples=60 * HOP + 40, steps=[(60, [], 5.0), (12, [10**9], None), (3, [0], -12.0)])
@example(n_samples=HOP - 1, steps=[(1, [0], 7.0), (1, [10**9], None), (1, [5, 7], 2.0)])
def test_no_seek_and_no_turn_in_a_loop_clicks(n_samples, steps):
    song, hz, memory = whole_periods(n_samples)
    playhead = looped(memory, song)
    parts = [played(playhead, 10)]
    for n_hops, sought, context in steps:
        if context is not None:
            playhead.context = context
        for position in sought:
            playhead.seek(position)
        parts.append(played(playhead, n_hops))
    samples = np.concatenate([*parts, played(playhead, 30)], axis=1)
    assert steepest(samples) < 1.1 * steepest_sine(7.0) * hz / STEADY_HZ


@pytest.mark.parametrize(("rest", "context"), [(0, 0.0), (40, 5.0), (200, -7.0), (200, 0.0)])
def test_a_loop_may_begin_as_late_as_the_last_hop(rest, context):
    song, hz, memory = whole_periods(60 * HOP + rest)
    always = played(looped(memory, song, context), 72)
    for n_hops in (51, 55, 59, 60):
        playhead = Playhead(memory, song, context)
        before = played(playhead, n_hops)
        playhead.loop = True
        samples = np.concatenate([before, played(playhead, 72 - n_hops)], axis=1)
        if n_hops <= 51:  # nothing past the end was made yet, though seen
            np.testing.assert_allclose(samples, always, atol=1e-3)
        own = sine(hz * 2.0 ** (context / 12.0), rate=STEADY_RATE)
        assert steepest(samples[:, 2_000:]) < 1.3 * steepest(own)
