"""A low voice is made by windows that part its harmonics, whatever its pulses look like."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import Field
from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.synthesis.generator import generate
from ctxaudio.synthesis.pulses import resolved, step_fundamentals
from ctxaudio.synthesis.resolution import INPUT_SPANS, PLAYED_SPANS, Resolution
from ctxaudio.synthesis.spectra import take_spectra
from tests.support.signals import RATE, sine
from tests.support.singers import SINGER_RATE, harmonics_error_db, sung

N_STEPS = 40


def resolution_for(rate=RATE, **options):
    return Resolution(sample_rate=rate, frames=FrameConfig.for_rate(rate), **options)


def fundamentals(tone, rate=RATE, **options):
    """Of steps of a tone, a function of the number of samples."""
    resolution = resolution_for(rate, **options)
    n_samples = (N_STEPS - 1) * resolution.frames.hop + resolution.needed + resolution.frames.hop
    samples = np.asarray(tone(n_samples), np.float32)[None]
    spectra = take_spectra(samples, 0, N_STEPS, resolution)
    return step_fundamentals(spectra.power, N_STEPS, resolution)


def harmonics_of(*tones_hz, rate=RATE):
    def tone(n_samples):
        return 0.1 * sum(
            sine(k * hz, seconds=n_samples / rate, amplitude=1.0 / k, rate=rate)[:n_samples]
            for hz in tones_hz
            for k in range(1, 20)
        )

    return tone


@pytest.mark.parametrize("voice_hz", [60.0, 85.0, 130.0, 400.0])
@pytest.mark.parametrize("rate", [22_050, 44_100, 96_000])
def test_the_fundamental_is_found_of_what_spectra_there_are(voice_hz, rate):
    found = fundamentals(harmonics_of(voice_hz, rate=rate), rate)
    np.testing.assert_allclose(found, voice_hz, rtol=0.01)


def test_chords_noise_silence_and_single_clicks_have_hardly_any(rng):
    def click(n_samples):
        return np.arange(n_samples) == n_samples // 2

    assert np.mean(fundamentals(harmonics_of(65.4, 98.0, 130.8, 155.6)) > 0.0) < 0.1
    assert not fundamentals(rng.standard_normal).any()
    assert not fundamentals(np.zeros).any()
    assert not fundamentals(click).any()


@pytest.mark.parametrize("spans", [PLAYED_SPANS, INPUT_SPANS])
def test_where_no_window_is_too_short_none_is_looked_for(spans):
    assert not fundamentals(harmonics_of(85.0), spans=spans).any()


def test_a_window_with_too_few_periods_gives_its_share_to_the_next_longer(rng):
    resolution = resolution_for()
    assert resolution.windows == (16_384, 8_192, 4_096, 2_048, 1_024)
    shape = (4, *resolution.allowed.shape)
    weight = rng.random(shape) * resolution.allowed
    weight /= weight.sum(axis=1, keepdims=True)
    moved = resolved(weight, np.array([0.0, 50.0, 85.0, 104.0]), resolution)
    np.testing.assert_array_equal(moved[[0, 3]], weight[[0, 3]])
    np.testing.assert_allclose(moved[1, 2], weight[1, 2:].sum(axis=0))
    np.testing.assert_allclose(moved[2, 3], weight[2, 3:].sum(axis=0))
    assert not moved[1, 3:].any()
    assert not moved[2, 4].any()
    np.testing.assert_allclose(moved.sum(axis=1), 1.0)


@pytest.mark.parametrize(("semitones", "most_db"), [(-5.0, 3.0), (5.0, 0.5), (12.0, 0.8)])
def test_a_low_voice_moves_as_a_whole(semitones, most_db):
    low, truth = (
        sung(85.0, semitones=moved, formants_st=moved, seconds=1.0) for moved in (0.0, semitones)
    )
    frames, bands = FrameConfig.for_rate(SINGER_RATE), BandConfig.for_rate(SINGER_RATE)
    rows = np.zeros((frames.n_frames(low.samples.shape[1]), bands.n_bands))
    made = generate(low, Field(rows + semitones, rows), resolution_for(SINGER_RATE), bands)
    assert harmonics_error_db(made, truth, 85.0, semitones) < most_db
