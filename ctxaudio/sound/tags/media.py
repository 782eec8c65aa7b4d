"""Tags as ffmpeg tells them, of Matroska, WebM and WMA; PyAV writes them with the sound."""

from __future__ import annotations

from fractions import Fraction
from typing import BinaryIO

from ctxaudio.sound.tags.names import plainly_named
from ctxaudio.sound.tags.values import Chapter, Tags

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
    return Tags(fields=plainly_named(fields), chapters=chapters)
