"""Sound files: WAV, FLAC, OGG, MP3 and whatever else libsndfile reads and writes."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from ctxaudio.errors import DataError
from ctxaudio.sound.encoding import FileFormat, undisturbed, write_sound
from ctxaudio.sound.samples import Sound, whole_sound
from ctxaudio.sound.source import BLOCK, SoundSource
from ctxaudio.sound.stored import StoredSound
from ctxaudio.sound.truncation import missing_part, unknown_size_at
from rnn.rows import NoRoomError

_UNKNOWN_LENGTH = 1 << 62  # or more is what libsndfile says if a header does not tell the length
_IN_MEMORY = 1 << 20  # bytes of a pipe that are kept there
Begin: TypeAlias = Callable[[StoredSound, int | None], None]
_SAMPLE_DUMP = b"\xf0\x7e"  # at which libsndfile prints to standard output


def load_sound(source: str | Path | BinaryIO) -> tuple[Sound, FileFormat]:
    """Read a sound file (WAV, FLAC, OGG, MP3, …) from a path or an open binary file.

    Raises:
        DataError: if it is missing, unreadable, not a sound, truncated, or not usable.
    """
    stored, file_format = open_sound(source)
    return whole_sound(stored), file_format


def open_sound(
    source: str | Path | BinaryIO, begin: Begin = lambda *_: None
) -> tuple[StoredSound, FileFormat]:
    """As :func:`load_sound`, of a sound that need not fit into memory.

    The file is decoded once, and checked all through; what was decoded is read from then on.

    Args:
        source: a path or an open binary file.
        begin: told what will be filled, before it is, and with how many samples, if that is known.

    Raises:
        DataError: if it is missing, unreadable, not a sound, truncated, or not usable.
        OSError: if the folder for temporary files is full.
    """
    name = getattr(source, "name", "the input") if hasattr(source, "read") else str(source)
    try:
        with _seekable(source) as file:
            return _decode(file, begin)
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


def _decode(encoded: BinaryIO, begin: Begin) -> tuple[StoredSound, FileFormat]:
    import soundfile

    class SoundFile(soundfile.SoundFile):  # type: ignore[misc]
        """Read from beginning to end: soundfile would seek after each block, inexactly in MP3."""

        def seekable(self) -> bool:
            return False

    encoded.seek(0)
    start = encoded.read(len(_SAMPLE_DUMP))
    if not start:
        raise DataError("it is empty.")
    if start == _SAMPLE_DUMP:
        raise DataError("a MIDI sample dump is not read.")
    try:
        # Not by name: one such as song.raw would count for more than what the file holds.
        file = undisturbed(SoundFile, _Encoded(encoded))
    except soundfile.LibsndfileError as error:
        raise DataError(
            "expected a sound file such as WAV, FLAC, OGG or MP3 "
            f"({error.error_string.rstrip('.')})."
        ) from error
    with file:
        at = encoded.tell()  # where libsndfile will go on to read
        missing = missing_part(encoded, file.format, file.extra_info)
        encoded.seek(at)
        if missing:
            raise DataError(f"it is truncated: {missing}.")
        if file.frames >= _UNKNOWN_LENGTH:
            raise DataError("it does not say how long it is, as if written to a pipe.")
        stored = StoredSound(file.samplerate, file.channels)
        # An MP3's length is a guess unless its first frame tells its size.
        is_sure = file.format != "MP3"
        begin(stored, file.frames if is_sure else None)
        try:
            while stored.n_samples < file.frames:
                n = min(BLOCK, file.frames - stored.n_samples)
                block = undisturbed(file.read, n, "float32", True)
                stored.append(block.T)
                if len(block) < n:
                    break
        except soundfile.LibsndfileError as error:
            raise DataError(
                f"it is truncated or damaged ({error.error_string.rstrip('.')})."
            ) from error
        if stored.n_samples < file.frames and is_sure:
            raise DataError(
                f"it is truncated: {file.frames} samples expected, {stored.n_samples} found."
            )
        if stored.n_samples == 0:
            raise DataError("there are no samples in it.")
        return stored, FileFormat(file.format, file.subtype)


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


class _Encoded:
    """A file as libsndfile is to see it.

    To before its start, where a damaged header may lead, it does not go; and a size that was left
    0 is read as one that is unknown.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size_at = unknown_size_at(file)
        file.seek(0)

    # An interrupt may close the file before libsndfile has done with it.

    def tell(self) -> int:
        return 0 if self._file.closed else self._file.tell()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if self._file.closed:
            return 0
        if whence == io.SEEK_END:
            return self._file.seek(max(offset + self._file.seek(0, io.SEEK_END), 0))
        origin = self._file.tell() if whence == io.SEEK_CUR else 0
        return self._file.seek(origin + offset) if origin + offset >= 0 else self.tell()

    def read(self, n_bytes: int) -> bytes:
        if self._file.closed:
            return b""
        begin = self._file.tell()
        found = self._file.read(n_bytes)
        if self._size_at is None or not begin - 4 < self._size_at < begin + len(found):
            return found
        unknown = bytearray(found)
        for at in range(max(self._size_at - begin, 0), min(self._size_at + 4 - begin, len(found))):
            unknown[at] = 0xFF
        return bytes(unknown)
