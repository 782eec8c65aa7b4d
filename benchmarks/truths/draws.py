"""Chance in truths: the same each time by default, drawn anew under another seed."""

from __future__ import annotations

import numpy as np


def draw(name: str, seed: int = 0) -> np.random.Generator:
    """The generator of the material called ``name``; seed 0 is the one that figures are quoted of.

    >>> float(draw("a").uniform()) == float(draw("a", 0).uniform()) != float(draw("a", 1).uniform())
    True
    """
    if seed < 0:
        raise ValueError(f"a seed must not be negative, got {seed}.")
    return np.random.default_rng([seed, *name.encode()] if seed else list(name.encode()))
