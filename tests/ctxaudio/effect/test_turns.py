"""A context that is turned while the sound goes on: no click, and 50 ms until it is there."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import ContextShift
from ctxaudio.effect.stream import stream_resolution
from ctxaudio.synthesis.glide import GLIDE_S
from tests.support.signals import LOW_RATE, STEADY_HZ, cents, sine, snr_db, tone
from tests.support.streaming import turned


def steepest(samples, order):
    return np.abs(np.diff(np.asarray(samples, np.float64), order)).max()


@pytest.mark.parametrize(
    ("start", "target", "at"),
    [
        (0.0, 12.0, 12_000),
        (0.0, 12.0, 12_289),
        (12.0, 0.0, 12_000),
        (-12.0, 12.0, 12_289),
        (12.0, -12.0, 12_000),
        (0.0, -24.0, 12_111),
    ],
)
def test_a_turn_does_not_click_and_leads_where_it_should(steady, steady_memory, start, target, at):
    rate = steady.sample_rate
    found = turned(ContextShift(steady_memory), steady.samples, {at: target}, start=start)[0]
    highest = STEADY_HZ * 2.0 ** (max(start, target) / 12.0)
    of_highest = sine(highest, seconds=0.2, rate=rate)
    around = found[at - 1_000 : at + rate // 4]
    assert steepest(around, 1) < 1.05 * steepest(of_highest, 1)
    assert steepest(around, 2) < 1.05 * steepest(of_highest, 2)
    for part, context in (
        (found[at - 6_000 : at], start),
        (found[at + 5_000 : at + 11_000], target),
    ):
        target_hz = STEADY_HZ * 2.0 ** (context / 12.0)
        found_hz, amplitude = tone(part, target_hz, rate=rate)
        assert abs(cents(found_hz, target_hz)) < 2.0
        assert amplitude == pytest.approx(0.5, rel=0.02)


def test_a_turn_takes_50_ms_from_its_sample_on(noise, loudness_memory):
    # A slow twin: each frame as loud as the context was when the last sample came that it waits
    # for. The network itself follows a little late, by a tenth of a frame.
    hop, window = loudness_memory.frames.hop, loudness_memory.frames.window
    ahead = stream_resolution(loudness_memory).look_ahead * hop
    at, target = 3_333, 12.0
    found = turned(ContextShift(loudness_memory), noise.samples, {at: target})[0]
    shape = np.hanning(window + 1)[:-1] ** 2
    n = noise.samples.shape[1]
    level, overlap = np.zeros(n + 2 * window), np.zeros(n + 2 * window)
    for last in range(hop, n + window, hop):  # one past the frame's last sample
        left = 1.0 - np.clip((last + ahead - at) / (0.05 * LOW_RATE), 0.0, 1.0)
        decibels = target * (1.0 - left**2)
        level[last : last + window] += shape * 10.0 ** (decibels / 20.0)
        overlap[last : last + window] += shape
    late = window + ahead - 1
    gain = (level / np.maximum(overlap, 1e-9))[window:][: n - late]
    expected = noise.samples[0, :-late] * gain
    around = slice(at - window, at + window)
    assert snr_db(expected[around], found[late:][around]) > 30.0
    assert GLIDE_S == 0.05


def test_no_time_is_no_turn(taught_tune, tune):
    plain, disturbed = ContextShift(taught_tune.memory), ContextShift(taught_tune.memory)
    for effect in (plain, disturbed):
        effect.process(tune.samples[:, :5_000])
        effect.context = 12.0
        effect.process(tune.samples[:, 5_000:5_300])
    disturbed.context = -5.0
    assert disturbed.process(np.zeros((1, 0))).shape == (1, 0)
    disturbed.context = 12.0
    rest = [effect.process(tune.samples[:, 5_300:9_000]) for effect in (plain, disturbed)]
    np.testing.assert_array_equal(*rest)
