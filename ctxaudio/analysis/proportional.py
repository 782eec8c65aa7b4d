"""Windows of a song and of copies of it at other speeds: proportional, and fast to transform.

A frame of a copy must last the same musical time as the song's. A window is a whole number of
samples, and one that is half a percent off makes the displacement many times less exact; but most
lengths, 3866 = 2 · 1933 among them, take several times as long to transform as their neighbours.
So the song's own window gives way by a few percent.
"""

from __future__ import annotations

from functools import cache

import numpy as np

_SPEEDS = 2.0 ** (np.array([0.0, -1.0, 1.0]) / 12.0)  # the song's, and of the usual copies
_REACH = 0.1  # of a window, by which it may be shorter or longer
_MISMATCH = 1e-4  # relative; it weighs as much as 1 in what transforms take

# A transform of n samples, n = p q ..., takes about 1 + (p + q + ...) / 30 a sample; with a large
# prime, as long as two of a longer window that has small ones.
_EACH_PRIME = 1.0 / 30.0
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31)
_LARGE_PRIME = 150.0


def at_speed(window: int, speed: float) -> int:
    """The window, in samples, of a copy at a speed, of a song's window."""
    return round(window / speed)


@cache
def proportional(window: int) -> int:
    """A window of about as many samples whose copies a semitone away are proportional to it.

    >>> [at_speed(proportional(4096), speed) for speed in (1.0, 2 ** (-1 / 12), 2 ** (1 / 12))]
    [4205, 4455, 3969]
    """
    reach = int(_REACH * window)
    windows = np.arange(window - reach, window + reach + 1)
    lengths = np.rint(windows / _SPEEDS[:, None]).astype(np.int64)
    mismatch = np.abs(lengths * _SPEEDS[:, None] / windows - 1.0).max(axis=0)
    return int(windows[np.argmin(mismatch / _MISMATCH + _slowness(lengths).mean(axis=0))])


def _slowness(lengths: np.ndarray) -> np.ndarray:
    """How long transforms of some lengths take a sample."""
    left, total = lengths.copy(), np.zeros(lengths.shape)
    for prime in _PRIMES:
        while (divided := left % prime == 0).any():
            left[divided] //= prime
            total[divided] += prime
    return 1.0 + _EACH_PRIME * np.where(left > 1, _LARGE_PRIME, total)
