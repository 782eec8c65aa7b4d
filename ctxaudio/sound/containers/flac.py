"""FLAC: the streams that are joined in a file."""

from __future__ import annotations

from typing import BinaryIO

from ctxaudio.sound.containers.recording import Recording, found_from, size_of

# A stream's name and the head of its first block, which may be its only one. In compressed sound
# eight such bytes do not come by chance.
_STARTS = (b"fLaC\x00\x00\x00\x22", b"fLaC\x80\x00\x00\x22")


def recordings(file: BinaryIO) -> list[Recording]:
    """The streams of a file that begins with one."""
    begins = [0]
    while nexts := [
        at for start in _STARTS if (at := found_from(file, begins[-1] + 4, start)) is not None
    ]:
        begins.append(min(nexts))
    ends = [*begins[1:], size_of(file)]
    return [Recording(begin, end) for begin, end in zip(begins, ends, strict=True)]
