"""Shepard tones: octaves under a bell of levels. Only the bell says how far they were moved."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.truths.draws import draw
from benchmarks.truths.harmonics import clock, ends_faded
from benchmarks.truths.material import Material, Samples

_SECONDS, _LOWEST_HZ, _OCTAVES = 4.0, 27.5, 9
_CENTRE_HZ, _WIDTH_OCTAVES = 440.0, 0.9


def shepard(semitones: int, *, seed: int = 0) -> Samples:
    """Nine octaves that sound together, their bell moved with them, (2, time)."""
    rng, time = draw("shepard", seed), clock(_SECONDS)
    start = rng.uniform(0, 1) if seed else 0.0
    sound = np.zeros(len(time))
    for octave in range(_OCTAVES):
        hertz = _LOWEST_HZ * 2 ** (octave + start)
        level = np.exp(-0.5 * (np.log2(hertz / _CENTRE_HZ) / _WIDTH_OCTAVES) ** 2)
        angle = 2 * np.pi * hertz * 2 ** (semitones / 12) * time + rng.uniform(0, 2 * np.pi)
        sound += level * np.sin(angle)
    return (np.array([[0.12], [0.1]]) * sound * ends_faded(time)).astype(np.float32)


def shepard_material(seed: int = 0) -> Material:
    """The tones."""
    return Material(name="shepard", kind="shepard", render=partial(shepard, seed=seed))
