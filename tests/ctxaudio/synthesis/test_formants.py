"""Formants stay, or go by themselves, while what sings them moves."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal

from ctxaudio import Field, Sound
from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.envelope import AXIS, N_POINTS
from ctxaudio.analysis.frames import FrameConfig, cut
from ctxaudio.synthesis.formants import MOST_DB, Envelopes, formant_gain
from ctxaudio.synthesis.generator import generate
from ctxaudio.synthesis.resolution import Resolution
from tests.support.singers import SINGER_RATE, harmonics_error_db, sung

FRAMES, BANDS = FrameConfig.for_rate(SINGER_RATE), BandConfig.for_rate(SINGER_RATE)
RESOLUTION = Resolution(sample_rate=SINGER_RATE, frames=FRAMES)
POINTS = AXIS.lowest + np.arange(N_POINTS) * AXIS.width


@pytest.fixture(scope="module")
def song():
    return sung()


@pytest.fixture(scope="module")
def windows(song):
    return cut(song.samples, np.arange(4, 12) * FRAMES.window, FRAMES.window)


def rows(n_frames, semitones):
    return np.full((n_frames, BANDS.n_bands), float(semitones))


def gain_of(windows, semitones, formants):
    n_frames = windows.shape[1]
    levels = Envelopes.of(windows, SINGER_RATE).levels
    return formant_gain(levels, rows(n_frames, semitones), rows(n_frames, formants), BANDS)


def moved_apart(song, semitones, formants):
    n_frames = FRAMES.n_frames(song.samples.shape[1])
    field = Field(rows(n_frames, semitones), rows(n_frames, 0.0), rows(n_frames, formants))
    return generate(song, field, RESOLUTION, BANDS)


@pytest.mark.parametrize("semitones", [-12.0, 0.0, 5.0])
def test_what_moves_with_its_envelope_keeps_its_level(windows, semitones):
    np.testing.assert_allclose(gain_of(windows, semitones, semitones), 0.0, atol=1e-9)


@pytest.mark.parametrize(
    ("semitones", "formants"), [(5.0, 0.0), (-7.0, 0.0), (0.0, 3.0), (4.0, -2.0)]
)
def test_the_gain_is_the_envelope_there_over_the_envelope_here(windows, semitones, formants):
    levels = Envelopes.of(windows, SINGER_RATE).levels
    gain = gain_of(windows, semitones, formants)
    for row, level in zip(gain, levels, strict=True):
        there = np.interp(POINTS + semitones - formants, POINTS, level)
        np.testing.assert_allclose(row, np.minimum(there - level, MOST_DB), atol=1e-9)


def test_an_envelope_that_bends_is_read_where_it_is_carried_to(windows):
    """Displacements that grow with pitch: what is carried to t came from where t = x + d(x)."""
    n_frames = windows.shape[1]
    bend = np.broadcast_to(0.02 * BANDS.centres, (n_frames, BANDS.n_bands))
    levels = Envelopes.of(windows, SINGER_RATE).levels
    gain = formant_gain(levels, rows(n_frames, 0.0), bend, BANDS)
    inside = slice(20, -60)
    for row, level in zip(gain, levels, strict=True):
        there = np.interp(POINTS / 1.02, POINTS, level)
        wanted = np.minimum(there - level, MOST_DB)
        np.testing.assert_allclose(row[inside], wanted[inside], atol=0.1)


@pytest.mark.parametrize(("semitones", "most_db"), [(-5.0, 3.0), (5.0, 1.5), (12.0, 1.5)])
def test_a_voice_keeps_its_vowel(song, semitones, most_db):
    kept = moved_apart(song, semitones, 0.0)
    error = harmonics_error_db(kept, sung(semitones=semitones), 150.0, semitones)
    along = moved_apart(song, semitones, semitones)
    lost = harmonics_error_db(along, sung(semitones=semitones), 150.0, semitones)
    assert error < most_db
    assert lost > 3.0 * error


def test_a_low_voice_is_made_by_windows_that_part_its_harmonics():
    low, truth = (sung(85.0, semitones=semitones, seconds=1.0) for semitones in (0.0, 5.0))
    assert harmonics_error_db(moved_apart(low, 5.0, 0.0), truth, 85.0, 5.0) < 1.0


@pytest.mark.parametrize("formants", [-4.0, 3.0])
def test_formants_move_by_themselves(song, formants):
    made = moved_apart(song, 0.0, formants)
    assert harmonics_error_db(made, sung(formants_st=formants), 150.0, 0.0) < 2.0
    assert harmonics_error_db(song, sung(formants_st=formants), 150.0, 0.0) > 5.0


def hiss(rng, low_hz, high_hz):
    noise = rng.standard_normal((1, SINGER_RATE))
    band = scipy.signal.butter(1, [low_hz, high_hz], "band", fs=SINGER_RATE, output="sos")
    return Sound(0.1 * scipy.signal.sosfilt(band, noise), SINGER_RATE)


def spectrum_db(sound):
    hz, power = scipy.signal.welch(sound.samples[0], SINGER_RATE, nperseg=1024)
    return hz, 10.0 * np.log10(power)


@pytest.mark.parametrize("semitones", [-7.0, 12.0])
def test_a_consonant_stays_as_it_is(rng, semitones):
    song = hiss(rng, 4_000.0, 8_000.0)
    made = moved_apart(song, semitones, 0.0)
    hz, before = spectrum_db(song)
    _, after = spectrum_db(made)
    inside = (hz > 2_000.0) & (hz < 6_000.0)  # above the last segment all counts as partials
    assert np.abs(after - before)[inside].max() < 1.5


def test_a_consonant_goes_with_the_formants(rng):
    song = hiss(rng, 2_500.0, 3_500.0)
    made = moved_apart(song, -5.0, 7.0)
    highest = [
        hz[np.argmax(scipy.ndimage.gaussian_filter1d(power, 6))]
        for hz, power in (spectrum_db(song), spectrum_db(made))
    ]
    assert abs(12.0 * np.log2(highest[1] / highest[0]) - 7.0) < 2.0


def test_silence_stays_silent():
    silence = Sound(np.zeros((1, 8_000)), SINGER_RATE)
    assert not moved_apart(silence, 5.0, 0.0).samples.any()
