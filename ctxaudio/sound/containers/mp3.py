"""MPEG audio: where the frames of a file lie, and the recordings that are joined in it.

Decoders trust the first frame of a recording to say how many frames follow (Xing's header), or
guess it from the file's size and the first bitrate. Where several files were joined, or the
bitrate varies and no header says so, both cut off what is beyond. Here the frames are counted; a
recording that does not say how many they are is given a first frame that does.

ISO 11172-3 and 13818-3 define the frames.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ctxaudio.sound.containers.recording import Recording, read_at, size_of

_KBIT = {  # by MPEG 1 or later, and layer
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = (44_100, 48_000, 32_000)  # of MPEG 1; later halves and quarters
_SYNC = re.compile(rb"\xff[\xe2-\xff]")
_CHUNK = 1 << 20  # bytes that are read at a time
_HEAD = 64  # bytes of a frame, as far as they are looked at


class Header(NamedTuple):
    """What four bytes say of their frame."""

    kind: tuple[int, int, int]  # version, layer, samples a second: the same in all of a recording
    n_bytes: int
    is_mono: bool


def begins(start: bytes) -> bool:
    """Whether a file that starts with these four bytes may be one."""
    return start[:3] in (b"ID3", b"TAG") or header_of(start) is not None


def header_of(head: bytes) -> Header | None:
    r"""What the head of a frame says; None if it is none, or of a bitrate that it does not say.

    >>> header_of(b"\xff\xfb\x90\x64")
    Header(kind=(1, 3, 44100), n_bytes=417, is_mono=False)
    """
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return None
    version = {0: 4, 2: 2, 3: 1}.get(head[1] >> 3 & 3)  # 2.5 counts as 4: a quarter of the rate
    layer = 4 - (head[1] >> 1 & 3)
    index, rate = head[2] >> 4, head[2] >> 2 & 3
    if version is None or layer == 4 or index in (0, 15) or rate == 3:
        return None
    later = min(version, 2)
    bits, hz = 1000 * _KBIT[later, layer][index - 1], _RATES[rate] // version
    padding = head[2] >> 1 & 1
    if layer == 1:
        n_bytes = 4 * (12 * bits // hz + padding)
    else:
        n_bytes = (72 if layer == 3 and later == 2 else 144) * bits // hz + padding
    return Header((version, layer, hz), n_bytes, head[3] >> 6 == 3)


def recordings(file: BinaryIO) -> list[Recording]:
    """The recordings of a file: each says at its start how many frames follow, or is made to.

    What is no frame where one should be is passed over, as decoders do.
    """
    size = size_of(file)
    runs: list[_Run] = []
    for frame in _frames(_Bytes(file), size):
        if not runs or frame.told is not None or runs[-1].ends_before(frame):
            runs.append(_Run(frame))
        runs[-1].n_frames += 1
    # Some count their first frame too, and some have one more than they say.
    runs = [run for run in runs if run.n_frames > 1] or runs
    if not runs:
        return [Recording(0, size)]
    begins = [run.first.begin for run in runs]
    return [
        Recording(begin, end, run.head(), run.lack(end))
        for run, begin, end in zip(runs, begins, [*begins[1:], size], strict=True)
    ]


class MeanBitRate(NamedTuple):
    """Of the frames of a file."""

    bits_s: int  # bit/s
    is_constant: bool


def mean_bit_rate(file: BinaryIO) -> MeanBitRate | None:
    """What the frames of a file of layer III have, whatever its headers say; None of none."""
    headers = [frame.header for frame in _frames(_Bytes(file), size_of(file))]
    if not headers:
        return None
    version, _, sample_rate = headers[0].kind
    sizes = [header.n_bytes for header in headers]
    duration_s = len(sizes) * (1152 if version == 1 else 576) / sample_rate
    # Padding makes some frames of a constant rate a byte longer.
    return MeanBitRate(round(8 * sum(sizes) / duration_s), max(sizes) - min(sizes) <= 1)


class _Count(NamedTuple):
    """What Xing's header says; 0 for what it does not."""

    n_frames: int  # after the one that it is in
    n_bytes: int


class _Frame(NamedTuple):
    begin: int  # bytes
    head: bytes
    header: Header
    told: _Count | None


class _Run:
    """Frames of one recording."""

    def __init__(self, first: _Frame) -> None:
        self.first = first
        self.n_frames = 0

    def ends_before(self, frame: _Frame) -> bool:
        """Whether it has all that it says, or what follows is of another kind."""
        told, header = self.first.told, self.first.header
        is_full = told is not None and 0 < told.n_frames < self.n_frames
        return is_full or frame.header.kind != header.kind

    def head(self) -> bytes:
        """A frame that says how many follow; nothing where one does, or none ever does."""
        version, layer, _ = self.first.header.kind
        told = self.first.told
        if layer != 3 or (told is not None and told.n_frames > 0):
            return b""
        first = bytearray(self.first.head)
        first[1] |= 1  # without a checksum
        first[2] = 0x90 | first[2] & 0x0C  # of 128 kbit, or 80: room enough
        header = header_of(bytes(first))
        if header is None:
            raise AssertionError("a frame of another bitrate is one.")
        side = bytes(_side_size(version, header.is_mono))
        says = b"Xing" + (1).to_bytes(4, "big") + self.n_frames.to_bytes(4, "big")
        return (bytes(first) + side + says).ljust(header.n_bytes, b"\0")

    def lack(self, end: int) -> str | None:
        """What is missing of it, where it ends there."""
        n_bytes = end - self.first.begin
        if self.first.told is None or n_bytes >= self.first.told.n_bytes:
            return None
        return f"{self.first.told.n_bytes} bytes expected, {n_bytes} found"


def _side_size(version: int, is_mono: bool) -> int:
    """Bytes between a frame's head and the place of Xing's."""
    return (9 if is_mono else 17) if version > 1 else (17 if is_mono else 32)


class _Bytes:
    """A file's bytes, some of which are kept: frames are far shorter than what is read at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._begin, self._kept = 0, b""

    def at(self, position: int, n_bytes: int) -> bytes:
        begin = position - self._begin
        if not 0 <= begin <= len(self._kept) - n_bytes:
            self._begin, self._kept = position, read_at(self._file, position, _CHUNK)
            begin = 0
        return self._kept[begin : begin + n_bytes]

    def next_sync(self, position: int) -> int | None:
        while chunk := self.at(position, _CHUNK):
            if found := _SYNC.search(chunk):
                return position + found.start()
            position += max(len(chunk) - 1, 1)
        return None


def _frames(file: _Bytes, size: int) -> Iterator[_Frame]:
    position: int | None = 0
    kind = None
    while position is not None and position < size:
        head = file.at(position, _HEAD)
        header = header_of(head)
        if header is not None and (header.kind == kind or _goes_on(file, position, header, size)):
            kind = header.kind
            yield _Frame(position, head[:4], header, _count_in(head, header))
            position += header.n_bytes
        elif length := tag_size(head):
            position += length
        else:
            position = file.next_sync(position + 1)


def _goes_on(file: _Bytes, position: int, header: Header, size: int) -> bool:
    """Whether where a frame ends another begins, or the file ends."""
    end = position + header.n_bytes
    following = header_of(file.at(end, 4))
    return end >= size or (following is not None and following.kind == header.kind)


def _count_in(head: bytes, header: Header) -> _Count | None:
    version, layer, _ = header.kind
    begin = 4 + _side_size(version, header.is_mono)
    if layer != 3 or head[begin : begin + 4] not in (b"Xing", b"Info"):
        return None
    flags, numbers = head[begin + 7], head[begin + 8 : begin + 16]
    values = [int.from_bytes(numbers[at : at + 4], "big") for at in (0, 4)]
    n_frames = values[0] if flags & 1 else 0
    n_bytes = values[flags & 1] if flags & 2 else 0
    return _Count(n_frames, n_bytes)


def tag_size(head: bytes) -> int:
    """Bytes of a tag that begins here; 0 if none does."""
    if head[:3] == b"ID3":  # in four times seven bits, without its own head
        return 10 + sum(
            byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=False)
        )
    if head[:3] == b"TAG":
        return 128
    if head[:8] == b"APETAGEX":
        has_head = head[23] & 0x20 != 0  # which is not counted; here it is a head or the end's
        return int.from_bytes(head[12:16], "little") + 32 if has_head else 32
    return 0
