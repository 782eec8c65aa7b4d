"""The highest of values in a row: scipy.ndimage's, which takes longer to import than to run."""

from __future__ import annotations

import numpy as np


def highest(values: np.ndarray, width: int) -> np.ndarray:
    """The highest of each ``width`` values in a row; of n, n - width + 1.

    >>> highest(np.array([3.0, 1.0, 2.0, 5.0, 4.0]), 3)
    array([3., 5., 5.])
    """
    found, span = values, 1
    while span < width:
        step = min(span, width - span)  # twice as many, and at the end as many as are missing
        found = np.maximum(found[:-step], found[step:])
        span += step
    return found


def highest_around(values: np.ndarray, width: int) -> np.ndarray:
    """The highest of ``width`` values around each, or of those that there are at the ends.

    >>> highest_around(np.array([3.0, 1.0, 2.0, 5.0, 4.0]), 3)
    array([3., 3., 5., 5., 5.])
    """
    return highest(np.pad(values, (width // 2, (width - 1) // 2), constant_values=-np.inf), width)
