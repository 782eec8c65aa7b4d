"""Displacements are found where there are any, and only what is reliable departs from the song."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.registration import evidence, find_displacement, regularise

BANDS = BandConfig()
FRAME_S = 512 / 44_100


def ridges(rng, *, n_frames=30, density=0.05):
    """Amplitudes (frame, point) of partials at random pitches, as wide as smoothing makes them."""
    impulses = rng.random((n_frames, len(BANDS.grid))) * (
        rng.random((n_frames, len(BANDS.grid))) < density
    )
    return scipy.ndimage.gaussian_filter1d(impulses, 2.5, axis=1)


def displaced(values, semitones):
    points = semitones * 100.0 / BANDS.grid_cents
    return scipy.ndimage.shift(values, (0.0, points), order=3, mode="nearest")


@pytest.mark.parametrize("semitones", [-12.0, -2.0, -0.37, 0.0, 0.5, 1.0, 7.0])
def test_a_displaced_spectrum_is_found_where_it_is(semitones, rng):
    song = ridges(rng)
    found = find_displacement(song, displaced(song, semitones), BANDS)
    np.testing.assert_allclose(found, semitones, atol=0.03)


def test_loudness_and_tilt_of_the_version_do_not_displace_it(rng):
    song = ridges(rng)
    tilt = 5.0 * np.exp(-0.02 * BANDS.grid)
    found = find_displacement(song, displaced(song, 1.0) * tilt, BANDS)
    np.testing.assert_allclose(found, 1.0, atol=0.03)


def test_a_band_that_left_the_axis_follows_the_song(rng):
    song = ridges(rng)
    song[:, :49] = 0.0  # the lowest band is a partial at the very end of the axis
    partial = rng.random(len(song))
    song[:, 2:5] = partial[:, None] * [0.5, 1.0, 0.5]
    version = displaced(song, -1.0)
    version[:, 102:105] += 0.4 * song[:, 2:5]  # and what is alike is far from there
    np.testing.assert_allclose(find_displacement(song, version, BANDS)[0], -1.0, atol=0.03)


def test_silence_is_not_displaced(rng):
    silence = np.zeros((4, len(BANDS.grid)))
    np.testing.assert_array_equal(find_displacement(silence, silence, BANDS), 0.0)


@pytest.mark.parametrize("semitones", [-0.04, 0.01, 0.05])
def test_evidence_pools_to_the_displacement_that_is_left(semitones, rng):
    song = ridges(rng, n_frames=60)
    value, weight = evidence(song, displaced(song, semitones), BANDS.shares, BANDS)
    assert value.shape == weight.shape == (60, BANDS.n_bands)
    assert weight.min() >= 0.0
    pooled = value.sum(axis=0) / weight.sum(axis=0)
    # The outermost bands also hold what the translation brought in from outside the axis.
    np.testing.assert_allclose(pooled[1:-1], semitones, rtol=0.05)


def test_evidence_of_a_louder_version_is_that_of_one_as_loud(rng):
    song = ridges(rng)
    version = displaced(song, 0.05)
    value, weight = evidence(song, version, BANDS.shares, BANDS)
    louder_value, louder_weight = evidence(song, 3.0 * version, BANDS.shares, BANDS)
    np.testing.assert_allclose(louder_value, value, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(louder_weight, weight, rtol=1e-6, atol=1e-12)


def test_noise_alone_shrinks_to_the_song(rng):
    weights = rng.uniform(0.5, 1.5, (1000, 24))
    noise = 0.1 * rng.standard_normal((1000, 24))
    found = regularise((0.3 + noise) * weights, weights, FRAME_S)[:]
    song = np.sum((0.3 + noise) * weights) / weights.sum()
    # Smoothing alone would leave 0.1 over the square root of the 46 frames that it averages.
    assert np.sqrt(np.mean((found - song) ** 2)) < 0.002
    assert np.median(np.abs(found - song)) < 1e-6


def test_a_band_that_departs_keeps_its_departure(rng):
    weights = np.ones((1000, 24))
    values = 1.0 + 0.05 * rng.standard_normal((1000, 24))
    values[:, 5] += 0.3
    found = regularise(values * weights, weights, FRAME_S)[:]
    expected = np.ones(24)
    expected[5] = 1.3
    np.testing.assert_allclose(found.mean(axis=0), expected, atol=0.03)


def test_a_course_over_time_that_all_bands_share_is_followed(rng):
    time_s = np.arange(3000) * FRAME_S
    course = 0.2 * np.sin(2.0 * np.pi * time_s / 12.0)
    values = course[:, None] + 0.05 * rng.standard_normal((3000, 24))
    found = regularise(values, np.ones_like(values), FRAME_S)[:]
    error = found - course[:, None]
    assert np.sqrt(np.mean(error[200:-200] ** 2)) < 0.02


def test_a_band_that_says_nothing_follows_the_song(rng):
    weights = np.ones((600, 24))
    weights[:, 7] = 0.0
    values = (0.5 + 0.05 * rng.standard_normal((600, 24))) * weights
    found = regularise(values, weights, FRAME_S)[:]
    np.testing.assert_allclose(found[:, 7], 0.5, atol=0.01)


@pytest.mark.parametrize("n_frames", [1, 2, 7, 8, 40])
def test_agreement_is_kept_whatever_the_length(n_frames):
    weights = np.full((n_frames, 24), 0.25)
    np.testing.assert_allclose(regularise(2.0 * weights, weights, FRAME_S), 2.0, atol=1e-9)


def test_no_evidence_is_no_displacement():
    nothing = np.zeros((20, 24))
    np.testing.assert_array_equal(regularise(nothing, nothing, FRAME_S), 0.0)


@pytest.mark.parametrize("n_frames", [1, 30, 799, 2000])
def test_long_songs_are_regularised_in_parts_to_the_last_bit(n_frames, rng, monkeypatch):
    weights = rng.random((n_frames, 5)).astype(np.float32)
    course = np.cumsum(rng.standard_normal((n_frames, 5)), axis=0).astype(np.float32)
    whole = regularise(course * weights, weights, FRAME_S)[:]
    monkeypatch.setattr("ctxaudio.analysis.registration._AT_A_TIME", 40)
    np.testing.assert_array_equal(regularise(course * weights, weights, FRAME_S), whole)
