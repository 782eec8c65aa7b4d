"""Bands share all of the log-frequency axis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d

from ctxaudio.analysis.bands import BandConfig, at_pitch, smooth

BANDS = BandConfig()


@given(n_bands=st.integers(2, 40), rate=st.integers(8_000, 192_000))
def test_shares_sum_to_one_everywhere(n_bands, rate):
    highest = BandConfig.for_rate(rate).highest_hz
    config = BandConfig(n_bands=n_bands, highest_hz=highest)
    np.testing.assert_allclose(config.shares.sum(axis=1), 1.0, atol=1e-5)
    assert config.shares.min() >= 0.0
    assert config.highest_hz < 0.5 * rate


@given(seed=st.integers(0, 2**32 - 1), semitones=st.floats(-60.0, 80.0))
def test_values_at_a_pitch_are_interpolated_with_the_same_shares(seed, semitones):
    values = np.random.default_rng(seed).standard_normal(BANDS.n_bands)
    expected = np.interp(semitones, BANDS.centres, values)
    assert at_pitch(values, semitones, BANDS.axis) == pytest.approx(expected, abs=1e-5)


@given(seed=st.integers(0, 2**32 - 1), n_points=st.integers(1, 40))
def test_smoothing_is_a_gaussian_that_silence_surrounds(seed, n_points):
    values = np.random.default_rng(seed).random((2, n_points)).astype(np.float32)
    sigma = BANDS.smoothing_cents / BANDS.grid_cents
    plain = gaussian_filter1d(values, sigma, axis=1, mode="constant", truncate=3.0)
    np.testing.assert_allclose(smooth(values, BANDS), plain, rtol=1e-5, atol=1e-7)


def test_smoothing_keeps_energy_and_has_the_width_asked_for():
    impulse = np.zeros((1, len(BANDS.grid)))
    impulse[0, 300] = 2.0
    smoothed = smooth(impulse, BANDS)[0]
    assert smoothed.sum() == pytest.approx(2.0)
    offset_cents = (np.arange(len(smoothed)) - 300) * BANDS.grid_cents
    deviation = np.sqrt(np.average(offset_cents**2, weights=smoothed))
    assert deviation == pytest.approx(BANDS.smoothing_cents, rel=0.03)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"n_bands": 1}, "n_bands"),
        ({"lowest_hz": 0.0}, "lowest_hz"),
        ({"lowest_hz": 500.0, "highest_hz": 400.0}, "lowest_hz"),
        ({"grid_cents": 0.0}, "grid_cents"),
        ({"grid_cents": 30.0}, "grid_cents"),
    ],
)
def test_a_bad_value_is_named(values, name):
    with pytest.raises(ValueError, match=f"^{name} must .*got"):
        BandConfig(**values)
