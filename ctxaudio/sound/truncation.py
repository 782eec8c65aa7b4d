"""What a sound file's own bytes tell of its length, where libsndfile keeps quiet.

libsndfile reads a file that was cut off as if it ended there. Formats that say how long they are
are held to it; a size that a program wrote because it streamed and could not know better is not.
"""

from __future__ import annotations

import re

# "  data : 2000 (should be 1000)": the header's size first, then what the file has. The names are
# those of WAV, AIFF, AU, SVX and W64.
_SIZE = re.compile(r"^\s*(?:data|SSND|Data Size|BODY|riff)\s*: (\d+) \(should be (\d+)\)", re.M)
_FRAMES = re.compile(r"frame count (\d+) does not match value from 'ds64' chunk of (\d+)")

_XING = re.compile(rb"(?:Xing|Info)\0{3}(?P<flags>.)(?P<numbers>.{8})", re.S)

# Programs that stream write the largest size, or one a little smaller, of 31 or 32 bits.
_MARGIN = 1 << 24
_LARGEST_SIZES = (1 << 31, 1 << 32)


def missing_part(encoded: bytes, container: str, log: str) -> str | None:
    """What a file is known to lack, or None.

    Args:
        container: in libsndfile's words.
        log: what libsndfile said when it opened the file.
    """
    for expected, found in _SIZE.findall(log):
        if int(found) < int(expected) and not _is_unknown(int(expected)):
            return f"{expected} bytes of sound expected, {found} found"
    for found, expected in _FRAMES.findall(log):
        if int(found) < int(expected):
            return f"{expected} samples expected, {found} found"
    if container == "OGG" and not _ends_ogg_stream(encoded):
        return "the end of the stream is missing"
    if container == "MP3":
        expected, found = _mp3_size(encoded)
        if found < expected:
            return f"{expected} bytes expected, {found} found"
    return None


def with_unknown_size(encoded: bytes) -> bytes:
    r"""A WAV file whose size was left 0 by a program that streamed, as one of unknown size.

    >>> header = b"RIFF" + bytes(4) + b"WAVEdata"
    >>> with_unknown_size(header + bytes(4) + b"sound")[16:]
    b'\xff\xff\xff\xffsound'
    """
    if encoded[:4] != b"RIFF" or encoded[8:12] != b"WAVE":
        return encoded
    position = 12
    while position + 8 < len(encoded):
        size = int.from_bytes(encoded[position + 4 : position + 8], "little")
        if encoded[position : position + 4] == b"data":
            if size > 0:
                break
            return encoded[: position + 4] + b"\xff" * 4 + encoded[position + 8 :]
        position += 8 + size + size % 2
    return encoded


def _is_unknown(size: int) -> bool:
    return any(largest - _MARGIN <= size <= largest for largest in _LARGEST_SIZES)


def _ends_ogg_stream(encoded: bytes) -> bool:
    """Whether the last page is there to its end, and is marked as the last (RFC 3533)."""
    page = encoded[max(encoded.rfind(b"OggS"), 0) :]
    if len(page) < 27:
        return False
    n_segments = page[26]
    return bool(page[5] & 4) and 27 + n_segments + sum(page[27 : 27 + n_segments]) <= len(page)


def _mp3_size(encoded: bytes) -> tuple[int, int]:
    """Bytes that the first frame says there are, 0 if it does not, and bytes there are."""
    start = 0
    if encoded[:3] == b"ID3":  # a tag before it, whose size is in four times 7 bits
        start = 10 + sum(
            byte << shift for byte, shift in zip(encoded[6:10], (21, 14, 7, 0), strict=False)
        )
    found = len(encoded) - start
    # "Xing" or "Info", flags, then the numbers of frames and of bytes if the flags 1 and 2 say so.
    header = _XING.search(encoded, start, start + 256)
    if header is None or not header["flags"][0] & 2:
        return 0, found
    return int.from_bytes(header["numbers"][4 * (header["flags"][0] & 1) :][:4], "big"), found
