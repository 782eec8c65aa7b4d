"""Tags as APEv2 items: of Monkey's Audio, Musepack and WavPack; read, never written."""

from __future__ import annotations

from mutagen.apev2 import APEBinaryValue, APETextValue, APEv2

from ctxaudio.sound.tags.names import plainly_named
from ctxaudio.sound.tags.values import Picture, Tags

_PICTURES = {"COVER ART (FRONT)": 3, "COVER ART (BACK)": 4}  # numbered as those of ID3
_PNG = b"\x89PNG"


def of_ape(items: APEv2) -> Tags:
    """What items say."""
    fields: dict[str, tuple[str, ...]] = {}
    pictures = []
    for key, value in items.items():
        name = key.upper()
        if isinstance(value, APETextValue):
            fields[name] = tuple(value)
        elif isinstance(value, APEBinaryValue) and name in _PICTURES:
            text, _, data = bytes(value).partition(b"\0")
            mime = "image/png" if data.startswith(_PNG) else "image/jpeg"
            pictures.append(Picture(_PICTURES[name], mime, text.decode("utf-8", "replace"), data))
    return Tags(fields=plainly_named(fields), pictures=tuple(pictures))
