"""Tags as MP4 atoms: of M4A."""

from __future__ import annotations

from typing import Any

from mutagen.mp4 import MP4, AtomDataType, MP4Cover, MP4FreeForm

from ctxaudio.sound.tags.names import FROM_MP4, PAIRS, TO_MP4, plainly_named
from ctxaudio.sound.tags.values import Chapter, Picture, Tags

_FREE = "----:com.apple.iTunes:"
_PAIR_ATOMS = {"trkn": "TRACKNUMBER", "disk": "DISCNUMBER"}
_NUMBERS = {"tmpo": "BPM", "cpil": "COMPILATION"}
_LEFT_OUT = ("pgap", "©too")  # gaps and the encoder of other samples
_MIMES = {MP4Cover.FORMAT_JPEG: "image/jpeg", MP4Cover.FORMAT_PNG: "image/png"}
_FORMATS = {mime: number for number, mime in _MIMES.items()}
_FRONT = 3
_MOST = 0xFFFF  # of a number of 16 bits


def of_mp4(file: MP4) -> Tags:
    """What atoms say."""
    fields: dict[str, list[str]] = {}
    pictures: list[Picture] = []
    own = []
    for atom, values in (file.tags or {}).items():
        if atom in _LEFT_OUT:
            continue
        if atom == "covr":
            for cover in values:
                mime = _MIMES.get(cover.imageformat, "image/jpeg")
                pictures.append(Picture(_FRONT, mime, "", bytes(cover)))
        elif atom in _PAIR_ATOMS:
            number, total = values[0]
            name = _PAIR_ATOMS[atom]
            fields |= {name: [str(number)]} if number else {}
            fields |= {PAIRS[name]: [str(total)]} if total else {}
        elif atom in _NUMBERS:
            fields[_NUMBERS[atom]] = [str(int(values if atom == "cpil" else values[0]))]
        elif atom.startswith(_FREE) and _is_text(values):
            name = atom.removeprefix(_FREE).upper()
            texts = [bytes(value).decode("utf-8", "replace") for value in values]
            fields.setdefault(FROM_MP4.get(name, name), []).extend(texts)
        elif atom.upper() in FROM_MP4:
            fields[FROM_MP4[atom.upper()]] = list(values)
        else:
            own.append((atom, values))
    return Tags(
        fields={name: tuple(values) for name, values in fields.items() if values},
        pictures=tuple(pictures),
        chapters=_chapters(file),
        own={"MP4": tuple(own)},
    )


def _is_text(values: Any) -> bool:
    return all(value.dataformat == AtomDataType.UTF8 for value in values)


def _chapters(file: MP4) -> tuple[Chapter, ...]:
    found = sorted((chapter.start, chapter.title) for chapter in file.chapters or ())
    ends = [*(begin_s for begin_s, _ in found[1:]), file.info.length]
    return tuple(
        Chapter(begin_s, max(begin_s, end_s), title)
        for (begin_s, title), end_s in zip(found, ends, strict=False)
    )


def into_mp4(tags: Tags, file: MP4) -> None:
    """Add atoms that say it; chapters are left to who writes the file."""
    file.tags.update(tags.own.get("MP4", ()))
    fields = plainly_named(tags.fields)
    for atom, name in _PAIR_ATOMS.items():
        pair = [_number(fields.get(each, ("0",))[0]) for each in (name, PAIRS[name])]
        if None not in pair and any(pair):
            file.tags[atom] = [tuple(pair)]
            fields.pop(name, None)
            fields.pop(PAIRS[name], None)
    for atom, name in _NUMBERS.items():
        if (number := _number(fields.get(name, ("",))[0])) is not None:
            file.tags[atom] = bool(number) if atom == "cpil" else [number]
            del fields[name]
    for name, values in fields.items():
        atom = TO_MP4.get(name, name)
        if len(atom) == 4 and name in TO_MP4:
            file.tags[atom] = list(values)
        else:
            file.tags[_FREE + atom] = [MP4FreeForm(value.encode()) for value in values]
    covers = [
        MP4Cover(picture.data, _FORMATS[picture.mime])
        for picture in tags.pictures
        if picture.mime in _FORMATS
    ]
    if covers:
        file.tags["covr"] = covers


def _number(text: str) -> int | None:
    """A number that an atom holds.

    >>> _number("128"), _number("127.5"), _number("A1")
    (128, 128, None)
    """
    try:
        number = round(float(text))
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number <= _MOST else None
