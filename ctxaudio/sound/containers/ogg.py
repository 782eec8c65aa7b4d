"""Ogg: where the pages of a file lie, and the streams that are chained in it (RFC 3533)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ctxaudio.sound.containers.recording import Recording, found_from, read_at, size_of

_NAME = b"OggS"
_HEAD = 27  # bytes before the table of segments
_MOST_SEGMENTS = 255
_BEGINS, _ENDS = 2, 4  # flags


class Page(NamedTuple):
    """One page."""

    begin: int  # bytes
    end: int  # may be past the file's
    flags: int


def recordings(file: BinaryIO) -> list[Recording]:
    """The streams of a file that begins with a page; those that sound together are one."""
    size = size_of(file)
    begins: list[int] = []
    whole_until = size
    last: Page | None = None
    for page in _pages(file, size):
        # Streams that sound together begin one right after the other, before any goes on.
        if last is None or (page.flags & _BEGINS and last.flags & (_BEGINS | _ENDS) != _BEGINS):
            begins.append(page.begin)
        if page.end > size:
            whole_until = page.begin  # a decoder makes nothing of a page that is cut
        last = page
    # A broadcast that another follows is often not marked as ended; of the last one, none follows.
    whole = last is not None and last.flags & _ENDS and last.end <= size
    found = [Recording(*ends) for ends in zip(begins, [*begins[1:], size], strict=True)]
    if not whole:
        end = max(whole_until, found[-1].begin)
        found[-1] = found[-1]._replace(end=end, lacks="the end of the stream is missing")
    return found


def _pages(file: BinaryIO, size: int) -> Iterator[Page]:
    position: int | None = 0
    while position is not None and position < size:
        head = read_at(file, position, _HEAD + _MOST_SEGMENTS)
        if head[:4] != _NAME:  # something else lies in between
            position = found_from(file, position, _NAME)
        elif len(head) < _HEAD:
            yield Page(position, size + 1, 0)
            return
        else:
            n_segments = head[26]
            end = position + _HEAD + n_segments + sum(head[_HEAD : _HEAD + n_segments])
            yield Page(position, end, head[5])
            position = end
