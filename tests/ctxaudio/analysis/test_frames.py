"""Frames hold the samples around their centres."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio import Sound
from ctxaudio.analysis.frames import OVERLAP, SLOTS, FrameConfig, cut, frame_power, hann


@given(
    n=st.integers(1, 50),
    centres=st.lists(st.integers(-60, 120), min_size=1, max_size=8),
    window=st.integers(1, 40),
)
def test_a_frame_is_the_samples_around_its_centre_and_zeros_outside(n, centres, window):
    samples = np.arange(1.0, 2 * n + 1).reshape(2, n)
    frames = cut(samples, np.array(centres), window)
    expected = [
        [
            [
                channel[centre - window // 2 + i] if 0 <= centre - window // 2 + i < n else 0.0
                for i in range(window)
            ]
            for centre in centres
        ]
        for channel in samples
    ]
    np.testing.assert_array_equal(frames, expected)


@given(
    seed=st.integers(0, 2**32 - 1),
    centres=st.lists(st.integers(-60, 120), min_size=1, max_size=8),
    window=st.integers(1, 40),
)
def test_power_is_that_of_windowed_frames(seed, centres, window):
    samples = np.random.default_rng(seed).standard_normal((2, 50)).astype(np.float32)
    windowed = cut(samples, np.array(centres), window) * hann(window).astype(np.float64)
    plain = np.sum(windowed**2, axis=(0, 2)) / (0.75 * window)
    np.testing.assert_allclose(
        frame_power(Sound(samples, 44_100), np.array(centres), window), plain
    )


@given(rate=st.integers(8_000, 192_000))
def test_a_window_lasts_as_long_at_every_rate(rate):
    frames = FrameConfig.for_rate(rate)
    assert frames.window == OVERLAP * frames.hop
    assert frames.window / rate == pytest.approx(4096 / 44_100, rel=0.25)


@given(slots=st.integers(1, 40), n_samples=st.integers(1, 5_000))
def test_frames_are_counted_by_their_centres(slots, n_samples):
    hop = SLOTS * slots
    frames = FrameConfig(hop=hop, window=OVERLAP * hop)
    assert frames.n_frames(n_samples) == len(range(0, n_samples, hop))


def test_overlapping_squared_hann_windows_sum_to_a_constant():
    squared = hann(64).astype(np.float64) ** 2
    total = sum(np.roll(squared, shift) for shift in range(0, 64, 64 // OVERLAP))
    np.testing.assert_allclose(total, 0.375 * OVERLAP, rtol=1e-6)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"hop": 0}, "hop"),
        ({"hop": -16}, "hop"),
        ({"hop": 100}, "hop"),
        ({"hop": 256}, "window"),
        ({"window": 1}, "window"),
    ],
)
def test_a_bad_value_is_named(values, name):
    with pytest.raises(ValueError, match=f"^{name} must be .*got"):
        FrameConfig(**values)
