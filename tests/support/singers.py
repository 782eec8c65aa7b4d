"""A singer of whom all is known: harmonics of a swinging fundamental under resonances."""

from __future__ import annotations

import numpy as np

from ctxaudio import Sound

SINGER_RATE = 22_050
_FORMANTS_HZ = np.array([640.0, 1190.0, 2400.0, 3400.0, 4500.0])
_WIDTHS_HZ = np.array([90.0, 110.0, 140.0, 180.0, 240.0])
_HIGHEST_HZ = 10_000.0


def throat_db(hz, formants_st=0.0):
    """Level of the singer's envelope, its formants moved by semitones."""
    hz = np.asarray(hz, np.float64)[..., None] / 2.0 ** (formants_st / 12.0)
    poles = _FORMANTS_HZ**2 / np.sqrt((_FORMANTS_HZ**2 - hz**2) ** 2 + (hz * _WIDTHS_HZ) ** 2)
    # As many resonances above as take back what those five take away up there.
    tilt = np.sqrt((1.0 + (hz / 1.2 / _FORMANTS_HZ) ** 4) / (1.0 + (hz[..., :1] / 250.0) ** 0.4))
    return 20.0 * np.log10(np.prod(poles * tilt, axis=-1)) - 30.0


def fundamental_of(singer_hz, semitones, n_samples, *, swing_cents=30.0, rate=SINGER_RATE):
    time_s = np.arange(n_samples) / rate
    swing = swing_cents / 100.0 * np.sin(2.0 * np.pi * 5.5 * time_s)
    return singer_hz * 2.0 ** ((semitones + swing) / 12.0)


def sung(
    singer_hz=150.0,
    *,
    semitones=0.0,
    formants_st=0.0,
    seconds=1.5,
    breath=3e-5,
    swing_cents=30.0,
    rate=SINGER_RATE,
):
    """One channel; pitch and formants are moved exactly, apart from each other."""
    hz = fundamental_of(singer_hz, semitones, round(seconds * rate), swing_cents=swing_cents)
    phase = 2.0 * np.pi * np.cumsum(hz) / rate
    samples = breath * np.random.default_rng(8).standard_normal(len(hz))
    for k in range(1, int(_HIGHEST_HZ / hz.min()) + 1):
        level = throat_db(k * hz, formants_st) + np.where(k * hz < _HIGHEST_HZ, 0.0, -400.0)
        samples += 10.0 ** (level / 20.0) * np.sin(k * phase + k**2)
    ends = np.minimum(np.arange(len(hz)), np.arange(len(hz))[::-1]) / (0.05 * rate)
    return Sound((samples * np.clip(ends, 0.0, 1.0))[None], rate)


def harmonics_db(sound, singer_hz, semitones, *, highest_hz=5_000.0, swing_cents=30.0):
    """Levels (moment, harmonic) of a singer whose fundamental is known, (moment, harmonic) Hz."""
    samples = np.asarray(sound.samples[0], np.float64)
    hz = fundamental_of(singer_hz, semitones, len(samples), swing_cents=swing_cents)
    phase = 2.0 * np.pi * np.cumsum(hz) / sound.sample_rate
    half = round(0.025 * sound.sample_rate)
    window = np.hanning(2 * half + 1)[:-1]
    number = np.arange(1, int(highest_hz / hz.max()) + 1)
    moments = np.arange(8 * half, len(samples) - 8 * half, half)
    found = [
        window
        @ (
            samples[m - half : m + half, None]
            * np.exp(-1j * phase[m - half : m + half, None] * number)
        )
        for m in moments
    ]
    return 20.0 * np.log10(2.0 * np.abs(found) / window.sum()), hz[moments, None] * number


def harmonics_error_db(sound, truth, singer_hz, semitones, **options):
    """RMS over moments and harmonics within 45 dB of the loudest."""
    made, _ = harmonics_db(sound, singer_hz, semitones, **options)
    true, _ = harmonics_db(truth, singer_hz, semitones, **options)
    heard = true > true.max(axis=1, keepdims=True) - 45.0
    return float(np.sqrt(np.mean((made - true)[heard] ** 2)))
