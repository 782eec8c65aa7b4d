"""Sounds whose every part is known, and plain measurements of pitch, level and likeness."""

from __future__ import annotations

import numpy as np
import scipy.signal

from ctxaudio import Field, Sound
from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.synthesis.generator import generate
from ctxaudio.synthesis.resolution import Resolution

RATE = 44_100
LOW_RATE = 8_000  # as exact as any other, and quick
STEADY_HZ, STEADY_RATE = 440.0, 22_050
CHORD_HZ = (220.0, 523.0, 1310.0)


def sine(frequency_hz, *, amplitude=0.5, seconds=1.0, rate=RATE, phase=0.0):
    """One channel, shape (time,), float64."""
    time_s = np.arange(round(seconds * rate)) / rate
    return amplitude * np.sin(2.0 * np.pi * frequency_hz * time_s + phase)


def mono(samples, rate=RATE):
    return Sound(np.asarray(samples)[None], rate)


def chord(*, seconds, rate=RATE):
    return mono(
        sum(
            sine(hz, amplitude=0.2, seconds=seconds, rate=rate, phase=i)
            for i, hz in enumerate(CHORD_HZ)
        ),
        rate,
    )


def melody(*, seed, seconds, semitones=0.0, lowest=-24, highest=24, partials=8, rate=22_050):
    """Decaying notes, four a second, drawn between two pitches (semitones above 440 Hz)."""
    rng = np.random.default_rng(seed)
    n_notes = round(4 * seconds)
    n = round(seconds * rate)
    samples = np.zeros(n)
    for note in range(n_notes):
        pitch = rng.integers(lowest, highest) + semitones
        phases = rng.uniform(0.0, 2.0 * np.pi, partials)
        span = slice(note * n // n_notes, min(n, (note + 1) * n // n_notes + rate // 30))
        time_s = np.arange(span.stop - span.start) / rate
        envelope = np.minimum(1.0, time_s / 0.01) * np.exp(-3.0 * time_s)
        envelope *= np.clip((time_s[-1] - time_s) / 0.03, 0.0, 1.0)
        for partial in range(1, partials + 1):
            hz = 440.0 * 2.0 ** (pitch / 12.0) * partial
            if hz < 0.4 * rate:
                wave = np.sin(2.0 * np.pi * hz * time_s + phases[partial - 1])
                samples[span] += 0.15 / partial * envelope * wave
    return samples


def tunes(n_samples, rate, n_channels=2):
    """Notes over a little noise, another tune in each channel; full scale."""
    rng = np.random.default_rng(4)
    notes = [melody(seed=5 + i, seconds=1.0, rate=rate)[:n_samples] for i in range(n_channels)]
    samples = np.stack(notes) + 0.003 * rng.standard_normal((n_channels, n_samples))
    return samples / np.abs(samples).max()


def with_noise(samples, *, level=0.003, seed=9, rate=22_050):
    noise = np.random.default_rng(seed).standard_normal(len(samples))
    return mono(samples + level * noise, rate)


def uniform_field(song, semitones, gain_db=0.0):
    frames = FrameConfig.for_rate(song.sample_rate)
    bands = BandConfig.for_rate(song.sample_rate)
    shape = (frames.n_frames(song.samples.shape[1]), bands.n_bands)
    return Field(np.full(shape, float(semitones)), np.full(shape, float(gain_db)))


def moved(song, semitones, gain_db=0.0):
    """The generator alone, with one displacement and gain for all bands and frames."""
    frames = FrameConfig.for_rate(song.sample_rate)
    bands = BandConfig.for_rate(song.sample_rate)
    resolution = Resolution(sample_rate=song.sample_rate, frames=frames)
    return generate(song, uniform_field(song, semitones, gain_db), resolution, bands)


def inside(samples, margin):
    """Samples without ``margin`` at both ends, in double precision."""
    return (np.asarray(samples) * np.float64(1.0))[..., margin:-margin]


def tone(samples, expected_hz, *, rate=RATE):
    """Frequency and amplitude of the sine near ``expected_hz``: the highest point of a windowed
    Fourier integral, looked for within a quarter tone on ever finer grids."""
    samples = np.asarray(samples, np.float64)
    window = np.hanning(len(samples) + 1)[:-1]

    found, heights = expected_hz, np.zeros(21)
    for cents in (50.0, 5.0, 0.5, 0.05):
        ends = found * 2.0 ** (np.array([-cents, cents]) / 1200.0)
        heights = np.abs(scipy.signal.zoom_fft(window * samples, ends, 21, fs=rate, endpoint=True))
        found = np.linspace(*ends, 21)[np.argmax(heights)]
    return found, 2.0 * heights.max() / window.sum()


def cents(found_hz, expected_hz):
    return 1200.0 * np.log2(found_hz / expected_hz)


def chord_errors_cents(sound, semitones):
    """How far each tone of a shifted :func:`chord` is from where it should be."""
    samples = inside(sound.samples[0], sound.sample_rate // 5)
    targets = np.array(CHORD_HZ) * 2.0 ** (semitones / 12.0)
    found = [tone(samples, hz, rate=sound.sample_rate)[0] for hz in targets]
    return cents(np.array(found), targets)


def snr_db(reference, estimate):
    reference = np.asarray(reference, np.float64)
    error = np.asarray(estimate, np.float64) - reference
    return 10.0 * np.log10(
        np.sum(reference**2) / max(np.sum(error**2), 1e-30 * np.sum(reference**2))
    )


def power_db(samples):
    return 10.0 * np.log10(np.mean(np.square(samples, dtype=np.float64)))
