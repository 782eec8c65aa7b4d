"""Speakers: where a channel is heard, as ffmpeg names it."""

from __future__ import annotations

from typing import TypeAlias

Layout: TypeAlias = tuple[str, ...]  # a speaker for each channel, as ffmpeg names them

SPEAKERS = (  # by the bits of WAV's mask
    *("FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR"),
    *("TC", "TFL", "TFC", "TFR", "TBL", "TBC", "TBR"),
)
UNTOLD = "NONE"  # what ffmpeg calls a channel that a file tells nothing of
# What is meant by so many channels where a format knows one layout for each number, or prescribes
# it, as FLAC, Vorbis and Opus do.
USUAL: dict[int, Layout] = {
    3: ("FL", "FR", "FC"),
    4: ("FL", "FR", "BL", "BR"),
    5: ("FL", "FR", "FC", "BL", "BR"),
    6: ("FL", "FR", "FC", "LFE", "BL", "BR"),
    7: ("FL", "FR", "FC", "LFE", "BC", "SL", "SR"),
    8: ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}
