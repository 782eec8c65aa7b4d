"""True peaks: what is loud between the samples counts, and a sound is lowered by that."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio import Sound
from ctxaudio.sound.peak import fit_full_scale, true_peak
from tests.support.signals import RATE, mono, sine


def band_limited_peak(samples):
    """Twin of :func:`true_peak`: a Fourier series, of a sound that is silent at both ends."""
    n = samples.shape[-1]
    padded = np.fft.irfft(np.fft.rfft(samples.astype(np.float64)), 32 * n) * 32
    return np.abs(padded).max()


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("phase", [0.0, 0.3, np.pi / 4])
def test_a_sine_is_as_high_as_its_amplitude_wherever_its_samples_lie(rate, phase):
    hz = min(rate / 4.0, 11_000.0)
    wave = sine(hz, amplitude=0.8, seconds=0.5, rate=rate, phase=phase)
    assert true_peak(mono(wave * np.hanning(len(wave)), rate)) == pytest.approx(0.8, rel=0.02)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(200, 3_000))
def test_true_peaks_are_those_of_the_plain_twin(seed, n):
    # Nothing above 0.4 of the rate: next to the Nyquist frequency no filter is exact.
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(n))
    spectrum[int(0.8 * len(spectrum)) :] = 0.0
    samples = np.fft.irfft(spectrum, n) * np.hanning(n)
    found = true_peak(mono(samples))
    assert found >= np.abs(np.float32(samples)).max()
    # Four times the rate may miss .2 dB of what is still between its samples.
    assert 20.0 * np.log10(found / band_limited_peak(np.float32(samples))) == pytest.approx(
        0.0, abs=0.25
    )


def test_long_sounds_are_measured_block_by_block(rng):
    loud = 0.1 * rng.standard_normal((2, 200_000))
    at = 131_072  # where two blocks meet
    loud[1, at - 2 : at + 2] = [0.9, -0.9, -0.9, 0.9]
    alone = loud[1:, at - 5_000 : at + 5_000]
    assert true_peak(Sound(loud, RATE)) == pytest.approx(true_peak(Sound(alone, RATE)), rel=1e-3)


@pytest.mark.parametrize("scale", [1e-44, 1e-30, 1.0, 1e30, 9e31])
def test_no_size_is_too_small_or_too_large(scale):
    samples = scale * np.sign(sine(1000.0, seconds=0.1))
    assert true_peak(mono(np.float32(samples))) >= float(np.float32(scale))
    lowered, lowered_db = fit_full_scale(mono(np.float32(samples)))
    assert np.abs(lowered.samples).max() <= 1.0
    assert np.isfinite(lowered_db)
    assert true_peak(mono(np.zeros(10))) == 0.0


@pytest.mark.parametrize("level", [0.1, 0.9, 1.0, 1.5, 20.0])
@pytest.mark.parametrize("kind", ["square", "sine", "noise"])
def test_what_was_lowered_is_nowhere_over_full_scale(kind, level, rng):
    wave = {
        "square": np.sign(sine(997.0)),
        "sine": sine(RATE / 4.0, amplitude=1.0, phase=np.pi / 4),
        "noise": np.clip(rng.standard_normal(RATE), -1.0, 1.0),
    }[kind]
    sound = mono(level * wave)
    lowered, lowered_db = fit_full_scale(sound)
    assert np.abs(lowered.samples).max() <= 1.0
    assert true_peak(lowered) < 1.0 + 1e-4
    np.testing.assert_allclose(
        lowered.samples, sound.samples * 10.0 ** (-lowered_db / 20.0), rtol=1e-5, atol=1e-7
    )
    if true_peak(sound) <= 1.0:
        assert lowered is sound
        assert lowered_db == 0.0
    else:
        assert max(true_peak(lowered), np.abs(lowered.samples).max()) > 1.0 - 1e-4


def test_a_loud_master_is_given_back_as_loud_as_it_was():
    square = mono(np.sign(sine(997.0)))
    assert true_peak(square) > 1.05
    assert fit_full_scale(square, like=square) == (square, 0.0)
    lowered, _ = fit_full_scale(mono(2.0 * square.samples[0]), like=square)
    np.testing.assert_allclose(np.abs(lowered.samples).max(), 1.0, rtol=1e-4)


@pytest.mark.parametrize("level_db", [-20.0, -1.5, -0.5, 0.0, 3.0])
@pytest.mark.parametrize("like_db", [-12.0, -0.7])
def test_what_is_made_of_a_song_has_true_peaks_of_at_most_1_db_below_full_scale_or_the_song_s(
    level_db, like_db
):
    wave = sine(997.0, amplitude=1.0) * np.hanning(RATE)
    made, song = (mono(10.0 ** (db / 20.0) * wave) for db in (level_db, like_db))
    lowered, lowered_db = fit_full_scale(made, like=song)
    ceiling_db = max(-1.0, like_db)
    assert lowered_db == pytest.approx(max(0.0, level_db - ceiling_db), abs=0.01)
    assert 20.0 * np.log10(true_peak(lowered)) <= ceiling_db + 0.01 or level_db <= ceiling_db
