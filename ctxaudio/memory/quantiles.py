"""Quantiles of what is too much to be held at once, as numpy has them to the last bit."""

from __future__ import annotations

import numpy as np

from rnn.rows import RowSource, in_parts

_SHARE = 0.95
_AT_A_TIME = 4096  # values


def medians_of_columns(rows: RowSource) -> np.ndarray:
    """Median of each column of (row, column)."""
    return np.array(
        [
            np.median(np.concatenate([part[:, column] for part in in_parts(rows)]))
            for column in range(rows.shape[1])
        ]
    )


class Loudest:
    """The largest values of so many that come in parts: what 5 % of all exceed.

    >>> loudest = Loudest(101)
    >>> for value in range(101):
    ...     loudest.add(np.array([value]))
    >>> loudest.exceeded()
    95.0
    """

    def __init__(self, n_all: int) -> None:
        self._place = (n_all - 1) * _SHARE
        self._n_kept = n_all - int(self._place)
        self._largest = np.zeros(0)
        self._waiting: list[np.ndarray] = []
        self._n_waiting = 0
        self._least = 0.0

    def add(self, values: np.ndarray) -> None:
        """Some of the values."""
        flat = values.ravel()
        if len(self._largest) == self._n_kept:  # what is smaller than all of them is not needed
            flat = flat[flat > self._least]
        self._waiting.append(flat)
        self._n_waiting += flat.size
        if self._n_waiting > max(self._n_kept // 4, _AT_A_TIME):
            self._keep()

    def exceeded(self) -> float:
        """What 5 % exceed, by linear interpolation; of all values that were announced."""
        self._keep()
        around = np.sort(np.partition(self._largest, min(1, len(self._largest) - 1))[:2])
        return float(np.quantile(around, self._place - int(self._place)))

    def _keep(self) -> None:
        some = np.concatenate([self._largest, *self._waiting])
        if len(some) > self._n_kept:
            some.partition(len(some) - self._n_kept)
            some = some[-self._n_kept :].copy()
        self._largest, self._least = some, float(some.min())
        self._waiting, self._n_waiting = [], 0
