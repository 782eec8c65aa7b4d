"""Sound files: whatever libsndfile or ffmpeg reads and writes."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from ctxaudio.errors import DataError
from ctxaudio.sound import libsndfile, media
from ctxaudio.sound.containers.find import recordings_in
from ctxaudio.sound.containers.kinds import demuxer_of
from ctxaudio.sound.containers.recording import read_at
from ctxaudio.sound.decoded import Begin, Decoded
from ctxaudio.sound.encoding import FileFormat
from ctxaudio.sound.origin import origin_of
from ctxaudio.sound.samples import Sound, whole_sound
from ctxaudio.sound.source import SoundSource
from ctxaudio.sound.stored import StoredSound
from ctxaudio.sound.writing import write_sound
from rnn.rows import NoRoomError

_IN_MEMORY = 1 << 20  # bytes of a pipe that are kept there
_SAMPLE_DUMP = b"\xf0\x7e"  # at which libsndfile prints to standard output


def load_sound(source: str | Path | BinaryIO, *, damaged: bool = False) -> tuple[Sound, FileFormat]:
    """Read a sound file (WAV, FLAC, OGG, MP3, …) from a path or an open binary file.

    What holds several recordings, such as chained Ogg streams, is read from the first to the last.
    M4A, MP4, MKV, WebM, WMA and their kin need the extra ``media``.

    Args:
        source: a path or an open binary file.
        damaged: whether a file that breaks off is read as far as it goes, with a warning.

    Raises:
        DataError: if it is missing, unreadable, not a sound, truncated, or not usable.
    """
    stored, file_format = open_sound(source, damaged=damaged)
    return whole_sound(stored), file_format


def open_sound(
    source: str | Path | BinaryIO, begin: Begin = lambda *_: None, *, damaged: bool = False
) -> tuple[StoredSound, FileFormat]:
    """As :func:`load_sound`, of a sound that need not fit into memory.

    The file is decoded once, and checked all through; what was decoded is read from then on.

    Args:
        source: a path or an open binary file.
        begin: told what will be filled, before it is, and with how many samples, if that is known.
        damaged: as there.

    Raises:
        DataError: if it is missing, unreadable, not a sound, truncated, or not usable.
        OSError: if the folder for temporary files is full.
    """
    name = getattr(source, "name", "the input") if hasattr(source, "read") else str(source)
    decoded_as = partial(Decoded, str(name), damaged=damaged, begin=begin)
    try:
        with _seekable(source) as file:
            origin = _origin_of(file)
            stored, file_format = _decode(file, decoded_as)
            stored.came_from(origin if origin == _origin_of(file) else None)
            return stored, file_format
    except NoRoomError:
        raise  # which is not the file's fault
    except OSError as error:
        raise DataError(f"cannot read {name}: {error.strerror or error}.") from error
    except DataError as error:
        raise DataError(f"cannot use {name}: {error}") from error


@contextlib.contextmanager
def _seekable(source: str | Path | BinaryIO) -> Iterator[BinaryIO]:
    """A file that can seek; what cannot, such as a pipe, is copied into a temporary one."""
    with contextlib.ExitStack() as stack:
        if isinstance(source, (str, Path)):
            path = Path(source)
            if path.is_char_device():
                raise DataError("it is a device, which has no end.")
            opened: BinaryIO = stack.enter_context(path.open("rb"))
            if path.is_file():
                yield opened
                return
            source = opened
        copy = stack.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))
        shutil.copyfileobj(source, copy, _IN_MEMORY)
        yield cast(BinaryIO, copy)


def _origin_of(file: BinaryIO) -> str | None:
    return origin_of(file) if isinstance(file, io.BufferedReader) else None  # else it is a copy


def _decode(file: BinaryIO, decoded_as: Callable[[int], Decoded]) -> tuple[StoredSound, FileFormat]:
    start = read_at(file, 0, len(_SAMPLE_DUMP))
    if not start:
        raise DataError("it is empty.")
    if start == _SAMPLE_DUMP:
        raise DataError("a MIDI sample dump is not read.")
    recordings = recordings_in(file)
    decoded = decoded_as(len(recordings))
    try:
        file_format = libsndfile.decode(file, recordings[0], decoded)
    except libsndfile.NotReadError as error:
        return _decode_media(file, decoded_as(1), error)
    for recording in recordings[1:]:
        try:
            libsndfile.decode(file, recording, decoded)
        except libsndfile.NotReadError as error:
            decoded.broken(recording.lacks or str(error))
    return decoded.sound, file_format


def _decode_media(
    file: BinaryIO, decoded: Decoded, error: libsndfile.NotReadError
) -> tuple[StoredSound, FileFormat]:
    refusal = DataError(f"expected a sound file such as WAV, FLAC, OGG or MP3 ({error}).")
    demuxer = demuxer_of(file)
    if demuxer is None:
        raise refusal from error
    try:
        file_format = media.decode(file, demuxer, decoded)
    except DataError:
        # Of a format that libsndfile knows, what it said is nearer the cause.
        if demuxer in libsndfile.KNOWN and not decoded.has_begun:
            raise refusal from error
        raise
    return decoded.sound, file_format


def save_sound(
    sound: SoundSource,
    target: str | Path | BinaryIO,
    file_format: FileFormat | None = None,
    *,
    replace: bool = False,
) -> None:
    """Write a sound as a whole file in one piece.

    Args:
        sound: what is over full scale is clipped where a given ``file_format`` does that.
        target: a path, where the file appears whole or not at all; or an open binary file.
        file_format: may be left out for a path, whose suffix then says it: the best that every
            player reads, WAV with the float samples as they are.
        replace: whether the path may name a file that is there.

    Raises:
        DataError: if the format cannot hold it; if none was given and it would clip.
        OSError: if the target cannot take it (a full disk); FileExistsError if the path may not be
            replaced.
    """
    write_sound(sound, target, file_format, replace=replace)
