"""Energy lies where its instantaneous frequency is, as much as there is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio import Sound
from ctxaudio.analysis.bands import BandConfig, hz_to_semitones
from ctxaudio.analysis.energy import energy
from ctxaudio.analysis.frames import FrameConfig
from tests.support.signals import RATE, mono, sine

BANDS = BandConfig()
WINDOW = FrameConfig().window


def plain_energy(sound, centres, window, config, displacement):
    """Twin of :func:`energy`: two windowed spectra in float64 and Auger & Flandrin's formula."""
    turns = 2.0 * np.pi * np.arange(window) / window
    hann = 0.5 - 0.5 * np.cos(turns)
    slope = np.pi / window * np.sin(turns)  # its derivative, per sample
    padded = np.pad(sound.samples.astype(np.float64), ((0, 0), (window, 2 * window)))
    out = np.zeros((len(centres), len(config.grid)))
    k = np.arange(window // 2 + 1)
    for row, centre in zip(out, centres, strict=True):
        frame = padded[:, window + centre - window // 2 :][:, :window]
        x, dx = np.fft.rfft(frame * hann), np.fft.rfft(frame * slope)
        power = np.sum(np.abs(x) ** 2, axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            # Radians a sample, averaged over channels by power; then bins.
            departure = -np.sum(np.imag(dx * x.conj()), axis=0) / power * window / (2.0 * np.pi)
            pitch = 12.0 * np.log2((k + departure) * sound.sample_rate / window / 440.0)
        near = (np.abs(departure) <= 2.0) & (k + departure > 0.5) & (k > 0) & (k < k[-1])
        pitch = pitch[near]
        place = pitch - np.interp(pitch, config.centres, displacement)
        place = (place - config.centres[0]) * 100.0 / config.grid_cents
        weight = power[near] / np.sum(hann**2) / window
        kept = (place >= 0.0) & (place < len(row) - 1)
        point, weight, place = place[kept].astype(int), weight[kept], place[kept]
        np.add.at(row, point, (1.0 - place + point) * weight)
        np.add.at(row, point + 1, (place - point) * weight)
    return out


def sine_energy(hz, amplitude, phase, displacement=None):
    sound = mono(sine(hz, amplitude=amplitude, seconds=0.2, phase=phase))
    return energy(sound, np.array([RATE // 10]), WINDOW, BANDS, displacement)[0].astype(np.float64)


@given(
    hz=st.floats(100.0, 14_000.0), amplitude=st.floats(1e-3, 1.0), phase=st.floats(0.0, 2 * np.pi)
)
def test_a_sine_has_a_quarter_of_its_squared_amplitude_at_its_pitch(hz, amplitude, phase):
    found = sine_energy(hz, amplitude, phase)
    assert found.sum() == pytest.approx(amplitude**2 / 4.0, rel=0.01)
    place = np.average(BANDS.grid, weights=found)
    # Below about 200 Hz the mirror image at negative frequencies is not far.
    assert place == pytest.approx(hz_to_semitones(hz), abs=0.01 if hz > 200.0 else 0.03)
    near = np.abs(BANDS.grid - hz_to_semitones(hz)) < 0.2
    assert found[near].sum() > 0.99 * found.sum()


@pytest.mark.parametrize("semitones", [-3.0, 0.25, 7.0])
def test_a_displacement_lays_energy_that_much_lower(semitones):
    there = sine_energy(1000.0, 0.5, 0.3, np.full(BANDS.n_bands, semitones))
    place = np.average(BANDS.grid, weights=there)
    assert place == pytest.approx(hz_to_semitones(1000.0) - semitones, abs=0.01)


@pytest.mark.parametrize("displaced", ["alike", "apart"])
@pytest.mark.parametrize(
    ("n_channels", "rate", "shorter"), [(1, 44_100, 0), (2, 44_100, 127), (3, 8_000, 0)]
)
def test_energy_is_that_of_the_plain_twin(n_channels, rate, shorter, displaced, rng):
    config = BandConfig.for_rate(rate)
    time_s = np.arange(rate // 2) / rate
    glide = np.sin(2.0 * np.pi * (300.0 + 400.0 * time_s) * time_s)
    noise = 0.1 * rng.standard_normal((n_channels, rate // 2))
    sound = Sound(0.5 * glide + noise, rate)
    frames = FrameConfig.for_rate(rate)
    centres = np.arange(0, rate // 2 + frames.window, 3 * frames.hop)  # past both ends
    displacement = np.sin(np.arange(config.n_bands))
    if displaced == "alike":
        displacement[:] = 1.7
    window = frames.window - shorter
    fast = energy(sound, centres, window, config, displacement)
    slow = plain_energy(sound, centres, window, config, displacement)
    assert slow.sum() > 0.01
    # A bin at the limit of reassignment may fall on either side in float32.
    assert np.abs(fast - slow).sum() < 1e-3 * slow.sum()


def test_channels_add_their_energies(rng):
    left, right = rng.standard_normal((2, WINDOW)) * 0.1
    centres = np.array([WINDOW // 2])
    both = energy(Sound(np.stack([left, left]), RATE), centres, WINDOW, BANDS)
    one = energy(mono(left), centres, WINDOW, BANDS)
    np.testing.assert_allclose(both, 2.0 * one, rtol=1e-5, atol=1e-12)
    silent = energy(Sound(np.stack([right, np.zeros(WINDOW)]), RATE), centres, WINDOW, BANDS)
    np.testing.assert_array_equal(silent, energy(mono(right), centres, WINDOW, BANDS))


def test_full_scale_scales_energy_by_its_square(rng):
    sound = mono(rng.standard_normal(WINDOW))
    centres = np.array([WINDOW // 2])
    unit = energy(sound, centres, WINDOW, BANDS)
    np.testing.assert_array_equal(energy(sound, centres, WINDOW, BANDS, full_scale=4.0), unit / 16)


def test_silence_has_no_energy():
    sound = mono(np.zeros(1000))
    assert not energy(sound, np.array([0, 500, 10_000]), WINDOW, BANDS).any()
