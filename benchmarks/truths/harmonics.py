"""One voice of harmonics on a pitch that moves: transposed by scaling its phase.

Harmonic k is a_k(t) cos(k phi(t) + theta_k), where phi is the integral of the pitch. Scaling phi
transposes it exactly; what the amplitudes do is the truth's choice.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from benchmarks.truths.material import RATE

Vector = npt.NDArray[np.float64]

HIGHEST_HZ = 9000.0  # in the original, so that an octave up all harmonics still sound
LEVEL_HOP = 32  # samples; levels move far more slowly than that
_FADED_HZ = 500.0  # harmonics that glide across the limit fade over this


def clock(seconds: float) -> Vector:
    """The times of samples, in seconds."""
    return np.arange(round(seconds * RATE)) / RATE


def harmonic_phase(pitch_hz: Vector, semitones: float = 0.0) -> Vector:
    """The fundamental's phase in radians, per sample, of a pitch in Hz that is transposed."""
    return np.asarray(2 * np.pi * np.cumsum(pitch_hz) / RATE * 2 ** (semitones / 12))


def sing(
    pitch_hz: Vector,
    amplitude: Callable[[int, Vector], Vector | float],
    *,
    semitones: float,
    rng: np.random.Generator,
) -> Vector:
    """The voice, (time,): ``amplitude(k, hertz)`` is of harmonic k, ``hertz`` where it was
    before it was transposed, each :data:`LEVEL_HOP` samples. Phases are drawn from ``rng``.
    """
    phase = harmonic_phase(pitch_hz, semitones)
    sound, every = np.zeros(len(phase)), np.arange(len(phase))
    coarse = every[::LEVEL_HOP]
    for number in range(1, int(HIGHEST_HZ / pitch_hz.min()) + 1):
        hertz = number * pitch_hz[coarse]
        inside = np.clip((HIGHEST_HZ - hertz) / _FADED_HZ, 0, 1)
        level = np.interp(every, coarse, inside * amplitude(number, hertz))
        sound += level * np.cos(number * phase + rng.uniform(0, 2 * np.pi))
    return sound


def ends_faded(time: Vector, fade_s: float = 0.05) -> Vector:
    """1, and from and to 0 at both ends."""
    return np.asarray(np.clip(np.minimum(time, time[-1] - time) / fade_s, 0, 1))
