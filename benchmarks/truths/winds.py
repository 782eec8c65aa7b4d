"""A whistle and a flute that slur from note to note: few harmonics, which leap in 25 ms."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy import signal

from benchmarks.truths.draws import draw
from benchmarks.truths.harmonics import Vector, clock, ends_faded, sing
from benchmarks.truths.material import RATE, Material, Samples

_NOTE_S, _SLUR_S = 0.35, 0.025
_STEPS = (0, 2, 4, 5, 7, 9, 7, 12, 7, 4, 9, 5, 2, 0)
_SECONDS = _NOTE_S * len(_STEPS)
_LOWEST_KEY = {"whistle": 84, "flute": 72}
_FALL = {"whistle": 40.0, "flute": 2.6}  # amplitude of a harmonic against the one below it
_VIBRATO_CENTS = {"whistle": 15.0, "flute": 20.0}
_BREATH = {"whistle": 0.0, "flute": 0.006}


def wind_hz(name: str, *, seed: int = 0) -> Vector:
    """Pitch in Hz, per sample."""
    rng, time = draw(name, seed), clock(_SECONDS)
    steps = rng.permutation(_STEPS) if seed else np.array(_STEPS)
    keys = _LOWEST_KEY[name] + steps[np.minimum((time / _NOTE_S).astype(int), len(steps) - 1)]
    size = round(_SLUR_S * RATE)
    window = np.hanning(size) / np.hanning(size).sum()
    slurred = signal.fftconvolve(np.pad(keys, size, mode="edge"), window, mode="same")
    vibrato = _VIBRATO_CENTS[name] / 100 * np.sin(2 * np.pi * 5 * time + rng.uniform(0, 6))
    return np.asarray(440.0 * 2 ** ((slurred[size:-size] + vibrato - 69) / 12))


def wind(semitones: int, *, name: str, seed: int = 0) -> Samples:
    """The line, (2, time); a flute's breath is drawn anew for every shift."""

    def level(number: int, hertz: Vector) -> float:  # noqa: ARG001
        return 0.2 * _FALL[name] ** (1 - number)

    rng = draw(f"{name} phases", seed)
    tone = sing(wind_hz(name, seed=seed), level, semitones=semitones, rng=rng)
    noise = np.random.default_rng([seed, semitones + 100]).standard_normal(len(tone))
    numerator, denominator = signal.butter(1, 3000 * 2 ** (semitones / 12), fs=RATE)
    tone = tone + _BREATH[name] * signal.lfilter(numerator, denominator, noise)
    return (np.array([[1.0], [0.8]]) * tone * ends_faded(clock(_SECONDS))).astype(np.float32)


def wind_material(seed: int = 0) -> list[Material]:
    """Whistle and flute, with their pitches."""
    return [
        Material(
            name=name,
            kind="winds",
            render=partial(wind, name=name, seed=seed),
            pitch_hz=partial(wind_hz, name, seed=seed),
        )
        for name in ("whistle", "flute")
    ]
