"""Fades: no sound begins, ends or becomes another at once, or it would click."""

from __future__ import annotations

import numpy as np

FADE_S = 0.01  # from full level to silence, or back


def fade_level(
    samples: np.ndarray, level: float, target: float, length: int
) -> tuple[np.ndarray, float]:
    """Samples at a level that goes to its target in a straight line, sample by sample.

    Args:
        samples: (channel, time), of any length: without samples no time has passed.
        level: of the sample before.
        length: samples from level 0 to 1.

    Returns:
        (channel, time), and the level of its last sample. Any split into blocks gives the same
        samples, but for rounding.

    >>> made, level = fade_level(np.ones((1, 3)), level=1.0, target=0.0, length=4)
    >>> made.tolist(), level
    ([[0.75, 0.5, 0.25]], 0.25)
    """
    n = samples.shape[1]
    if n == 0 or level == target == 1.0:
        return samples, level
    way = np.arange(1, n + 1) / length
    levels = np.maximum(level - way, target) if target < level else np.minimum(level + way, target)
    return samples * levels.astype(samples.dtype), float(levels[-1])


def crossfade(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """From one sound to another, (channel, time), in a straight line over the length of ``new``."""
    n = new.shape[1]
    return old[:, :n] + (new - old[:, :n]) * (np.arange(1, n + 1, dtype=np.float32) / n)
