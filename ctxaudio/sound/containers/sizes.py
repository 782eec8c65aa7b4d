"""How long a file says it is, in containers whose parts say their sizes: so one that was cut shows.

RIFF (AVI), ISO 14496-12 (MP4, MOV), EBML (Matroska, WebM, RFC 8794), Apple's CAF and Creative's
VOC. A size that was left open, as of what is streamed, says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from ctxaudio.sound.containers.recording import read_at, size_of

_MOST_PARTS = 100_000  # of hostile files too, none that is looked through for long


def bytes_missing(file: BinaryIO, demuxer: str) -> int:
    """Bytes beyond the file's end that its outermost parts are said to have; 0 if none is known.

    Args:
        file: open, and able to seek.
        demuxer: as :func:`~ctxaudio.sound.containers.kinds.demuxer_of` names its container.
    """
    ends = _ENDS.get(demuxer)
    return 0 if ends is None else max(0, max(ends(file), default=0) - size_of(file))


def _in_turn(file: BinaryIO, begin: int, part: Callable[[int], int | None]) -> Iterator[int]:
    """Ends of parts, each of which begins where the one before ends."""
    size = size_of(file)
    for _ in range(_MOST_PARTS):
        end = part(begin) if begin < size else None
        if end is None or end <= begin:
            return
        yield end
        begin = end


def _riff_ends(file: BinaryIO) -> Iterator[int]:
    def part(begin: int) -> int | None:
        head = read_at(file, begin, 8)
        if len(head) < 8 or head[:4] != b"RIFF":
            return None
        size = int.from_bytes(head[4:], "little")
        return begin + 8 + size + size % 2 if 0 < size < 2**31 else None

    return _in_turn(file, 0, part)


def _box_ends(file: BinaryIO) -> Iterator[int]:
    def part(begin: int) -> int | None:
        head = read_at(file, begin, 16)
        if len(head) < 8 or not head[4:8].isalnum():
            return None
        size = int.from_bytes(head[:4], "big")
        if size == 1:  # it is in the eight bytes that follow
            size = int.from_bytes(head[8:], "big")
        return begin + size if size else None

    return _in_turn(file, 0, part)


def _ebml_ends(file: BinaryIO) -> Iterator[int]:
    def part(begin: int) -> int | None:
        head = read_at(file, begin, 12)
        if len(head) < 12 or not head[0]:
            return None
        n_name = 9 - head[0].bit_length()  # bytes, as many as the leading zeros say
        first = head[n_name]
        if n_name > 4 or not first:
            return None
        n_size = 9 - first.bit_length()
        size = int.from_bytes(head[n_name : n_name + n_size].ljust(n_size, b"\xff"), "big")
        size &= (1 << 7 * n_size) - 1
        return None if size == (1 << 7 * n_size) - 1 else begin + n_name + n_size + size

    return _in_turn(file, 0, part)


def _caf_ends(file: BinaryIO) -> Iterator[int]:
    def part(begin: int) -> int | None:
        head = read_at(file, begin, 12)
        size = int.from_bytes(head[4:], "big", signed=True)
        return begin + 12 + size if len(head) == 12 and size >= 0 else None

    return _in_turn(file, 8, part)


def _voc_ends(file: BinaryIO) -> Iterator[int]:
    def part(begin: int) -> int | None:
        head = read_at(file, begin, 4)
        if head[:1] == b"\0":  # which ends the file
            return None
        return begin + 4 + int.from_bytes(head[1:], "little")

    ends = [*_in_turn(file, int.from_bytes(read_at(file, 20, 2), "little"), part)]
    # Something follows each, but libsndfile counts it to the only part of some.
    return iter([*ends[:1], *(end + 1 for end in ends[1:])])


_ENDS: dict[str, Callable[[BinaryIO], Iterator[int]]] = {
    "avi": _riff_ends,
    "mov": _box_ends,
    "matroska": _ebml_ends,
    "caf": _caf_ends,
    "voc": _voc_ends,
}
