"""Sound files: WAV, FLAC, OGG, MP3 and whatever else libsndfile reads and writes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

from ctxaudio.errors import DataError
from ctxaudio.sound.encoding import FileFormat, undisturbed, write_samples
from ctxaudio.sound.samples import Sound
from ctxaudio.sound.truncation import missing_part, with_unknown_size

_UNKNOWN_LENGTH = 1 << 62  # or more is what libsndfile says if a header does not tell the length
_SAMPLE_DUMP = b"\xf0\x7e"  # at which libsndfile prints to standard output


def load_sound(source: str | Path | BinaryIO) -> tuple[Sound, FileFormat]:
    """Read a sound file (WAV, FLAC, OGG, MP3, …) from a path or an open binary file.

    Raises:
        DataError: if it is missing, unreadable, not a sound, truncated, or not usable.
    """
    name = getattr(source, "name", "the input") if hasattr(source, "read") else str(source)
    try:
        encoded = source.read() if hasattr(source, "read") else _read_file(Path(source))
        return undisturbed(_decode, encoded)
    except OSError as error:
        raise DataError(f"cannot read {name}: {error.strerror or error}.") from error
    except DataError as error:
        raise DataError(f"cannot use {name}: {error}") from error


def _read_file(path: Path) -> bytes:
    if path.is_char_device():
        raise DataError("it is a device, which has no end.")
    return path.read_bytes()


def _decode(encoded: bytes) -> tuple[Sound, FileFormat]:
    import soundfile

    if not encoded:
        raise DataError("it is empty.")
    if encoded.startswith(_SAMPLE_DUMP):
        raise DataError("a MIDI sample dump is not read.")
    try:
        # From memory: a pipe could not seek, and a name such as song.raw would count for more
        # than what the file holds.
        file = soundfile.SoundFile(_Encoded(with_unknown_size(encoded)))
    except soundfile.LibsndfileError as error:
        raise DataError(
            "expected a sound file such as WAV, FLAC, OGG or MP3 "
            f"({error.error_string.rstrip('.')})."
        ) from error
    with file:
        missing = missing_part(encoded, file.format, file.extra_info)
        if missing:
            raise DataError(f"it is truncated: {missing}.")
        if file.frames >= _UNKNOWN_LENGTH:
            raise DataError("it does not say how long it is, as if written to a pipe.")
        try:
            samples = file.read(file.frames, dtype="float32", always_2d=True).T
        except soundfile.LibsndfileError as error:
            raise DataError(
                f"it is truncated or damaged ({error.error_string.rstrip('.')})."
            ) from error
        except (MemoryError, ValueError) as error:  # numpy's, of an array that cannot be
            raise DataError(f"{file.frames} samples do not fit into memory.") from error
        # An MP3's length is a guess unless its first frame tells its size.
        if samples.shape[1] < file.frames and file.format != "MP3":
            raise DataError(
                f"it is truncated: {file.frames} samples expected, {samples.shape[1]} found."
            )
        return Sound(samples, file.samplerate), FileFormat(file.format, file.subtype)


def save_sound(
    sound: Sound,
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
    write_samples(sound.samples, sound.sample_rate, target, file_format, replace=replace)


class _Encoded(io.BytesIO):
    """A file in memory. To before its start, where a damaged header may lead, it does not go."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        origin = (0, self.tell(), self.getbuffer().nbytes)[whence]
        return super().seek(offset, whence) if origin + offset >= 0 else self.tell()
