"""A recording within a file, and the bytes of files at places rather than in order."""

from __future__ import annotations

import io
from typing import BinaryIO, NamedTuple

_CHUNK = 1 << 20  # bytes that are searched at a time


class Recording(NamedTuple):
    """Where a recording lies in a file that may hold several, one after the other."""

    begin: int  # bytes
    end: int
    head: bytes = b""  # what a decoder is to find before it
    lacks: str | None = None  # what is known to be missing of it


def size_of(file: BinaryIO) -> int:
    """Bytes in all."""
    return file.seek(0, io.SEEK_END)


def read_at(file: BinaryIO, position: int, n_bytes: int) -> bytes:
    """Bytes from a place on; fewer where the file ends."""
    file.seek(position)
    return file.read(n_bytes)


def found_from(file: BinaryIO, position: int, wanted: bytes) -> int | None:
    """Where some bytes come next, or None.

    >>> found_from(io.BytesIO(b"OggS then OggS"), 1, b"OggS")
    10
    """
    while chunk := read_at(file, position, _CHUNK + len(wanted) - 1):
        if (found := chunk.find(wanted)) >= 0:
            return position + found
        position += _CHUNK
    return None
