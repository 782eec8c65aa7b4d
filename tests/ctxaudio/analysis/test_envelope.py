"""The envelope of a frame is that of the throat it was sung by, and its fundamental is found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from ctxaudio.analysis.bands import hz_to_semitones
from ctxaudio.analysis.envelope import AXIS, N_POINTS, NOISE_HZ, envelope, fundamental
from ctxaudio.analysis.frames import INPUT_WINDOW_S, FrameConfig, cut
from tests.support.signals import RATE, mono, sine
from tests.support.singers import SINGER_RATE, fundamental_of, sung, throat_db

POINTS = AXIS.lowest + np.arange(N_POINTS) * AXIS.width


def frames_of(sound, seconds=0.05):
    frames = FrameConfig.for_rate(sound.sample_rate)
    centres = np.arange(
        frames.window, sound.samples.shape[1] - frames.window, round(seconds * sound.sample_rate)
    )
    return cut(sound.samples, centres, frames.window), centres


def at(levels, hz):
    return np.stack(
        [
            np.interp(hz_to_semitones(row), POINTS, level)
            for row, level in zip(hz, levels, strict=True)
        ]
    )


@pytest.mark.parametrize("singer_hz", [82.0, 150.0, 440.0, 880.0])
@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 96_000])
def test_the_fundamental_is_found_to_some_cents(singer_hz, rate):
    samples = sum(sine(k * singer_hz, amplitude=1.0 / k, rate=rate) for k in range(1, 7))
    windows, _ = frames_of(mono(samples, rate))
    cents = 1200.0 * np.log2(fundamental(windows, rate) / singer_hz)
    assert np.abs(cents).max() < 3.0


@pytest.mark.parametrize("singer_hz", [82.0, 440.0])
def test_the_fundamental_is_found_in_the_short_windows_of_live_input(singer_hz):
    samples = sum(sine(k * singer_hz, amplitude=1.0 / k) for k in range(1, 7))
    frames = FrameConfig.for_rate(RATE, INPUT_WINDOW_S)
    windows = cut(samples[None], np.arange(8, 40) * frames.window // 2, frames.window)
    assert np.abs(1200.0 * np.log2(fundamental(windows, RATE) / singer_hz)).max() < 5.0


def test_the_fundamental_follows_a_vibrato():
    song = sung(200.0, swing_cents=50.0)
    windows, centres = frames_of(song)
    true = fundamental_of(200.0, 0.0, song.samples.shape[1], swing_cents=50.0)[centres]
    assert np.abs(1200.0 * np.log2(fundamental(windows, SINGER_RATE) / true)).max() < 10.0


def test_a_chord_has_no_fundamental():
    for chord_hz in ((261.6, 329.6, 392.0), (110.0, 164.8, 220.0, 277.2)):
        samples = sum(sine(k * hz, amplitude=0.1 / k) for hz in chord_hz for k in range(1, 20))
        windows, _ = frames_of(mono(samples))
        assert not fundamental(windows, RATE).any()


def test_noise_and_silence_have_no_fundamental(rng):
    noise = 0.1 * rng.standard_normal(RATE)
    windows, _ = frames_of(mono(noise))
    assert not fundamental(windows, RATE).any()
    assert not fundamental(np.zeros_like(windows), RATE).any()


@pytest.mark.parametrize(("singer_hz", "most_db"), [(90.0, 1.2), (150.0, 0.7), (260.0, 0.3)])
def test_at_harmonics_the_envelope_is_the_throat(singer_hz, most_db):
    song = sung(singer_hz)
    windows, centres = frames_of(song)
    hz = fundamental_of(singer_hz, 0.0, song.samples.shape[1])[centres, None]
    hz = hz * np.arange(1, int(5_000 / singer_hz))
    levels = envelope(windows, SINGER_RATE, fundamental(windows, SINGER_RATE))
    error = at(levels, hz) - throat_db(hz)
    assert np.sqrt(np.mean(error**2)) < most_db


@pytest.mark.parametrize(("singer_hz", "most_db"), [(90.0, 1.0), (150.0, 1.2), (260.0, 3.2)])
def test_between_harmonics_it_is_near(singer_hz, most_db):
    song = sung(singer_hz)
    windows, centres = frames_of(song)
    hz = fundamental_of(singer_hz, 0.0, song.samples.shape[1])[centres, None]
    hz = hz * (0.5 + np.arange(1, int(5_000 / singer_hz)))
    levels = envelope(windows, SINGER_RATE, fundamental(windows, SINGER_RATE))
    error = at(levels, hz) - throat_db(hz)
    assert np.sqrt(np.mean(error**2)) < most_db


def test_a_plain_twin_gives_the_same_curve():
    """Sinusoids on bins: levels at harmonics are known, and scipy joins them."""
    window, step = 4096, 16  # bins of a window of half the length
    hz = step * RATE / (window // 2)
    rng = np.random.default_rng(5)
    levels = np.cumsum(rng.uniform(-4.0, 4.0, 62))
    time = np.arange(window) - window // 2
    samples = sum(
        10.0 ** (level / 20.0) * np.cos(2.0 * np.pi * k * hz * time / RATE)
        for k, level in enumerate(levels, 1)
    )
    found = envelope(samples[None, None], RATE, np.array([hz]))[0]
    # What a short window adds to a harmonic from its neighbours is not what is compared.
    grid = hz * np.arange(1, 63)
    sampled = at(found[None], grid[None])[0]
    first, last = hz_to_semitones(grid[[4, -4]])
    inside = (first < POINTS) & (last > POINTS)
    curve = PchipInterpolator(grid, sampled)(440.0 * 2.0 ** (POINTS[inside] / 12.0))
    # Read between points of a quarter of a semitone, a harmonic is some tenths off.
    np.testing.assert_allclose(found[inside], curve, atol=0.8)
    assert np.sqrt(np.mean((found[inside] - curve) ** 2)) < 0.15
    assert np.abs(sampled - levels).max() < 2.0


def test_a_louder_sound_has_the_same_envelope_louder():
    windows, _ = frames_of(sung())
    hz = fundamental(windows, SINGER_RATE)
    soft, loud = (envelope(gain * windows, SINGER_RATE, hz) for gain in (1e-5, 1.0))
    np.testing.assert_allclose(loud - soft, 100.0, atol=1e-3)
    np.testing.assert_array_equal(fundamental(1e-5 * windows, SINGER_RATE) > 0.0, hz > 0.0)


def test_noise_has_an_envelope_that_is_level(rng):
    windows, _ = frames_of(mono(0.1 * rng.standard_normal(RATE)), 0.02)
    levels = envelope(windows, RATE, np.zeros(windows.shape[1])).mean(axis=0)
    inside = levels[hz_to_semitones(2.0 * NOISE_HZ) < POINTS]
    assert np.ptp(inside[:-8]) < 6.0


def test_silence_has_a_level_envelope():
    levels = envelope(np.zeros((2, 3, 4096)), RATE, np.zeros(3))
    assert np.isfinite(levels).all()
    assert np.ptp(levels) == 0.0
