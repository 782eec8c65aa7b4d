"""Tags as values, in the words of no format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

# A family of formats, for what its files alone can hold: frames, atoms or chunks.
Family: TypeAlias = Literal["ID3", "MP4", "RIFF"]


class Picture(NamedTuple):
    """A cover, or another picture."""

    kind: int  # as ID3 and FLAC number them: 3 is the front cover
    mime: str
    text: str
    data: bytes


class Chapter(NamedTuple):
    """A part of a song that has a name."""

    begin_s: float
    end_s: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What a file says of its song."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by names of Vorbis
    pictures: tuple[Picture, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    own: Mapping[Family, tuple[Any, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields or self.pictures or self.chapters or any(self.own.values()))
