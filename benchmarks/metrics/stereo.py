"""Does the stereo image hold?"""

from __future__ import annotations

import numpy as np

from benchmarks.metrics.validate import Sound, validate


def _correlation(sound: Sound) -> float:
    left, right = sound.astype(np.float64)
    norm = np.sqrt(np.sum(left**2) * np.sum(right**2))
    return float(np.sum(left * right) / norm) if norm > 0 else 0.0


def stereo_change(original: Sound, estimated: Sound, rate: int) -> float:  # noqa: ARG001
    """Absolute change of the left-right correlation against the input, 0 to 2; lower is better.

    ``rate`` is not needed and is there for the one shape that metrics have.
    """
    validate(original, estimated)
    if len(original) != 2:
        raise ValueError(f"stereo_change needs two channels, got {len(original)}.")
    return abs(_correlation(estimated) - _correlation(original))
