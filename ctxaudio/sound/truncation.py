"""What a sound file's own bytes tell of its length, where libsndfile keeps quiet.

libsndfile reads a file that was cut off as if it ended there. Formats that say how long they are
are held to it; a size that a program wrote because it streamed and could not know better is not.
"""

from __future__ import annotations

import io
import re
from typing import BinaryIO

# "  data : 2000 (should be 1000)": the header's size first, then what the file has. The names are
# those of WAV, AIFF, AU, SVX and W64.
_SIZE = re.compile(r"^\s*(?:data|SSND|Data Size|BODY|riff)\s*: (\d+) \(should be (\d+)\)", re.M)
_FRAMES = re.compile(r"frame count (\d+) does not match value from 'ds64' chunk of (\d+)")

_XING = re.compile(rb"(?:Xing|Info)\0{3}(?P<flags>.)(?P<numbers>.{8})", re.S)

# Programs that stream write the largest size, or one a little smaller, of 31 or 32 bits.
_MARGIN = 1 << 24
_LARGEST_SIZES = (1 << 31, 1 << 32)

_CHUNK = 1 << 16  # bytes that are searched at a time


def missing_part(file: BinaryIO, container: str, log: str) -> str | None:
    """What a file is known to lack, or None.

    Args:
        file: open, and able to seek.
        container: in libsndfile's words.
        log: what libsndfile said when it opened the file.
    """
    for expected, found in _SIZE.findall(log):
        if int(found) < int(expected) and not _is_unknown(int(expected)):
            return f"{expected} bytes of sound expected, {found} found"
    for found, expected in _FRAMES.findall(log):
        if int(found) < int(expected):
            return f"{expected} samples expected, {found} found"
    if container == "OGG" and not _ends_ogg_stream(file):
        return "the end of the stream is missing"
    if container == "MP3":
        expected, found = _mp3_size(file)
        if found < expected:
            return f"{expected} bytes expected, {found} found"
    return None


def unknown_size_at(file: BinaryIO) -> int | None:
    r"""Where a WAV file has the size that a program which streamed has left 0; None if it has not.

    >>> import io
    >>> unknown_size_at(io.BytesIO(b"RIFF" + bytes(4) + b"WAVEdata" + bytes(4) + b"sound"))
    16
    """
    end = file.seek(0, io.SEEK_END)
    start = _at(file, 0, 12)
    if start[:4] != b"RIFF" or start[8:12] != b"WAVE":
        return None
    position = 12
    while position + 8 < end:
        head = _at(file, position, 8)
        size = int.from_bytes(head[4:], "little")
        if head[:4] == b"data":
            return None if size > 0 else position + 4
        position += 8 + size + size % 2
    return None


def _at(file: BinaryIO, position: int, n_bytes: int) -> bytes:
    file.seek(position)
    return file.read(n_bytes)


def _is_unknown(size: int) -> bool:
    return any(largest - _MARGIN <= size <= largest for largest in _LARGEST_SIZES)


def _ends_ogg_stream(file: BinaryIO) -> bool:
    """Whether the last page is there to its end, and is marked as the last (RFC 3533)."""
    size = file.seek(0, io.SEEK_END)
    start = _last_ogg_page(file, size)
    page = _at(file, start, 27 + 255)
    if len(page) < 27:
        return False
    n_segments = page[26]
    end = start + 27 + n_segments + sum(page[27 : 27 + n_segments])
    return bool(page[5] & 4) and end <= size


def _last_ogg_page(file: BinaryIO, end: int) -> int:
    """Where it begins; 0 if there is none."""
    while end > 0:
        begin = max(end - _CHUNK, 0)
        found = _at(file, begin, end - begin + 3).rfind(b"OggS")
        if found >= 0:
            return begin + found
        end = begin
    return 0


def _mp3_size(file: BinaryIO) -> tuple[int, int]:
    """Bytes that the first frame says there are, 0 if it does not, and bytes there are."""
    start = 0
    tag = _at(file, 0, 10)
    if tag[:3] == b"ID3":  # a tag before it, whose size is in four times 7 bits
        start = 10 + sum(
            byte << shift for byte, shift in zip(tag[6:], (21, 14, 7, 0), strict=False)
        )
    found = file.seek(0, io.SEEK_END) - start
    # "Xing" or "Info", flags, then the numbers of frames and of bytes if the flags 1 and 2 say so.
    header = _XING.search(_at(file, start, 256))
    if header is None or not header["flags"][0] & 2:
        return 0, found
    return int.from_bytes(header["numbers"][4 * (header["flags"][0] & 1) :][:4], "big"), found
