"""What a sound file's own bytes tell of its length, where libsndfile keeps quiet.

libsndfile reads a file that was cut off as if it ended there. Formats that say how long they are
are held to it; a size that a program wrote because it streamed and could not know better is not.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from ctxaudio.sound.containers.recording import read_at, size_of

# "  data : 2000 (should be 1000)": the header's size first, then what the file has. The names are
# those of WAV, AIFF, AU, SVX and W64.
_SIZE = re.compile(r"^\s*(?:data|SSND|Data Size|BODY|riff)\s*: (\d+) \(should be (\d+)\)", re.M)
_FRAMES = re.compile(r"frame count (\d+) does not match value from 'ds64' chunk of (\d+)")

# Programs that stream write the largest size, or one a little smaller, of 31 or 32 bits.
_MARGIN = 1 << 24
_LARGEST_SIZES = (1 << 31, 1 << 32)


def missing_part(log: str) -> str | None:
    """What a file is known to lack, or None.

    Args:
        log: what libsndfile said when it opened the file.
    """
    for expected, found in _SIZE.findall(log):
        if int(found) < int(expected) and not _is_unknown(int(expected)):
            return f"{expected} bytes of sound expected, {found} found"
    for found, expected in _FRAMES.findall(log):
        if int(found) < int(expected):
            return f"{expected} samples expected, {found} found"
    return None


def unknown_size_at(file: BinaryIO) -> int | None:
    r"""Where a WAV file has the size that a program which streamed has left 0; None if it has not.

    >>> import io
    >>> unknown_size_at(io.BytesIO(b"RIFF" + bytes(4) + b"WAVEdata" + bytes(4) + b"sound"))
    16
    """
    end = size_of(file)
    start = read_at(file, 0, 12)
    if start[:4] != b"RIFF" or start[8:12] != b"WAVE":
        return None
    position = 12
    while position + 8 < end:
        head = read_at(file, position, 8)
        size = int.from_bytes(head[4:], "little")
        if head[:4] == b"data":
            return None if size > 0 else position + 4
        position += 8 + size + size % 2
    return None


def is_unfinished(log: str) -> bool:
    """Whether the header has the size that a program writes which does not know it yet.

    >>> is_unfinished("data : 4294967295 (should be 1000)"), is_unfinished("data : 1000")
    (True, False)
    """
    return any(_is_unknown(int(expected)) for expected, _ in _SIZE.findall(log))


def _is_unknown(size: int) -> bool:
    return any(largest - _MARGIN <= size <= largest for largest in _LARGEST_SIZES)
