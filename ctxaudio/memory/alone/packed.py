"""Packed parts, one behind the other, in memory or on the disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rnn.rows import Rows


@dataclass(frozen=True, slots=True)
class Packed:
    """So many parts of bytes.

    >>> parts = Packed.of([b"one", b"", b"three"])
    >>> len(parts), parts[2]
    (3, b'three')
    """

    data: np.ndarray | Rows  # (byte,) uint8
    ends: np.ndarray  # (part,) int64, bytes

    @classmethod
    def of(cls, parts: Iterable[bytes]) -> Packed:
        """These, one after the other."""
        data, ends = Rows((), np.uint8), []
        for part in parts:
            data.append(np.frombuffer(part, np.uint8))
            ends.append(len(data))
        return cls(data.held(), np.array(ends, np.int64))

    @property
    def n_bytes(self) -> int:
        """Of all of them."""
        return len(self.data)

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, number: int) -> bytes:
        begin = int(self.ends[number - 1]) if number else 0
        return np.asarray(self.data[begin : int(self.ends[number])]).tobytes()
