"""Tags of files: read of what strangers wrote, and written into what was made here."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from mutagen import MutagenError
from mutagen.aiff import AIFF
from mutagen.apev2 import APEv2
from mutagen.flac import FLAC
from mutagen.id3 import ID3
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from ctxaudio.errors import DataError
from ctxaudio.sound.containers.kinds import demuxer_of
from ctxaudio.sound.encoding import FileFormat
from ctxaudio.sound.tags.ape import of_ape
from ctxaudio.sound.tags.id3 import into_id3, of_id3
from ctxaudio.sound.tags.media import DEMUXERS, of_media
from ctxaudio.sound.tags.mp4 import into_mp4, of_mp4
from ctxaudio.sound.tags.opened import bounded, opened
from ctxaudio.sound.tags.riff import into_riff, is_wav, of_riff
from ctxaudio.sound.tags.values import Tags
from ctxaudio.sound.tags.vorbis import into_vorbis, of_vorbis

_Into: TypeAlias = Callable[[Tags, Any], None]

_KINDS = range(21)  # of pictures, which ID3 and FLAC know; 0 is any other
_MOST_S = 1e6  # of a chapter: at any speed, ID3 has room for its milliseconds
_MOST_OF_REASON = 100  # letters, of what may quote the file
_MOST_OF_PICTURE = (1 << 24) - (1 << 16)  # bytes; a block of FLAC holds 16 MiB


def read_tags(path: str | Path) -> Tags:
    """What a sound file says of its song; nothing, with a warning, if that cannot be read."""
    try:
        with Path(path).open("rb") as file:
            tags = _read(bounded(file), str(path))
    except Exception as error:  # of a file that may hold anything, mutagen may raise anything
        reason = str(error)[:_MOST_OF_REASON] or type(error).__name__
        warnings.warn(f"{path}: its tags are not kept: {reason}.", stacklevel=2)
        return Tags()
    small = tuple(each for each in tags.pictures if len(each.data) <= _MOST_OF_PICTURE)
    if len(small) < len(tags.pictures):
        warnings.warn(f"{path}: a picture in it is of 16 MB or more, and not kept.", stacklevel=2)
    known = (each if each.kind in _KINDS else each._replace(kind=0) for each in small)
    chapters = (each for each in tags.chapters if 0.0 <= each.begin_s <= each.end_s <= _MOST_S)
    return replace(tags, pictures=tuple(known), chapters=tuple(chapters))


def _read(file: BinaryIO, name: str) -> Tags:
    if (demuxer := demuxer_of(file)) in DEMUXERS:
        return of_media(file, demuxer)
    found = opened(file, name)
    if found is None:
        return Tags()
    if isinstance(found, MP4):
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
    except (MutagenError, ValueError) as error:
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
