"""Tags as Vorbis comments: of FLAC, Ogg Vorbis and Opus."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Any

from mutagen.flac import FLAC
from mutagen.flac import Picture as Block

from ctxaudio.sound.tags.values import Chapter, Picture, Tags

_PICTURE = "METADATA_BLOCK_PICTURE"
_NAME = re.compile(r"[\x20-\x3c\x3e-\x7d]+")
_CHAPTER = re.compile(r"CHAPTER(\d{3})(NAME|URL)?")
_TIME = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")


def of_vorbis(file: Any) -> Tags:
    """What comments say, and the pictures beside them.

    Args:
        file: of mutagen; its tags, its length, and pictures if it is FLAC.
    """
    fields: dict[str, list[str]] = {}
    for name, value in file.tags or ():
        fields.setdefault(name.upper(), []).append(value)
    blocks = [*getattr(file, "pictures", ()), *_decoded(fields.pop(_PICTURE, ()))]
    starts = {name: fields.pop(name)[0] for name in [*fields] if _CHAPTER.fullmatch(name)}
    return Tags(
        fields={name: tuple(values) for name, values in fields.items()},
        pictures=tuple(Picture(each.type, each.mime, each.desc, each.data) for each in blocks),
        chapters=tuple(_chapters(starts, file.info.length)),
    )


def _decoded(values: Iterable[str]) -> Iterator[Block]:
    for value in values:
        try:
            yield Block(base64.b64decode(value))
        except binascii.Error as error:
            raise ValueError(f"a picture in it is no base64 ({error})") from error


def _chapters(starts: dict[str, str], length_s: float) -> Iterator[Chapter]:
    found = sorted(
        (_seconds(*time.groups()), starts.get(f"{name}NAME", ""))
        for name, text in starts.items()
        if (time := _TIME.fullmatch(text)) and not name.endswith("E")
    )
    ends = [*(begin_s for begin_s, _ in found[1:]), length_s]
    for (begin_s, title), end_s in zip(found, ends, strict=False):
        yield Chapter(begin_s, max(begin_s, end_s), title)


def _seconds(hours: str, minutes: str, seconds: str) -> float:
    return 60.0 * (60.0 * int(hours) + int(minutes)) + float(seconds)


def into_vorbis(tags: Tags, file: Any) -> None:
    """Add comments that say it, and pictures."""
    for name, values in tags.fields.items():
        if _NAME.fullmatch(name):
            file.tags[name] = list(values)
    for n, (begin_s, _, title) in enumerate(tags.chapters, 1):
        minutes, seconds = divmod(round(begin_s, 3), 60.0)
        hours, minutes = divmod(int(minutes), 60)
        file.tags[f"CHAPTER{n:03d}"] = [f"{hours:02d}:{minutes:02d}:{seconds:06.3f}"]
        file.tags[f"CHAPTER{n:03d}NAME"] = [title]
    blocks = [_block(picture) for picture in tags.pictures]
    if isinstance(file, FLAC):
        for block in blocks:
            file.add_picture(block)
    elif blocks:
        file.tags[_PICTURE] = [base64.b64encode(block.write()).decode("ascii") for block in blocks]


def _block(picture: Picture) -> Block:
    block = Block()
    block.type, block.mime, block.desc, block.data = picture
    return block
