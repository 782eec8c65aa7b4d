"""What a WAV file says of its song in chunks of its own: INFO, bext, cue points."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ctxaudio.sound.tags.names import plainly_named
from ctxaudio.sound.tags.values import Tags

_KEPT = (b"bext", b"cue ", b"iXML", b"LIST")
_LISTS = (b"INFO", b"adtl")
_MOST_CHUNKS = 1000
_MOST_BYTES = 4 << 20  # of a chunk that is kept
_MOST_SIZE = 0xFFFFFFFF
_CUE = struct.Struct("<II4sIII")  # name, position, chunk, its begin, its block, sample
_INFO = {
    b"INAM": "TITLE",
    b"IART": "ARTIST",
    b"IPRD": "ALBUM",
    b"ITRK": "TRACKNUMBER",
    b"ICRD": "DATE",
    b"IGNR": "GENRE",
    b"ICMT": "COMMENT",
    b"ICOP": "COPYRIGHT",
}


class Chunk(NamedTuple):
    """A chunk as it is in a file."""

    name: bytes
    data: bytes


def is_wav(file: BinaryIO) -> bool:
    """Whether a file begins as a WAV."""
    file.seek(0)
    start = file.read(12)
    return start[:4] == b"RIFF" and start[8:] == b"WAVE"


def of_riff(file: BinaryIO) -> Tags:
    """What chunks of a WAV file say that are neither sound nor ID3."""
    chunks = tuple(_chunks(file))
    fields: dict[str, tuple[str, ...]] = {}
    for name, data in chunks:
        if name == b"LIST" and data[:4] == b"INFO":
            fields |= {
                _INFO[inner.name]: (text,)
                for inner in _parts(data[4:])
                if inner.name in _INFO and (text := _text(inner.data))
            }
    return Tags(fields=plainly_named(fields), own={"RIFF": chunks})


def _chunks(file: BinaryIO) -> Iterator[Chunk]:
    begin = 12
    for _ in range(_MOST_CHUNKS):
        file.seek(begin)
        head = file.read(8)
        if len(head) < 8:
            return
        name, size = struct.unpack("<4sI", head)
        if name in _KEPT and size <= _MOST_BYTES:
            data = file.read(size)
            if len(data) == size and (name != b"LIST" or data[:4] in _LISTS):
                yield Chunk(name, data)
        begin += 8 + size + size % 2


def _parts(data: bytes) -> Iterator[Chunk]:
    begin = 0
    while begin + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, begin)
        yield Chunk(name, data[begin + 8 : begin + 8 + size])
        begin += 8 + size + size % 2


def _text(data: bytes) -> str:
    text = data.split(b"\0")[0]
    try:
        return text.decode("utf-8").strip()
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace").strip()


def into_riff(tags: Tags, file: BinaryIO) -> None:
    """Append chunks to a WAV file: those that one had, or else an INFO that says the fields.

    Args:
        tags: of any file.
        file: whole, and open for reading and writing.
    """
    chunks = [*tags.own.get("RIFF", ())]
    if not any(chunk.data[:4] == b"INFO" for chunk in chunks):
        fields = plainly_named(tags.fields)
        info = b"".join(
            _packed(Chunk(name, ", ".join(fields[field]).encode() + b"\0"))
            for name, field in _INFO.items()
            if field in fields
        )
        chunks += [Chunk(b"LIST", b"INFO" + info)] * bool(info)
    added = b"".join(map(_packed, chunks))
    end = file.seek(0, 2)
    if end % 2:
        added = b"\0" + added
    if end + len(added) - 8 > _MOST_SIZE:  # a size that the header cannot tell
        return
    file.write(added)
    file.seek(4)
    file.write(struct.pack("<I", end + len(added) - 8))


def _packed(chunk: Chunk) -> bytes:
    size = len(chunk.data)
    return struct.pack("<4sI", chunk.name, size) + chunk.data + b"\0" * (size % 2)


def at_speed(chunk: Chunk, speed: float) -> Chunk:
    """A chunk of a song that is so many times as fast: cue points move."""
    if chunk.name != b"cue " or speed == 1.0:
        return chunk
    n_points = max(len(chunk.data) - 4, 0) // _CUE.size
    points = [_CUE.unpack_from(chunk.data, 4 + n * _CUE.size) for n in range(n_points)]
    moved = b"".join(
        _CUE.pack(name, _sooner(position, speed), inside, begin, block, _sooner(sample, speed))
        for name, position, inside, begin, block, sample in points
    )
    return Chunk(chunk.name, struct.pack("<I", n_points) + moved)


def _sooner(sample: int, speed: float) -> int:
    return min(round(sample / speed), _MOST_SIZE)
