"""Rows: an array that grows row by row, and lies on the disk once it is long."""

from __future__ import annotations

import math
import tempfile
import threading
import weakref
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import DTypeLike

MOST_BYTES = 4 << 20  # in memory, if nothing else is said


class Rows:
    """An array (row, ...) whose rows are appended in order and read by slices, from any thread.

    Up to ``most_bytes`` it is in memory; beyond, in a temporary file without a name, which is gone
    with it. What the operating system keeps of that file in its cache is no memory of the process.

    >>> rows = Rows((2,), np.float32)
    >>> rows.append(np.ones((3, 2)))
    >>> rows.shape, rows[1:9].shape, rows[-1].tolist()
    ((3, 2), (2, 2), [1.0, 1.0])

    Raises:
        OSError: if the disk cannot take what is appended.
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

    @classmethod
    def of(cls, rows: np.ndarray) -> Rows:
        """An array that is there, held in memory."""
        made = cls(rows.shape[1:], rows.dtype, most_bytes=rows.nbytes)
        made.append(rows)
        return made

    def __len__(self) -> int:
        return self._n

    @property
    def shape(self) -> tuple[int, ...]:
        """As an array's."""
        return (self._n, *self._row)

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
            error.filename = f"a temporary file in {tempfile.gettempdir()}"
            raise

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
        if copy is False:
            raise ValueError("rows are copied into an array.")
        return np.array(self[:], dtype)


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
