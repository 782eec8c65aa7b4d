"""A sung vibrato: many harmonic partials that swing together, hard for long windows."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.truths.draws import draw
from benchmarks.truths.material import RATE, Material, Samples

_SECONDS = 4.0
_FUNDAMENTAL_HZ = 220.0
_SWING_HZ = 5.5
_HIGHEST_HZ = 9000.0  # in the original, so that an octave up all partials still sound
_FADE_S = 0.05


def vibrato(semitones: int, *, width_cents: float, seed: int = 0) -> Samples:
    """The tone, transposed exactly, its vibrato ``width_cents`` to each side, (2, time)."""
    rng = draw("vibrato", seed)
    fundamental_hz, start = (
        (rng.uniform(150, 330), rng.uniform(0, 2 * np.pi)) if seed else (_FUNDAMENTAL_HZ, 0.0)
    )
    time = np.arange(round(_SECONDS * RATE)) / RATE
    pitch = semitones + width_cents / 100 * np.sin(2 * np.pi * _SWING_HZ * time + start)
    phase = 2 * np.pi * np.cumsum(fundamental_hz * 2 ** (pitch / 12)) / RATE
    number = np.arange(1, int(_HIGHEST_HZ / fundamental_hz) + 1)[:, None]
    tone = np.sum(np.cos(number * phase + number**2) / number, axis=0)
    fade = np.clip(np.minimum(time, time[-1] - time) / _FADE_S, 0, 1)
    return (np.array([[0.1], [0.08]]) * tone * fade).astype(np.float32)


def vibrato_tones(seed: int = 0) -> list[Material]:
    """A usual vibrato and a wide one."""
    return [
        Material(
            name=f"vibrato-{width_cents}",
            kind="vibrato",
            render=partial(vibrato, width_cents=float(width_cents), seed=seed),
        )
        for width_cents in (50, 100)
    ]
