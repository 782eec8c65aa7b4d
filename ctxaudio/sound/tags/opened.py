"""Files of strangers as mutagen opens them: no more is read or unpacked than one may take."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast

from mutagen.aiff import AIFF
from mutagen.flac import FLAC
from mutagen.monkeysaudio import MonkeysAudio
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.musepack import Musepack
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE
from mutagen.wavpack import WavPack

from ctxaudio.errors import DataError
from ctxaudio.sound.tags.id3 import PLAIN_FRAMES

_KINDS: tuple[Any, ...] = (
    *(AIFF, FLAC, MP3, MP4, OggFLAC, OggOpus, OggVorbis, WAVE),
    *(MonkeysAudio, Musepack, WavPack),
)
_WITH_ID3 = (AIFF, MP3, WAVE)
_MOST_BYTES = 64 << 20  # of a file that are read


def opened(file: BinaryIO, name: str) -> Any:
    """A file of mutagen, of the kind that its first bytes tell; None if of none that is known.

    Of what a file may hold, mutagen may raise anything.

    Args:
        file: of :func:`bounded`.
        name: its name, whose suffix counts where bytes leave a doubt.
    """
    file.seek(0)
    head = file.read(128)
    scores = [kind.score(name, file, head) for kind in _KINDS]
    if max(scores) <= 0:
        return None
    kind = _KINDS[scores.index(max(scores))]
    file.seek(0)
    return kind(file, known_frames=PLAIN_FRAMES) if kind in _WITH_ID3 else kind(file)


def bounded(file: BinaryIO) -> BinaryIO:
    """A file of which only so much is read, whatever sizes it says its tags have."""
    return cast(BinaryIO, _Bounded(file))


class _Bounded(io.RawIOBase):
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = _MOST_BYTES

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, n_bytes: int | None = -1, /) -> bytes:
        wanted = self._left + 1 if n_bytes is None or n_bytes < 0 else n_bytes
        data = self._file.read(min(wanted, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise DataError(f"they are of more than {_MOST_BYTES >> 20} MB")
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()
