"""Displacements are kept at every eighth frame and the last; between them is a straight line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.features import Features
from ctxaudio.memory.alone.displacement import (
    Displacement,
    at_frames,
    displaced,
    displacement_of,
    kept_frames,
)
from ctxaudio.memory.alone.layout import Layout
from ctxaudio.memory.alone.squeezing import squeezed

N_BANDS = 5
LENGTHS = [1, 2, 7, 8, 9, 10, 16, 17, 25, 100]


def drawn(n_frames, rng):
    shape = (len(kept_frames(n_frames)), N_BANDS)
    return Displacement(rng.uniform(-12.0, 12.0, shape), rng.uniform(-30.0, 30.0, shape))


@pytest.mark.parametrize("n_frames", LENGTHS)
def test_every_eighth_frame_and_the_last_are_kept(n_frames):
    kept = kept_frames(n_frames)
    assert kept[0] == 0
    assert kept[-1] == n_frames - 1
    assert set(kept) == {*range(0, n_frames, 8), n_frames - 1}
    assert (np.diff(kept) > 0).all()


@pytest.mark.parametrize("n_frames", LENGTHS)
def test_they_come_back_to_half_a_step(n_frames, rng):
    there = drawn(n_frames, rng)
    back = Displacement.unpacked(there.packed(), n_frames, N_BANDS)
    assert np.abs(back.semitones - there.semitones).max() <= 2.5e-5 * (1.0 + 1e-6)
    assert np.abs(back.gain_db - there.gain_db).max() <= 0.01 * (1.0 + 1e-6)
    assert back.packed() == there.packed()


@pytest.mark.parametrize("n_frames", LENGTHS)
def test_between_them_is_a_straight_line_and_behind_the_last_it_stays(n_frames, rng):
    there, frames = drawn(n_frames, rng), np.arange(n_frames + 20)
    found = at_frames(there, 0, len(frames), n_frames)
    for ours, kept in zip(found, there, strict=True):
        for band in range(N_BANDS):
            expected = np.interp(frames, kept_frames(n_frames), kept[:, band])
            np.testing.assert_allclose(ours[:, band], expected, atol=1e-12)


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 20), st.integers(0, 2**32 - 1))
def test_some_frames_are_those_of_all(n_frames, begin, n, seed):
    there = drawn(n_frames, np.random.default_rng(seed))
    all_frames = at_frames(there, 0, 90, n_frames)
    for ours, theirs in zip(at_frames(there, begin, begin + n, n_frames), all_frames, strict=True):
        np.testing.assert_array_equal(ours, theirs[begin : begin + n])


@pytest.mark.parametrize("at_a_time", [1, 2, 512])
def test_what_is_measured_is_the_difference_where_it_is_kept(at_a_time, rng, monkeypatch):
    monkeypatch.setattr("ctxaudio.memory.alone.displacement._AT_A_TIME", at_a_time)
    for n_frames in LENGTHS:
        song, version = (Features(*rng.standard_normal((2, n_frames, N_BANDS))) for _ in range(2))
        found = displacement_of(song, version)
        kept = kept_frames(n_frames)
        np.testing.assert_array_equal(found.semitones, (version.pitch - song.pitch)[kept])
        np.testing.assert_array_equal(found.gain_db, (version.level - song.level)[kept])


@given(st.binary(max_size=100))
def test_what_is_none_is_refused(data):
    with pytest.raises(ValueError):
        Displacement.unpacked(data, 9, N_BANDS)


def test_those_of_another_length_or_far_beyond_are_refused(rng):
    data = drawn(17, rng).packed()
    for n_frames, n_bands in ((8, N_BANDS), (25, N_BANDS), (17, N_BANDS + 1)):
        with pytest.raises(ValueError):
            Displacement.unpacked(data, n_frames, n_bands)
    far = squeezed(np.zeros(0, np.uint8), np.full(2 * N_BANDS, 2**30))
    with pytest.raises(ValueError, match="displaced by more than 1000"):
        Displacement.unpacked(far, 1, N_BANDS)


@pytest.mark.parametrize("n_channels", [1, 2])
def test_partials_and_noise_are_displaced_as_the_bands_that_they_lie_in(n_channels):
    bands, layout = BandConfig.for_rate(8_000), Layout(n_channels=n_channels)
    features = np.tile(layout.silence, (3, 1))
    centres = np.asarray(bands.centres)
    features[:, layout.parts["pitch"]] = -400.0  # below all bands
    features[:, layout.parts["pitch"]][:, : len(centres)] = centres
    by_band = np.tile(np.arange(float(bands.n_bands)), (3, 1))
    found = displaced(features, Displacement(by_band, -by_band), bands, layout, centres[:4])
    np.testing.assert_allclose(found["pitch"][:, : len(centres)], by_band, atol=1e-9)
    np.testing.assert_allclose(found["level"], -found["pitch"])
    assert not found["pitch"][:, len(centres) :].any()
    np.testing.assert_allclose(found["noise_pitch"], by_band[:, :4], atol=1e-9)
    assert found["noise"].shape == (3, 4 * 4 * n_channels)
