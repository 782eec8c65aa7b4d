"""Tags of files: read of what strangers wrote, and written into what was made here."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

from mutagen import MutagenError
from mutagen.aiff import AIFF
from mutagen.apev2 import APEv2
from mutagen.flac import FLAC
from mutagen.id3 import ID3
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
from ctxaudio.sound.containers.kinds import demuxer_of
from ctxaudio.sound.encoding import FileFormat
from ctxaudio.sound.tags.ape import of_ape
from ctxaudio.sound.tags.id3 import PLAIN_FRAMES, into_id3, of_id3
from ctxaudio.sound.tags.media import DEMUXERS, of_media
from ctxaudio.sound.tags.mp4 import into_mp4, of_mp4
from ctxaudio.sound.tags.riff import into_riff, is_wav, of_riff
from ctxaudio.sound.tags.values import Tags
from ctxaudio.sound.tags.vorbis import into_vorbis, of_vorbis

_Into: TypeAlias = Callable[[Tags, Any], None]

_READ: tuple[Any, ...] = (
    *(AIFF, FLAC, MP3, MP4, OggFLAC, OggOpus, OggVorbis, WAVE),
    *(MonkeysAudio, Musepack, WavPack),
)
_WITH_ID3 = (AIFF, MP3, WAVE)
_MOST_BYTES = 64 << 20  # of a file that are read for its tags
_MOST_OF_REASON = 100  # letters, of what may quote the file
_MOST_OF_PICTURE = (1 << 24) - (1 << 16)  # bytes; a block of FLAC holds 16 MiB


def read_tags(path: str | Path) -> Tags:
    """What a sound file says of its song; nothing, with a warning, if that cannot be read."""
    try:
        with Path(path).open("rb") as file:
            tags = _read(cast(BinaryIO, _Bounded(file)), str(path))
    except Exception as error:  # of a file that may hold anything, mutagen may raise anything
        reason = str(error)[:_MOST_OF_REASON] or type(error).__name__
        warnings.warn(f"{path}: its tags are not kept: {reason}.", stacklevel=2)
        return Tags()
    small = tuple(each for each in tags.pictures if len(each.data) <= _MOST_OF_PICTURE)
    if len(small) < len(tags.pictures):
        warnings.warn(f"{path}: a picture in it is of 16 MB or more, and not kept.", stacklevel=2)
    return replace(tags, pictures=small)


def _read(file: BinaryIO, name: str) -> Tags:
    if (demuxer := demuxer_of(file)) in DEMUXERS:
        return of_media(file, demuxer)
    file.seek(0)
    head = file.read(128)
    score, kind = max(((each.score(name, file, head), each) for each in _READ), key=lambda s: s[0])
    if score <= 0:
        return Tags()
    file.seek(0)
    found = kind(file, known_frames=PLAIN_FRAMES) if kind in _WITH_ID3 else kind(file)
    if kind is MP4:
        return of_mp4(found)
    if isinstance(found.tags, ID3):
        tags = of_id3(found.tags)
    elif isinstance(found.tags, APEv2):
        tags = of_ape(found.tags)
    else:
        tags = Tags() if found.tags is None else of_vorbis(found)
    if not is_wav(file):
        return tags
    chunks = of_riff(file)
    return replace(tags, fields={**chunks.fields, **tags.fields}, own={**tags.own, **chunks.own})


class _Bounded(io.RawIOBase):
    """A file of which only so much is read, whatever sizes it says its tags have."""

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


def write_tags(file: BinaryIO, tags: Tags, file_format: FileFormat) -> bool:
    """Write tags into a sound file that is whole, and open for reading and writing.

    Returns:
        Whether files of its format hold any.

    Raises:
        DataError: if they do not fit into it.
        OSError: if the file cannot take them.
    """
    found = _kind(file_format)
    if found is None:
        return False
    kind, into = found
    file.seek(0)
    try:
        made = kind(file)
        if made.tags is None:
            made.add_tags()
        into(tags, made)
        file.seek(0)
        made.save(file)
    except MutagenError as error:
        if isinstance(error.__context__, OSError):  # such as of a full disk
            raise error.__context__ from None
        raise DataError(
            f"{file_format.container} cannot hold the song's tags ({error}); "
            "--no-tags leaves them out."
        ) from error
    if kind is WAVE:
        into_riff(tags, file)
    return True


def _kind(file_format: FileFormat) -> tuple[Any, _Into] | None:
    """Of mutagen, and what tells it the tags."""
    container, encoding = file_format
    if container == "OGG":
        kinds = {"VORBIS": OggVorbis, "OPUS": OggOpus, "FLAC": OggFLAC}
        return (kinds[encoding], into_vorbis) if encoding in kinds else None
    if container in ("AIFF", "MP3", "WAV"):
        kind = {"AIFF": AIFF, "MP3": MP3, "WAV": WAVE}[container]
        return kind, lambda tags, made: into_id3(tags, made.tags)
    if container in ("IPOD", "MOV", "MP4"):
        return MP4, into_mp4
    return (FLAC, into_vorbis) if container == "FLAC" else None
