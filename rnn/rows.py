"""Rows: arrays that are read some rows at a time, wherever the rows are.

They lie in memory, on the disk once they are many (:class:`Rows`), or are made as they are read
(:class:`MadeRows`). What is summed of them is summed as numpy sums an array, to the last bit.
"""

from __future__ import annotations

import math
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Protocol, cast

import numpy as np
from numpy.typing import DTypeLike

MOST_BYTES = 2 << 20  # in memory, if nothing else is said
_LEAF = 1 << 17  # values at a time; numpy's own summation halves down to fewer


class NoRoomError(OSError):
    """The folder for temporary files cannot take what is to lie there."""


class RowSource(Protocol):
    """What is read by slices of rows; an array is."""

    @property
    def shape(self) -> tuple[int, ...]:
        """As an array's."""

    def __getitem__(self, rows: slice, /) -> np.ndarray:
        """Some of the rows, in steps of 1."""


class MadeRows:
    """An array (row, column) that is made as it is read, by ``make`` from one row to another."""

    def __init__(self, shape: tuple[int, int], make: Callable[[int, int], np.ndarray]) -> None:
        self.shape = shape
        self._make = make

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> np.ndarray:
        begin, end, _ = rows.indices(len(self))
        return self._make(begin, max(begin, end))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return _copied(self, dtype, copy)


def in_parts(rows: RowSource) -> Iterator[np.ndarray]:
    """All of them, some after others."""
    step = _at_a_time(rows)
    for begin in range(0, rows.shape[0], step):
        yield rows[begin : begin + step]


def _at_a_time(rows: RowSource) -> int:
    return max(_LEAF // max(math.prod(rows.shape[1:]), 1), 1)


def sum_of(rows: RowSource) -> np.floating:
    """The sum of all values of (row, column), as ``np.sum`` of an array has it."""
    width = rows.shape[1]

    def between(begin: int, end: int) -> np.floating:
        n = end - begin
        if n <= _LEAF:
            first = begin // width
            part = np.ascontiguousarray(rows[first : -(-end // width)]).ravel()
            return cast(np.floating, part[begin - first * width : end - first * width].sum())
        half = n // 2 - n // 2 % 8
        return between(begin, begin + half) + between(begin + half, end)

    return between(0, rows.shape[0] * width)


def mean_of_rows(rows: RowSource) -> np.ndarray:
    """The mean row, as ``np.mean`` of an array over its first axis has it."""
    total = rows[0:1][0]
    step = _at_a_time(rows)
    for begin in range(1, rows.shape[0], step):
        total = np.add.reduce(np.concatenate([total[None], rows[begin : begin + step]]), axis=0)
    return np.true_divide(total, rows.shape[0], dtype=total.dtype)


class Rows:
    """An array (row, ...) whose rows are appended in order and read by slices, from any thread.

    Up to ``most_bytes`` it is in memory; beyond, in a temporary file without a name, which is gone
    with it. What the operating system keeps of that file in its cache is no memory of the process.

    >>> rows = Rows((2,), np.float32)
    >>> rows.append(np.ones((3, 2)))
    >>> rows.shape, rows[1:9].shape, rows[-1].tolist()
    ((3, 2), (2, 2), [1.0, 1.0])

    Raises:
        NoRoomError: if the disk cannot take what is appended; an OSError.
    """

    def __init__(
        self,
        row: tuple[int, ...] = (),
        dtype: DTypeLike = np.float32,
        *,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.dtype = np.dtype(dtype)
        self._row = row
        self._row_bytes = self.dtype.itemsize * math.prod(row)
        self._most = most_bytes // max(self._row_bytes, 1)  # rows
        self._n = 0
        self._held: np.ndarray | None = np.empty((0, *row), self.dtype)  # as many rows and more
        self._file: BinaryIO | None = None
        self._lock = threading.Lock()  # over where the file is read

    def __len__(self) -> int:
        return self._n

    @property
    def shape(self) -> tuple[int, ...]:
        """As an array's."""
        return (self._n, *self._row)

    @property
    def size(self) -> int:
        """As an array's."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """As an array's."""
        return self._n * self._row_bytes

    def append(self, rows: np.ndarray) -> None:
        """Add rows (row, ...) at the end; they are copied."""
        rows = np.ascontiguousarray(rows, self.dtype)
        if rows.shape[1:] != self._row:
            raise ValueError(f"rows must have shape (row, *{self._row}), got {rows.shape}.")
        end = self._n + len(rows)
        with self._lock:
            if self._held is not None and end <= self._most:
                self._hold(rows, end)
            else:
                self._write(rows)
            self._n = end

    def _hold(self, rows: np.ndarray, end: int) -> None:
        held = cast(np.ndarray, self._held)
        if end > len(held):
            grown = np.empty((min(max(end, 2 * len(held)), self._most), *self._row), self.dtype)
            grown[: self._n] = held[: self._n]
            self._held = held = grown
        held[self._n : end] = rows

    def _write(self, rows: np.ndarray) -> None:
        try:
            if self._file is None:
                file = cast(BinaryIO, tempfile.TemporaryFile(buffering=0))  # noqa: SIM115
                weakref.finalize(self, file.close)
                if self._held is not None:
                    _write_all(file, self._held[: self._n])
                self._file, self._held = file, None
            self._file.seek(self._n * self._row_bytes)
            _write_all(self._file, rows)
        except OSError as error:
            place = f"a temporary file in {tempfile.gettempdir()}"
            raise NoRoomError(error.errno, error.strerror, place) from error

    def held(self) -> np.ndarray | Rows:
        """The array itself, as long as it is in memory."""
        if self._held is None:
            return self
        return self._held if self._n == len(self._held) else self._held[: self._n].copy()

    def __getitem__(self, index: int | slice) -> np.ndarray:
        if not isinstance(index, slice):
            begin = index + self._n if index < 0 else index
            if not 0 <= begin < self._n:
                raise IndexError(f"row {index} of {self._n}")
            return cast(np.ndarray, self[begin : begin + 1][0])
        begin, end, step = index.indices(self._n)
        if step != 1:
            raise ValueError(f"rows are read one after the other, got steps of {step}.")
        end = max(begin, end)
        with self._lock:
            if self._held is not None:
                found = self._held[begin:end].view()
                found.flags.writeable = False
                return found
            found = np.empty((end - begin, *self._row), self.dtype)
            if found.size:
                file = cast(BinaryIO, self._file)
                file.seek(begin * self._row_bytes)
                _read_all(file, found)
            return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return _copied(self, dtype, copy)


def _copied(rows: RowSource, dtype: Any, copy: bool | None) -> np.ndarray:
    if copy is False:
        raise ValueError("rows are copied into an array.")
    return np.array(rows[:], dtype)


def _write_all(file: BinaryIO, rows: np.ndarray) -> None:
    left = rows.data.cast("B") if rows.size else memoryview(b"")
    while left:
        left = left[file.write(left) :]


def _read_all(file: BinaryIO, rows: np.ndarray) -> None:
    left = rows.data.cast("B")
    while left:
        n_bytes = file.readinto(left)  # type: ignore[attr-defined]
        if not n_bytes:
            raise OSError(f"a temporary file in {tempfile.gettempdir()} was cut short")
        left = left[n_bytes:]
