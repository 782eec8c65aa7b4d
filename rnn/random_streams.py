"""What random numbers are drawn for: a table, so that no two draws share a stream by mistake."""

from __future__ import annotations

from enum import IntEnum, unique

import numpy as np


@unique
class Stream(IntEnum):
    """The first number of a stream's key; seeds and counts follow it.

    A value that was published stays: figures depend on it.
    """

    WEIGHTS = 0  # of trained networks; seed, restarts
    TRIALS = 1  # of training; seed, restarts, updates
    NOISE = 2  # of training; seed, restarts, updates
    VALIDATION = 3  # seed, restarts, updates
    TEST = 4  # seed
    EXPLANATION = 5  # seed
    CONDITION_TRIALS = 6  # of validation by whole trials; key of the validation, condition
    CONDITION_NOISE = 7  # the same
    LORENZ_TRUTH = 100  # of what draws are compared with
    LORENZ_FLOOR = 101  # of how much true runs differ by chance


def generator(stream: Stream, *key: int) -> np.random.Generator:
    """The generator of a stream; the same for the same key.

    >>> first, second = (generator(Stream.TEST, seed) for seed in (0, 1))
    >>> bool(first.random() == second.random())
    False
    """
    return np.random.default_rng((int(stream), *key))
