"""Masking: which sinusoids of a frame are not heard beside louder ones.

A sinusoid masks what is near it, and what is above it more than what is below (E. Zwicker & H.
Fastl, "Psychoacoustics", chapter 4). Levels are those of a tone that is not heard beside another,
and some more, for what is masked by one is partly heard beside several.
"""

from __future__ import annotations

import numpy as np

from rnn.compiled import compiled

_BELOW_DB = 24.0  # of the louder one, at its place
_UP_DB, _DOWN_DB = 10.0, 25.0  # a Bark further


def is_masked(frame: np.ndarray, hertz: np.ndarray, power: np.ndarray) -> np.ndarray:
    """Which peaks are masked by others of their frame.

    >>> is_masked(np.zeros(3, int), np.array([440.0, 460.0, 900.0]), np.array([1.0, 1e-5, 1e-5]))
    array([False,  True, False])

    Args:
        frame: (peak,) ascending.
        hertz: (peak,) ascending in each frame.
        power: (peak,).
    """
    level_db = 10.0 * np.log10(np.maximum(power, np.finfo(np.float32).tiny))
    masked = np.zeros(len(frame), np.int64)
    _spread(frame, bark(hertz), level_db, masked)
    return masked > 0


def bark(hertz: np.ndarray) -> np.ndarray:
    """The critical-band rate in Bark (H. Traunmüller, JASA 88, 1990, equation 6).

    >>> bark(np.array([1_000.0])).round(2)
    array([8.53])
    """
    return np.asarray(26.81 * hertz / (1960.0 + hertz) - 0.53)


@compiled
def _spread(frame, place, level_db, out):  # type: ignore[no-untyped-def]
    n = len(place)
    threshold = -1e9
    for i in range(n):  # from what is below
        if i == 0 or frame[i] != frame[i - 1]:
            threshold = -1e9
        else:
            threshold -= _UP_DB * (place[i] - place[i - 1])
        if level_db[i] < threshold:
            out[i] = 1
        threshold = max(threshold, level_db[i] - _BELOW_DB)
    for i in range(n - 1, -1, -1):  # from what is above
        if i == n - 1 or frame[i] != frame[i + 1]:
            threshold = -1e9
        else:
            threshold -= _DOWN_DB * (place[i + 1] - place[i])
        if level_db[i] < threshold:
            out[i] = 1
        threshold = max(threshold, level_db[i] - _BELOW_DB)
