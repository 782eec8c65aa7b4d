"""Noise is moved like everything else, and still is noise: as loud, and no bubbling."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal

from ctxaudio.synthesis.noise import TURNS, segment_edges
from tests.support.signals import RATE, inside, mono, moved, power_db

LOW_HZ, HIGH_HZ = 500.0, 4_000.0


@pytest.fixture(scope="module")
def noise():
    """Three seconds of noise between two frequencies."""
    spectrum = np.fft.rfft(0.1 * np.random.default_rng(0).standard_normal(3 * RATE))
    hz = np.fft.rfftfreq(3 * RATE, 1.0 / RATE)
    spectrum[(hz < LOW_HZ) | (hz > HIGH_HZ)] = 0.0
    return np.fft.irfft(spectrum)


def spectrogram(samples):
    hz, _, spectra = scipy.signal.stft(inside(samples, RATE // 5), RATE, nperseg=1024)
    return hz, np.abs(spectra[:, 4:-4]) ** 2


@pytest.mark.parametrize("semitones", [-12.0, -5.0, 1.0, 5.0, 12.0])
def test_noise_keeps_its_power(noise, semitones):
    shifted = moved(mono(noise), semitones).samples[0]
    assert power_db(inside(shifted, RATE // 5)) == pytest.approx(
        power_db(inside(noise, RATE // 5)), abs=0.7
    )


@pytest.mark.parametrize("semitones", [-12.0, -5.0, 5.0, 12.0])
def test_noise_goes_where_it_is_moved_to(noise, semitones):
    hz, power = spectrogram(moved(mono(noise), semitones).samples[0])
    ratio = 2.0 ** (semitones / 12.0)
    there = (hz > 0.9 * LOW_HZ * ratio) & (hz < 1.1 * HIGH_HZ * ratio)
    assert power[there].sum() > 0.98 * power.sum()
    # And is as dense at the bottom of its band as at the top.
    thirds = np.array_split(np.flatnonzero((hz > 620 * ratio) & (hz < 3600 * ratio)), 3)
    levels = [10.0 * np.log10(power[third].mean()) for third in thirds]
    assert np.ptp(levels) < 1.5


@pytest.mark.parametrize("semitones", [-12.0, 5.0, 12.0])
def test_noise_keeps_its_texture(noise, semitones):
    # The power of Gaussian noise in a bin is exponentially distributed: variance = mean squared.
    hz, power = spectrogram(moved(mono(noise), semitones).samples[0])
    ratio = 2.0 ** (semitones / 12.0)
    # Where the band ends at once, it is no noise to the generator.
    power = power[(hz > 700 * ratio) & (hz < 3400 * ratio)]
    texture = np.mean(power.var(axis=1) / power.mean(axis=1) ** 2)
    assert texture == pytest.approx(1.0, abs=0.1)


def test_bubbling_would_be_noticed(noise):
    hz, power = spectrogram(noise * (1.0 + np.sin(np.arange(len(noise)) / 2000.0)))
    power = power[(hz > 600) & (hz < 3600)]
    assert np.mean(power.var(axis=1) / power.mean(axis=1) ** 2) > 1.5


@pytest.mark.parametrize("n_bins", [33, 48, 769, 4_097, 18_001])
def test_segments_lie_side_by_side_and_are_whole_turns_wide(n_bins):
    edges = segment_edges(n_bins)
    widths = np.diff(edges)
    assert np.all(widths > 0)
    assert np.all(widths % TURNS == 0)
    assert edges[-1] <= n_bins


def envelope_lines_db(samples):
    """How far the spectrum of the power's course stands out where tiles of segments would beat."""
    envelope = np.abs(scipy.signal.hilbert(inside(samples, RATE // 5))) ** 2
    envelope = envelope / envelope.mean() - 1.0
    power = np.abs(np.fft.rfft(envelope * np.hanning(len(envelope)))) ** 2
    bins_a_hz = len(envelope) / RATE
    lines = []
    for turn in range(1, 17):
        near = round(turn * RATE / 512 * bins_a_hz)
        around = np.median(power[near - 40 : near + 40])
        lines.append(10.0 * np.log10(power[near - 1 : near + 2].max() / around))
    return np.array(lines)


@pytest.mark.parametrize("semitones", [5.0, 7.0, 12.0])
def test_noise_shifted_up_does_not_beat_with_itself(noise, semitones):
    assert envelope_lines_db(moved(mono(noise), semitones).samples[0]).max() < 14.0


def test_beating_would_be_noticed(noise):
    time_s = np.arange(len(noise)) / RATE
    doubled = scipy.signal.hilbert(noise)
    doubled = np.real(doubled * (1.0 + np.exp(2j * np.pi * RATE / 512 * 4 * time_s)))
    assert envelope_lines_db(doubled).max() > 20.0
