"""What of a song's tags stays true once it is shifted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ctxaudio.sound.tags.riff import at_speed
from ctxaudio.sound.tags.values import Chapter, Family, Tags

# Measured of the samples, or told to their encoder: wrong of any others.
_OF_SAMPLES = re.compile(
    r"REPLAYGAIN_.*|R128_.*|MP3GAIN_.*|ITUNNORM|ITUNSMPB|ITUNPGAP|ACOUSTID_FINGERPRINT"
    r"|ENCODER|ENCODER[ _]?(OPTIONS|SETTINGS)|LENGTH"
)
_KEYS = ("KEY", "INITIALKEY")
_TEMPOS = ("BPM", "TEMPO")
_TIMED = ("ETCO", "POSS", "SYLT", "SYTC")  # ID3's events by the clock


def tags_of_shifted(
    tags: Tags,
    move_key: Callable[[str], str | None],
    *,
    speed: float = 1.0,
    rates: tuple[int, int] = (1, 1),
) -> Tags:
    """Tags of a song once it is shifted: without gains, key and tempo as they are then.

    Args:
        tags: of the song as it was.
        move_key: from the name of a key to where it is now; None if that is none.
        speed: times as fast, which tempo, chapters and cue points follow.
        rates: Hz before and after, which cue points follow, for they count samples.

    >>> tags = Tags(fields={"BPM": ("120",), "KEY": ("Am",), "REPLAYGAIN_TRACK_GAIN": ("-7 dB",)})
    >>> tags_of_shifted(tags, lambda key: None, speed=0.8).fields
    {'BPM': ('96',)}
    """
    fields: dict[str, tuple[str, ...]] = {}
    for name, values in tags.fields.items():
        if _OF_SAMPLES.fullmatch(name):
            continue
        if name in _KEYS:
            values = tuple(key for value in values if (key := move_key(value)) is not None)
        elif name in _TEMPOS and speed != 1.0:
            values = tuple(bpm for value in values if (bpm := _times(value, speed)) is not None)
        if values:
            fields[name] = values
    before, after = rates
    chunks = tuple(at_speed(each, speed * before / after) for each in tags.own.get("RIFF", ()))
    own: dict[Family, tuple[Any, ...]] = {**tags.own, "RIFF": chunks}
    if speed == 1.0:
        return replace(tags, fields=fields, own=own)
    own["ID3"] = tuple(each for each in own.get("ID3", ()) if each.FrameID not in _TIMED)
    chapters = (Chapter(begin / speed, end / speed, title) for begin, end, title in tags.chapters)
    return replace(tags, fields=fields, chapters=tuple(chapters), own=own)


def _times(bpm: str, speed: float) -> str | None:
    try:
        return f"{float(bpm) * speed:.6g}"
    except ValueError:
        return None
