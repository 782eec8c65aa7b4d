"""Songs at another speed, by the generator alone: length, pitch, attacks, noise."""

import numpy as np
import pytest

from ctxaudio import Sound
from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.synthesis.generator import generate, when_heard
from ctxaudio.synthesis.onsets import song_onsets
from ctxaudio.synthesis.resolution import Resolution
from tests.support.signals import inside, mono, sine, tone, uniform_field

RATE = 44_100
SPEEDS = (0.5, 0.8, 1.25, 2.0)


def resolution_of(song):
    frames = FrameConfig.for_rate(song.sample_rate)
    return Resolution(sample_rate=song.sample_rate, frames=frames)


def at_speed(song, speed, semitones=0.0):
    resolution = resolution_of(song)
    return generate(
        song,
        uniform_field(song, semitones),
        resolution,
        BandConfig.for_rate(song.sample_rate),
        when=when_heard(song, speed, resolution),
    )


def clicks(times_s, seconds, rate=RATE):
    """Bursts of noise of 3 ms, (2, time)."""
    rng = np.random.default_rng(2)
    samples = np.zeros((2, round(seconds * rate)))
    for time_s in times_s:
        start = round(time_s * rate)
        samples[:, start : start + 132] = 0.3 * rng.standard_normal((2, 132)) * np.hanning(132)
    return Sound(samples.astype(np.float32), rate)


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize(("semitones", "hz"), [(0.0, 440.0), (7.0, 440.0), (0.0, 3520.0)])
def test_a_sine_has_its_pitch_and_its_level_at_any_speed(speed, semitones, hz):
    made = at_speed(mono(sine(hz, seconds=2.0)), speed, semitones).samples[0]
    assert len(made) == round(2.0 * RATE / speed)
    expected = hz * 2.0 ** (semitones / 12.0)
    found, amplitude = tone(inside(made, 16_384), expected)
    assert abs(1200.0 * np.log2(found / expected)) < 0.05
    assert abs(20.0 * np.log10(amplitude / 0.5)) < 0.1


@pytest.mark.parametrize("speed", SPEEDS)
def test_bursts_are_whole_and_heard_when_they_are_due(speed):
    times = (0.5, 0.95, 1.5)
    song = clicks(times, 2.2)
    made = at_speed(song, speed).samples.astype(np.float64)
    for time_s in times:
        start, due = round(time_s * RATE), round(round(time_s * RATE) / speed)
        original = song.samples[:, start - 441 : start + 882].astype(np.float64)
        lags = range(-44, 45)  # 1 ms
        likeness = [
            np.vdot(original, heard) / np.sqrt(np.vdot(original, original) * np.vdot(heard, heard))
            for heard in (made[:, due - 441 + lag : due + 882 + lag] for lag in lags)
        ]
        assert max(likeness) > 0.98
        loud = np.sum(made[:, due - 441 : due + 882] ** 2)
        early = np.sum(made[:, due - 4_410 : due - 441] ** 2)
        assert 10.0 * np.log10(early / loud) < -50.0


@pytest.mark.parametrize("speed", SPEEDS)
def test_steady_noise_stays_as_loud(speed):
    noise = 0.1 * np.random.default_rng(5).standard_normal((2, 2 * RATE))
    made = at_speed(Sound(noise.astype(np.float32), RATE), speed).samples
    level = 10.0 * np.log10(np.mean(inside(made, 16_384) ** 2) / 0.01)
    assert abs(level) < 0.3


def test_at_speed_1_nothing_is_mapped():
    song = clicks((0.3,), 0.6)
    assert when_heard(song, 1.0, resolution_of(song)) is None


def test_a_song_that_is_only_slowed_down_comes_back_exactly_when_it_is_not():
    song = mono(sine(440.0, seconds=0.5).astype(np.float32))
    np.testing.assert_array_equal(at_speed(song, 1.0).samples, song.samples)


@pytest.mark.parametrize("speed", [0.25, 4.0])
@pytest.mark.parametrize("n_samples", [1, 7, 3_000])
def test_the_shortest_sounds_have_their_length_too(speed, n_samples):
    song = mono(sine(440.0, seconds=1.0)[:n_samples].astype(np.float32) + np.float32(0.1))
    made = at_speed(song, speed)
    assert made.samples.shape == (1, max(round(n_samples / speed), 1))
    assert np.isfinite(made.samples).all()


def test_silence_stays_silence():
    made = at_speed(Sound(np.zeros((2, 9_000), np.float32), RATE), 0.5)
    assert made.samples.shape == (2, 18_000)
    assert not made.samples.any()


def test_onsets_are_found_to_the_millisecond():
    times = (0.25, 0.61, 1.3)
    song = clicks(times, 2.0)
    found = song_onsets(song, resolution_of(song))
    expected = np.array([time_s * RATE for time_s in times])
    # A Hann window's first half millisecond is silent enough.
    assert np.abs(found.attacks - expected).max() < 1.5e-3 * RATE
    np.testing.assert_allclose(found.dying, 1.0)
