"""Tags as ID3 frames: of MP3, AIFF and WAV."""

from __future__ import annotations

import re
from typing import Any

import mutagen.id3
from mutagen.id3 import Frames

from ctxaudio.sound.tags.names import FROM_ID3, PAIRS, TO_ID3, plainly_named
from ctxaudio.sound.tags.values import Chapter, Picture, Tags

# Places in the encoded file, gains, and what the encoder was told: of other samples, all wrong.
_LEFT_OUT = {
    *("ASPI", "MLLT", "RBUF", "RGAD", "RVA2", "RVAD", "SEEK"),
    *("CTOC", "TLEN", "TSIZ", "TSSE"),
}
_ITUNES = ("iTunNORM", "iTunPGAP", "iTunSMPB")
_PAIR_FRAMES = {"TRCK": "TRACKNUMBER", "TPOS": "DISCNUMBER"}
_MOST_IN_CONTENTS = 255  # chapters; a list of more is left out, and they stand alone
_MUSICBRAINZ = "http://musicbrainz.org"
_TIME = re.compile(r"\d{4}(-\d\d(-\d\d([T ]\d\d(:\d\d(:\d\d)?)?)?)?)?")


class CompressedFrameError(Exception):
    """A frame that is compressed, which a few bytes could make gigabytes of."""


def _plain_only(frame: Any) -> Any:
    def from_data(cls: Any, header: Any, flags: int, data: bytes) -> Any:
        compressed = frame.FLAG24_COMPRESS if header.version >= (2, 4) else frame.FLAG23_COMPRESS
        if flags & compressed:
            raise CompressedFrameError(f"the frame {cls.__name__} is compressed")
        return frame._fromData.__func__(cls, header, flags, data)

    # A class of the same name, for that is what mutagen writes as the frame's.
    return type(frame.__name__, (frame,), {"_fromData": classmethod(from_data)})


PLAIN_FRAMES = {name: _plain_only(frame) for name, frame in Frames.items()}


def of_id3(id3: Any) -> Tags:
    """What frames say."""
    fields: dict[str, list[str]] = {}
    pictures, chapters, own = [], [], []
    for frame in id3.values():
        name = frame.FrameID
        if name in _LEFT_OUT or (name == "COMM" and frame.desc in _ITUNES):
            continue
        if name == "APIC":
            pictures.append(Picture(int(frame.type), frame.mime, frame.desc, frame.data))
        elif name == "CHAP":
            title = str(frame.sub_frames.get("TIT2", ""))
            chapters.append(Chapter(frame.start_time / 1e3, frame.end_time / 1e3, title))
        elif name == "TCON":
            fields["GENRE"] = list(frame.genres)
        elif name in _PAIR_FRAMES:
            fields[_PAIR_FRAMES[name]] = list(map(str, frame.text))
        elif name == "TXXX":
            field = FROM_ID3.get(frame.desc.upper(), frame.desc.upper())
            fields.setdefault(field, []).extend(map(str, frame.text))
        elif name == "UFID" and frame.owner == _MUSICBRAINZ:
            fields["MUSICBRAINZ_TRACKID"] = [frame.data.decode("ascii", "replace")]
        elif name == "USLT" or (name == "COMM" and not frame.desc):
            fields.setdefault(FROM_ID3[name], []).append(str(frame))
            own.append(frame)  # with its language
        elif name in FROM_ID3:
            fields[FROM_ID3[name]] = list(map(str, frame.text))
        else:
            own.append(frame)
    return Tags(
        fields=plainly_named({name: tuple(values) for name, values in fields.items() if values}),
        pictures=tuple(pictures),
        chapters=tuple(sorted(chapters)),
        own={"ID3": tuple(own)},
    )


def into_id3(tags: Tags, id3: Any) -> None:
    """Add frames that say it."""
    new = vars(mutagen.id3)
    for frame in tags.own.get("ID3", ()):
        id3.add(frame)
    fields = plainly_named(tags.fields)
    for frame, number in _PAIR_FRAMES.items():
        total = fields.pop(PAIRS[number], ("",))[0]
        if values := fields.pop(number, ()) or ("0",) * bool(total):
            id3.add(new[frame](encoding=3, text=[values[0] + f"/{total}" * bool(total)]))
    for name, values in fields.items():
        frame = TO_ID3.get(name, name)
        if name == "MUSICBRAINZ_TRACKID":
            id3.add(mutagen.id3.UFID(owner=_MUSICBRAINZ, data=values[0].encode()))
        elif frame in ("COMM", "USLT"):
            if not any(not each.desc or frame == "USLT" for each in id3.getall(frame)):
                id3.add(new[frame](encoding=3, lang="XXX", desc="", text="\n".join(values)))
        elif name in TO_ID3 and frame in Frames and _fits(frame, values):
            id3.add(new[frame](encoding=3, text=list(values)))
        else:
            id3.add(mutagen.id3.TXXX(encoding=3, desc=frame, text=list(values)))
    for n, (kind, mime, text, data) in enumerate(tags.pictures):
        # Frames of one description replace each other.
        same = any(each.text == text for each in tags.pictures[:n])
        described = f"{text} {n + 1}".strip() if same else text
        id3.add(mutagen.id3.APIC(encoding=3, mime=mime, type=kind, desc=described, data=data))
    _add_chapters(tags.chapters, id3)


def _fits(frame: str, values: tuple[str, ...]) -> bool:
    return frame not in ("TDRC", "TDOR") or all(map(_TIME.fullmatch, values))


def _add_chapters(chapters: tuple[Chapter, ...], id3: Any) -> None:
    names = [f"chp{n}" for n in range(len(chapters))]
    for name, (begin_s, end_s, title) in zip(names, chapters, strict=True):
        id3.add(
            mutagen.id3.CHAP(
                element_id=name,
                start_time=round(begin_s * 1e3),
                end_time=round(end_s * 1e3),
                sub_frames=[mutagen.id3.TIT2(encoding=3, text=[title])],
            )
        )
    if 0 < len(chapters) <= _MOST_IN_CONTENTS:
        flags = mutagen.id3.CTOCFlags.TOP_LEVEL | mutagen.id3.CTOCFlags.ORDERED
        id3.add(mutagen.id3.CTOC(element_id="toc", flags=flags, child_element_ids=names))
