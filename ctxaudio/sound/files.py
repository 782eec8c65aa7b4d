"""Sound files: WAV, FLAC, OGG, MP3 and whatever else libsndfile reads and writes."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.sound.samples import Sound
from ctxaudio.sound.truncation import missing_part, with_unknown_size
from rnn.whole_file import refuse_existing, whole_file

_UNKNOWN_LENGTH = 1 << 62  # or more is what libsndfile says if a header does not tell the length
_BLOCK = 1 << 16  # samples written at a time: its Vorbis encoder crashes on a whole song
_NOT_WHOLE = ("RAW", "SD2")  # one has no header, the other has it in a second file
_SAMPLE_DUMP = b"\xf0\x7e"  # at which libsndfile prints to standard output

_Result = TypeVar("_Result")


class FileFormat(NamedTuple):
    """Container and encoding of a sound file, in libsndfile's words: ``FLAC``, ``PCM_16``."""

    container: str
    encoding: str


WAV_FLOAT = FileFormat("WAV", "FLOAT")


def load_sound(source: str | Path | BinaryIO) -> tuple[Sound, FileFormat]:
    """Read a sound file (WAV, FLAC, OGG, MP3, …) from a path or an open binary file.

    Raises:
        DataError: if it is missing, unreadable, not a sound, truncated, or not usable.
    """
    name = getattr(source, "name", "the input") if hasattr(source, "read") else str(source)
    try:
        encoded = source.read() if hasattr(source, "read") else _read_file(Path(source))
        return _undisturbed(_decode, encoded)
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
    if isinstance(target, (str, Path)):
        if file_format is None:
            file_format = format_for(Path(target), WAV_FLOAT)
            _check_fits(sound, file_format)
        refuse_existing(target, replace=replace)
        encoded = _encode(sound, file_format)
        with whole_file(target, replace=replace) as file:
            file.write(encoded.getbuffer())
    elif file_format is None:
        raise DataError("an open file has no suffix that says its format; give a file_format.")
    else:
        target.write(_encode(sound, file_format).getbuffer())


def _check_fits(sound: Sound, file_format: FileFormat) -> None:
    peak = float(np.abs(sound.samples).max())
    if clips(file_format) and peak > 1.0:
        raise DataError(
            f"{file_format.container} would clip it: its loudest sample is "
            f"{20.0 * np.log10(peak):.2f} dB over full scale. Save a .wav, or use fit_full_scale."
        )


def _encode(sound: Sound, file_format: FileFormat) -> io.BytesIO:
    import soundfile

    n_channels, n_samples = sound.samples.shape
    container, encoding = file_format

    def encode() -> io.BytesIO:
        encoded = io.BytesIO()
        with soundfile.SoundFile(
            encoded, "w", sound.sample_rate, n_channels, encoding, format=container
        ) as file:
            for start in range(0, n_samples, _BLOCK):
                block = sound.samples[:, start : start + _BLOCK]
                file.write(as_encoded(block, encoding).T)
        return encoded

    try:
        # libsndfile reports a full disk in passing; Python's own write raises OSError.
        return _undisturbed(encode)
    except (soundfile.LibsndfileError, ValueError) as error:
        raise DataError(
            f"{container} ({encoding}) cannot hold {n_channels} "
            f"channels at {sound.sample_rate} Hz; name a .wav or .flac file instead."
        ) from error


class _Encoded(io.BytesIO):
    """A file in memory. To before its start, where a damaged header may lead, it does not go."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        origin = (0, self.tell(), self.getbuffer().nbytes)[whence]
        return super().seek(offset, whence) if origin + offset >= 0 else self.tell()


def _undisturbed(function: Callable[..., _Result], *args: Any) -> _Result:
    """Call a function that calls libsndfile on a file in memory, in a thread of its own.

    libsndfile calls Python to read and write. In the main thread Python would raise a Ctrl-C in
    there, where it is lost.
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1) as worker:
        return worker.submit(function, *args).result()


def as_encoded(samples: np.ndarray, encoding: str) -> np.ndarray:
    """Integers for integer encodings, so that what was read is written back bit by bit.

    (libsndfile reads 16 bits as n / 32768, but would write x * 32767.)
    """
    if not encoding.startswith("PCM_"):
        return samples
    bits = int(encoding.lstrip("PCM_SU"))
    full_scale = 2.0 ** (bits - 1)
    # In float64: float32 has no number for the largest of 32 bits.
    integers = np.clip(np.rint(samples * np.float64(full_scale)), -full_scale, full_scale - 1.0)
    width = 16 if bits <= 16 else 32
    return (integers.astype(f"int{width}") << (width - bits)).astype(f"int{width}")


def format_for(path: Path, like: FileFormat) -> FileFormat:
    """Format for a new file: container by its suffix, encoding as close to ``like`` as it holds.

    >>> format_for(Path("a.flac"), FileFormat("WAV", "PCM_24"))
    FileFormat(container='FLAC', encoding='PCM_24')

    Raises:
        DataError: if the suffix names no format that can be written.
    """
    import soundfile

    suffix = path.suffix.lstrip(".").upper()
    container = {"AIF": "AIFF", "OPUS": "OGG"}.get(suffix, suffix)
    if container not in soundfile.available_formats() or container in _NOT_WHOLE:
        raise DataError(
            f"cannot write {path.name}: expected a suffix such as .wav, .flac, .ogg or .mp3, "
            f"got {path.suffix or 'none'}."
        )
    if suffix == "OPUS":
        return FileFormat("OGG", "OPUS")
    if like.encoding in soundfile.available_subtypes(container):
        return FileFormat(container, like.encoding)
    # A lossy or float original goes into the best that every player of the container reads.
    encodings = {"WAV": "PCM_24", "FLAC": "PCM_24", "AIFF": "PCM_24"}
    return FileFormat(container, encodings.get(container, soundfile.default_subtype(container)))


def clips(file_format: FileFormat) -> bool:
    """Whether the encoding clips at full scale."""
    return file_format.encoding not in ("FLOAT", "DOUBLE")
