"""What a field of tags is called: in Vorbis comments, which name it here, in ID3 and in MP4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class _Names(NamedTuple):
    id3: str  # a text frame, or what a TXXX is described by
    mp4: str | None = None  # an atom, or the name of a free one where it is not Vorbis's


_NAMES = {
    "TITLE": _Names("TIT2", "©nam"),
    "ARTIST": _Names("TPE1", "©ART"),
    "ALBUM": _Names("TALB", "©alb"),
    "ALBUMARTIST": _Names("TPE2", "aART"),
    "COMPOSER": _Names("TCOM", "©wrt"),
    "LYRICIST": _Names("TEXT"),
    "CONDUCTOR": _Names("TPE3"),
    "REMIXER": _Names("TPE4"),
    "GENRE": _Names("TCON", "©gen"),
    "DATE": _Names("TDRC", "©day"),
    "ORIGINALDATE": _Names("TDOR"),
    "BPM": _Names("TBPM"),
    "KEY": _Names("TKEY", "initialkey"),
    "COPYRIGHT": _Names("TCOP", "cprt"),
    "ORGANIZATION": _Names("TPUB", "LABEL"),
    "ENCODED-BY": _Names("TENC"),
    "ISRC": _Names("TSRC"),
    "GROUPING": _Names("TIT1", "©grp"),
    "SUBTITLE": _Names("TIT3"),
    "DISCSUBTITLE": _Names("TSST"),
    "MOOD": _Names("TMOO"),
    "MEDIA": _Names("TMED"),
    "LANGUAGE": _Names("TLAN"),
    "COMPILATION": _Names("TCMP"),
    "TITLESORT": _Names("TSOT", "sonm"),
    "ARTISTSORT": _Names("TSOP", "soar"),
    "ALBUMSORT": _Names("TSOA", "soal"),
    "ALBUMARTISTSORT": _Names("TSO2", "soaa"),
    "COMPOSERSORT": _Names("TSOC", "soco"),
    "COMMENT": _Names("COMM", "©cmt"),
    "LYRICS": _Names("USLT", "©lyr"),
    "MUSICBRAINZ_ALBUMID": _Names("MusicBrainz Album Id", "MusicBrainz Album Id"),
    "MUSICBRAINZ_ARTISTID": _Names("MusicBrainz Artist Id", "MusicBrainz Artist Id"),
    "MUSICBRAINZ_ALBUMARTISTID": _Names(
        "MusicBrainz Album Artist Id", "MusicBrainz Album Artist Id"
    ),
    "MUSICBRAINZ_RELEASEGROUPID": _Names(
        "MusicBrainz Release Group Id", "MusicBrainz Release Group Id"
    ),
    "MUSICBRAINZ_RELEASETRACKID": _Names(
        "MusicBrainz Release Track Id", "MusicBrainz Release Track Id"
    ),
    "MUSICBRAINZ_TRACKID": _Names("MusicBrainz Track Id", "MusicBrainz Track Id"),
}
TO_ID3 = {name: names.id3 for name, names in _NAMES.items()}
FROM_ID3 = {names.id3.upper(): name for name, names in _NAMES.items()}
TO_MP4 = {name: names.mp4 for name, names in _NAMES.items() if names.mp4}
FROM_MP4 = {mp4.upper(): name for name, mp4 in TO_MP4.items()}

# Fields that go in a pair: a number, and of how many.
PAIRS = {"TRACKNUMBER": "TRACKTOTAL", "DISCNUMBER": "DISCTOTAL"}

_ALIASES = {
    "ALBUM ARTIST": "ALBUMARTIST",
    "ALBUM_ARTIST": "ALBUMARTIST",
    "DESCRIPTION": "COMMENT",
    "DISC": "DISCNUMBER",
    "INITIALKEY": "KEY",
    "LABEL": "ORGANIZATION",
    "PART_NUMBER": "TRACKNUMBER",
    "PUBLISHER": "ORGANIZATION",
    "TEMPO": "BPM",
    "TOTALDISCS": "DISCTOTAL",
    "TOTALTRACKS": "TRACKTOTAL",
    "TRACK": "TRACKNUMBER",
    "UNSYNCEDLYRICS": "LYRICS",
    "YEAR": "DATE",
}


def plainly_named(fields: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Fields by one name each, and the number of a pair apart from how many there are.

    >>> plainly_named({"TRACK": ("3/12",), "YEAR": ("1999",), "DATE": ("1999-05",)})
    {'DATE': ('1999-05',), 'TRACKNUMBER': ('3',), 'TRACKTOTAL': ('12',)}
    """
    named = {name: values for name, values in fields.items() if name not in _ALIASES}
    for name, values in fields.items():
        if name in _ALIASES:  # which does not count beside the name itself
            named.setdefault(_ALIASES[name], values)
    for number, total in PAIRS.items():
        if number in named:
            first, slash, last = named[number][0].partition("/")
            named[number] = (first.strip(),)
            if slash and last.strip():
                named.setdefault(total, (last.strip(),))
    return named
