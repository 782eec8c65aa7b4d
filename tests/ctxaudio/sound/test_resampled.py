"""Sounds at other rates."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import Sound
from ctxaudio.sound.resampled import resampled
from tests.support.signals import snr_db


@pytest.mark.parametrize("seconds", [1e-3, 0.1, 4.0])  # of which the last is several blocks
@pytest.mark.parametrize(("before", "after"), [(44_100, 48_000), (96_000, 44_100), (8_000, 11_025)])
def test_a_tone_is_the_same_tone(before, after, seconds):
    def tone(rate):
        time_s = np.arange(round(seconds * before)) / before
        n_samples = round(len(time_s) * rate / before)
        time_s = np.arange(n_samples) / rate
        return np.stack([np.sin(2.0 * np.pi * hz * time_s) for hz in (440.0, 1_000.0)])

    made = resampled(Sound(tone(before), before), after)
    expected = tone(after)
    assert (made.sample_rate, made.n_samples) == (after, expected.shape[1])
    if seconds > 0.01:
        middle = slice(after // 50, -(after // 50))
        found = made.read(0, made.n_samples)
        assert snr_db(expected[:, middle], found[:, middle]) > 90.0
