"""Is the sound whole at its ends, and is what is constant kept?"""

from __future__ import annotations

import numpy as np

from benchmarks.metrics.validate import Sound, validate

_EDGE_S = 0.05


def edge_error(reference: Sound, estimated: Sound, rate: int) -> float:
    """Larger error of the level within 50 ms of either end, in dB; the constant is left out."""
    validate(reference, estimated)
    size = round(_EDGE_S * rate)
    levels = []
    for sound in (reference, estimated):
        varying = sound.astype(np.float64) - sound.mean(axis=1, keepdims=True, dtype=np.float64)
        ends = (varying[:, :size], varying[:, -size:])
        levels.append([10 * np.log10(np.mean(end**2) + 1e-12) for end in ends])
    return float(np.max(np.abs(np.subtract(levels[0], levels[1]))))


def constant_error(reference: Sound, estimated: Sound, rate: int) -> float:  # noqa: ARG001
    """How far the mean is from the truth's, in percent of it, the worse channel."""
    validate(reference, estimated)
    ours, theirs = (sound.mean(axis=1, dtype=np.float64) for sound in (reference, estimated))
    return float(100 * np.max(np.abs(theirs - ours) / np.maximum(np.abs(ours), 1e-6)))
