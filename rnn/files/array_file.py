"""Files of named arrays and a few texts: safetensors, of which nothing can be run.

    8 bytes, the header's length | header, JSON | the arrays, one behind the other

A file is read into arrays of our own, never mapped: one that is cut while it is read is an error,
and one that is written to later changes nothing. Nothing is allocated that the file is not long
enough for.
"""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol, cast

import numpy as np

from rnn.rows import Rows, in_parts

# By their names in a file. There they lie in this order, so that each is aligned.
TYPES: dict[str, np.dtype] = {
    "I64": np.dtype("<i8"),
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "I32": np.dtype("<i4"),
    "U8": np.dtype("u1"),
}
_NAMES = {dtype: name for name, dtype in TYPES.items()}
_ORDER = list(TYPES)
_MOST_BYTES = 16 << 20  # in memory, of an array that may be on the disk
_PART_BYTES = 1 << 20  # of one of these, that are read at a time


class Entry(NamedTuple):
    """What a header says of one array."""

    dtype: np.dtype
    shape: tuple[int, ...]
    start: int  # bytes after the header
    stop: int


class Header(NamedTuple):
    """What stands before the arrays."""

    metadata: dict[str, str]
    entries: dict[str, Entry]  # in the order in which they lie


class Readable(Protocol):
    """A file that fills memory of ours."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill a part of it, and say how much; 0 at the end."""
        ...


def encoded(
    arrays: Mapping[str, np.ndarray | Rows], metadata: Mapping[str, str]
) -> Iterator[bytes | memoryview]:
    """The bytes of a file, part by part: equal for equal contents.

    Raises:
        ValueError: if an array is of a type that files do not hold.
    """
    for name, array in arrays.items():
        if array.dtype not in _NAMES:
            raise ValueError(f"{name} is of {array.dtype}, which is not kept in files")
    entries: dict[str, Any] = {"__metadata__": dict(metadata)}
    end = 0
    ordered = sorted(arrays, key=lambda name: (_ORDER.index(_NAMES[arrays[name].dtype]), name))
    for name in ordered:
        array = arrays[name]
        entries[name] = {
            "dtype": _NAMES[array.dtype],
            "shape": array.shape,
            "data_offsets": (end, end + array.nbytes),
        }
        end += array.nbytes
    header = json.dumps(entries, sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)  # so that the arrays stay aligned
    yield len(header).to_bytes(8, "little") + header
    for name in ordered:
        for part in parts_of(arrays[name]):
            yield part.tobytes()


def parts_of(array: np.ndarray | Rows) -> Iterable[np.ndarray]:
    """All of an array, in parts if it lies on the disk."""
    return in_parts(array) if isinstance(array, Rows) else (array,)


@contextmanager
def opened(source: str | Path | BinaryIO) -> Iterator[tuple[Readable, int]]:
    """A file to read, and its size in bytes; an open one from where it stands.

    Raises:
        OSError: if it cannot be read.
        ValueError: if it is not a regular file.
    """
    if not isinstance(source, str | os.PathLike):
        content = source.read()
        yield BytesIO(content), len(content)
        return
    with open(source, "rb", buffering=0, opener=_without_waiting) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("it is no regular file")
        yield cast(Readable, file), found.st_size


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # for the writer of a pipe


def read_header(file: Readable, size: int, *, longest: int) -> Header:
    """What a file of ``size`` bytes says that it holds, down to its last byte.

    Raises:
        OSError: if it cannot be read.
        ValueError: if it is no such file, its header is longer than ``longest`` bytes, or says
            what cannot be.
    """
    if size < 8:
        raise ValueError("it is too short")
    length = int.from_bytes(_bytes(file, 8), "little")
    if not 2 <= length <= min(longest, size - 8):
        raise ValueError("it does not begin as a file of arrays, or was cut")
    header = json.loads(_bytes(file, length).decode())
    if not isinstance(header, dict):
        raise ValueError("its header is no JSON object")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise ValueError("its metadata are not texts")
    entries = {name: _entry(name, entry) for name, entry in header.items()}
    ordered = dict(sorted(entries.items(), key=lambda item: item[1][2:]))
    end = 0
    for name, entry in ordered.items():
        if entry.start != end or entry.stop - end != math.prod(entry.shape) * entry.dtype.itemsize:
            raise ValueError(f"{name} does not lie where an array of its shape would")
        end = entry.stop
    if end != size - 8 - length:
        raise ValueError(
            f"its arrays are {end} bytes long, and it has {size - 8 - length} for them"
        )
    return Header(metadata, ordered)


def _entry(name: str, entry: Any) -> Entry:
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"{name[:40]!r} is described otherwise than an array is")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in TYPES:
        raise ValueError(f"{name[:40]!r} is of a type that is not kept in these files")
    for numbers in (shape, offsets):
        if not isinstance(numbers, list) or not all(type(n) is int and n >= 0 for n in numbers):
            raise ValueError(f"the sizes of {name[:40]!r} are not whole numbers")
    if len(offsets) != 2 or len(shape) > 8:
        raise ValueError(f"{name[:40]!r} is described otherwise than an array is")
    start, stop = offsets
    return Entry(TYPES[dtype], tuple(shape), start, stop)


def read_arrays(
    file: Readable, header: Header, on_disk: Container[str] = ()
) -> dict[str, np.ndarray | Rows]:
    """The arrays that follow a header which was just read.

    Args:
        on_disk: names of arrays that are kept on the disk where they are large.

    Raises:
        OSError: if they cannot be read.
        ValueError: if the file ends before they do.
    """
    arrays: dict[str, np.ndarray | Rows] = {}
    for name, entry in header.entries.items():
        if name in on_disk and entry.stop - entry.start > _MOST_BYTES:
            arrays[name] = _read_rows(file, entry)
            continue
        array = np.empty(entry.shape, entry.dtype)
        if array.size:
            _fill(file, array.data.cast("B"))
        arrays[name] = array
    return arrays


def _read_rows(file: Readable, entry: Entry) -> Rows:
    rows = Rows(entry.shape[1:], entry.dtype, most_bytes=0)
    row_bytes = math.prod(entry.shape[1:]) * entry.dtype.itemsize
    most = max(_PART_BYTES // max(row_bytes, 1), 1)
    while len(rows) < entry.shape[0]:
        part = np.empty((min(most, entry.shape[0] - len(rows)), *entry.shape[1:]), entry.dtype)
        _fill(file, part.data.cast("B"))
        rows.append(part)
    return rows


def _bytes(file: Readable, n: int) -> bytes:
    buffer = bytearray(n)
    _fill(file, memoryview(buffer))
    return bytes(buffer)


def _fill(file: Readable, left: memoryview) -> None:
    while left:
        n = file.readinto(left)
        if not n:
            raise ValueError("it ends too early: it was cut, or changes while it is read")
        left = left[n:]
