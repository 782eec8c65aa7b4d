"""Windows of a song and its copies last the same musical time, and are fast to transform."""

from __future__ import annotations

import pytest

from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.analysis.proportional import at_speed, proportional

SPEEDS = [2.0 ** (semitones / 12.0) for semitones in (-1, 0, 1)]


@pytest.mark.parametrize(
    ("rate", "mismatch"), [(8_000, 2.5e-4), (22_050, 1.1e-4), (44_100, 1e-5), (192_000, 1e-5)]
)
def test_windows_of_copies_a_semitone_away_are_proportional(rate, mismatch):
    frames = FrameConfig.for_rate(rate)
    window = proportional(frames.window)
    assert abs(window / frames.window - 1.0) <= 0.1
    for speed in SPEEDS:
        assert abs(at_speed(window, speed) * speed / window - 1.0) < mismatch


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000, 192_000])
def test_they_have_no_large_prime(rate):
    """Of frames of 4096 samples, the window of the higher copy would be 3866 = 2 · 1933."""
    for speed in SPEEDS:
        length = at_speed(proportional(FrameConfig.for_rate(rate).window), speed)
        for prime in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31):
            while length % prime == 0:
                length //= prime
        assert length == 1


@pytest.mark.parametrize("window", [1, 2, 3, 10, 128])
def test_any_window_has_one_beside_it(window):
    assert abs(proportional(window) - window) <= 0.1 * window
