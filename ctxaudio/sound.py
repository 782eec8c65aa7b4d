"""Sounds, and the files they are kept in."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from ctxaudio.errors import DataError

MIN_RATE, MAX_RATE = 8_000, 192_000  # Hz
MAX_CHANNELS = 8

# Sizes that programs write into a WAV header when they stream and cannot know the length.
_UNKNOWN_SIZES = (0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Samples (channel, time), float32, full scale ±1, at ``sample_rate`` Hz.

    >>> Sound(np.zeros((2, 441)), 44_100)
    Sound(2 channels, 441 samples, 44100 Hz)

    Raises:
        DataError: if there are no samples, too many channels, a rate outside 8 to 192 kHz, or
            a value that is not finite.
    """

    samples: np.ndarray
    sample_rate: int

    def __post_init__(self) -> None:
        samples = np.asarray(self.samples)
        if samples.ndim != 2:
            raise DataError(f"samples must have shape (channel, time), got {samples.shape}.")
        n_channels, n_samples = samples.shape
        if n_samples == 0:
            raise DataError("there are no samples in it.")
        if not 1 <= n_channels <= MAX_CHANNELS:
            raise DataError(
                f"expected 1 to {MAX_CHANNELS} channels, got {n_channels}. "
                "Did you pass (time, channel), as soundfile returns it?"
            )
        if not MIN_RATE <= self.sample_rate <= MAX_RATE:
            raise DataError(
                f"expected a sample rate of {MIN_RATE} to {MAX_RATE} Hz, got {self.sample_rate}."
            )
        with np.errstate(over="ignore"):
            samples = np.ascontiguousarray(samples, dtype=np.float32)
        if not np.isfinite(samples).all():
            channel, time = np.argwhere(~np.isfinite(samples))[0]
            raise DataError(
                f"expected finite samples, got {samples[channel, time]} at sample {time} of "
                f"channel {channel + 1}. The file is damaged or not what its header says."
            )
        object.__setattr__(self, "samples", samples)

    def __repr__(self) -> str:
        n_channels, n_samples = self.samples.shape
        return f"Sound({n_channels} channels, {n_samples} samples, {self.sample_rate} Hz)"

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.samples.shape[1] / self.sample_rate

    def fingerprint(self) -> str:
        """A digest of rate and samples: equal for equal sound, whatever file it came from."""
        digest = hashlib.sha256(repr((self.samples.shape, self.sample_rate)).encode())
        # +0.0 and -0.0 are the same sound.
        digest.update((self.samples + np.float32(0.0)).data)
        return digest.hexdigest()


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
    import soundfile

    name = getattr(source, "name", "the input") if hasattr(source, "read") else str(source)
    try:
        # soundfile reads from a stream only if it can seek; a pipe cannot.
        encoded = io.BytesIO(source.read()) if hasattr(source, "read") else str(source)
        if isinstance(encoded, str):
            Path(encoded).open("rb").close()  # libsndfile does not say why a file cannot be opened
        with soundfile.SoundFile(encoded) as file:
            expected = file.frames
            samples = file.read(dtype="float32", always_2d=True).T
            _refuse_truncated(file, samples.shape[1], expected)
            return Sound(samples, file.samplerate), FileFormat(file.format, file.subtype)
    except OSError as error:
        raise DataError(f"cannot read {name}: {error.strerror or error}.") from error
    except soundfile.LibsndfileError as error:
        raise DataError(
            f"cannot read {name}: {error.error_string.rstrip('.')} "
            "(expected a sound file such as WAV, FLAC, OGG or MP3)."
        ) from error
    except DataError as error:
        raise DataError(f"cannot use {name}: {error}") from error


def save_sound(sound: Sound, target: BinaryIO, file_format: FileFormat) -> None:
    """Write a sound as a whole file in one piece.

    Raises:
        DataError: if the format cannot hold it.
        OSError: if the target cannot take it (a full disk).
    """
    import soundfile

    # libsndfile reports a full disk in passing; Python's own write raises OSError.
    encoded = io.BytesIO()
    try:
        soundfile.write(
            encoded,
            _as_encoded(sound.samples, file_format.encoding).T,
            sound.sample_rate,
            format=file_format.container,
            subtype=file_format.encoding,
        )
    except (soundfile.LibsndfileError, ValueError) as error:
        n_channels = sound.samples.shape[0]
        raise DataError(
            f"{file_format.container} ({file_format.encoding}) cannot hold {n_channels} channels "
            f"at {sound.sample_rate} Hz; name a .wav or .flac file instead."
        ) from error
    target.write(encoded.getbuffer())


def _as_encoded(samples: np.ndarray, encoding: str) -> np.ndarray:
    """Integers for integer encodings, so that what was read is written back bit by bit.

    (libsndfile reads 16 bits as n / 32768, but would write x * 32767.)
    """
    if not encoding.startswith("PCM_"):
        return samples
    bits = int(encoding.lstrip("PCM_SU"))
    full_scale = 2.0 ** (bits - 1)
    integers = np.clip(np.rint(samples * full_scale), -full_scale, full_scale - 1.0)
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
    if container not in soundfile.available_formats():
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


def is_integer(file_format: FileFormat) -> bool:
    """Whether the encoding clips at full scale."""
    return file_format.encoding not in ("FLOAT", "DOUBLE")


def _refuse_truncated(file: object, n_read: int, n_expected: int) -> None:
    """A file that ends before its header says so is refused, not half processed."""
    if n_read < n_expected:
        raise DataError(f"it is truncated: {n_expected} samples expected, {n_read} found.")
    # libsndfile silently shortens a truncated WAV or AIFF, but says so in its log:
    # "  data : 2000 (should be 1000)" has the header's size first, the file's second.
    for line in file.extra_info.splitlines():  # type: ignore[attr-defined]
        key, _, value = line.partition(":")
        if key.strip().lower() not in ("data", "ssnd") or "should be" not in value:
            continue
        numbers = [int(word) for word in value.replace(")", " ").split() if word.isdigit()]
        if len(numbers) == 2 and numbers[0] > numbers[1] and numbers[0] not in _UNKNOWN_SIZES:
            raise DataError(
                f"it is truncated: {numbers[0]} bytes of sound expected, {numbers[1]} found."
            )
