"""A sound that is cut off at both ends, and stands on a constant: do its edges stay?"""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.truths.draws import draw
from benchmarks.truths.harmonics import clock
from benchmarks.truths.material import Material, Samples

_SECONDS = 3.0
CONSTANT = 0.05


def edges(semitones: int, *, seed: int = 0) -> Samples:
    """A tone without fades on a constant of .05, (2, time); the constant is not transposed."""
    rng, time = draw("edges", seed), clock(_SECONDS)
    lowest = rng.uniform(150, 300) if seed else 220.0
    sound = np.full(len(time), CONSTANT)
    for number in range(1, 9):
        hertz = number * lowest * 2 ** (semitones / 12)
        sound += 0.15 / number * np.sin(2 * np.pi * hertz * time + rng.uniform(0, 2 * np.pi))
    return (np.array([[1.0], [0.9]]) * sound).astype(np.float32)


def edge_material(seed: int = 0) -> Material:
    """The tone."""
    return Material(name="edges", kind="edges", render=partial(edges, seed=seed))
