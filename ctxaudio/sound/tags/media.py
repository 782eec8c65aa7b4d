"""Tags as ffmpeg tells them, of Matroska, WebM and WMA; PyAV writes them with the sound."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, BinaryIO

from ctxaudio.sound.tags.names import plainly_named
from ctxaudio.sound.tags.values import Chapter, Picture, Tags

_FRONT = 3  # as ID3 numbers covers
_MIMES = {"mjpeg": "image/jpeg", "png": "image/png"}
DEMUXERS = ("asf", "matroska")


def of_media(file: BinaryIO, demuxer: str) -> Tags:
    """What a container says of its song.

    Args:
        file: open, and able to seek.
        demuxer: one of :data:`DEMUXERS`.
    """
    import av

    def seconds(time: int, base: Fraction | None) -> float:
        return float(time * (base or 0))

    file.seek(0)
    with av.open(file, "r", format=demuxer, metadata_errors="replace") as container:
        fields = {name.upper(): (text,) for name, text in container.metadata.items()}
        chapters = tuple(
            Chapter(
                seconds(each["start"], each["time_base"]),
                seconds(each["end"], each["time_base"]),
                each["metadata"].get("title", ""),
            )
            for each in container.chapters()
        )
        pictures = tuple(_pictures(container))
    return Tags(fields=plainly_named(fields), pictures=pictures, chapters=chapters)


def _pictures(container: Any) -> Iterator[Picture]:
    import av

    for stream in container.streams.video:
        if stream.disposition & av.stream.Disposition.attached_pic:
            container.seek(0)
            data = next((bytes(packet) for packet in container.demux(stream)), b"")
            mime = _MIMES.get(stream.codec_context.name)
            if data and mime is not None:
                yield Picture(_FRONT, mime, "", data)
