"""Encoding by libsndfile: samples into the bytes of a sound file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.sound.bit_rates import BitRate, quality_for
from ctxaudio.sound.channels import as_encoded_by, mask_of
from ctxaudio.sound.source import SoundSource
from ctxaudio.sound.speakers import USUAL, Layout

_CONTAINERS = {"AIF": "AIFF", "AIFC": "AIFF", "OGA": "OGG", "OPUS": "OGG", "SND": "AU"}
_DITHERED = 24  # bits, at most; float32 has no more
_BEST = {"WAV": "PCM_24", "FLAC": "PCM_24", "AIFF": "PCM_24"}
_OF_ANY_LENGTH = ("PCM_", "FLOAT", "DOUBLE", "ALAW", "ULAW")  # others may end with whole blocks
_MASK_AT = 40  # bytes, in what libsndfile writes
_NOT_WHOLE = ("RAW", "SD2")  # one has no header, the other has it in a second file

_Result = TypeVar("_Result")


class FileFormat(NamedTuple):
    """Container and encoding of a sound file, in libsndfile's words: ``FLAC``, ``PCM_16``.

    Of what ffmpeg alone reads they are ffmpeg's words, ``MOV``, ``ALAC``; ``ALAC_16`` if it loses
    nothing and has 16 bits.
    """

    container: str
    encoding: str


WAV_FLOAT = FileFormat("WAV", "FLOAT")


def encode_into(
    file: BinaryIO,
    sound: SoundSource,
    file_format: FileFormat,
    *,
    bit_rate: BitRate | None = None,
    dither: np.random.Generator | None = None,
    layout: Layout | None = None,
) -> None:
    """Encode a sound into an empty file that can seek, block by block.

    Args:
        file: open for writing.
        sound: of any length.
        file_format: of libsndfile.
        bit_rate: of a lossy format; libsndfile's own if None.
        dither: see :func:`as_encoded`.
        layout: of the channels, which a WAV file tells.

    Raises:
        DataError: if the format cannot hold it.
        OSError: if the file cannot take it.
    """
    import soundfile

    container, encoding = file_format
    if layout is not None and container == "WAV":
        container = "WAVEX"  # the WAV that has a mask of speakers
    target = _Target(file)

    quality: tuple[float | None, str | None] = (None, None)
    if bit_rate is not None:
        quality = quality_for(encoding, bit_rate, sound.sample_rate, sound.n_channels)
    about = (sound.sample_rate, sound.n_channels, encoding, None, container, True, *quality)
    try:
        encoder = undisturbed(soundfile.SoundFile, target, "w", *about)
        try:
            for block in sound.blocks():
                samples = as_encoded(as_encoded_by(encoding, block), encoding, dither=dither)
                undisturbed(encoder.write, samples.T)
                target.check()
        finally:
            undisturbed(encoder.close)
    except (soundfile.LibsndfileError, ValueError) as error:
        target.check()
        raise DataError(
            f"{container} ({encoding}) cannot hold {sound.n_channels} "
            f"channels at {sound.sample_rate} Hz; name a .wav or .flac file instead."
        ) from error
    if container == "WAVEX" and sound.n_channels in USUAL:
        # Instead of what libsndfile supposes: of eight channels, that all but two are in front.
        target.seek(_MASK_AT)
        target.write((0 if layout is None else mask_of(layout)).to_bytes(4, "little"))
        target.seek(0, 2)
    target.check()


def check_written(file: BinaryIO, sound: SoundSource, file_format: FileFormat) -> None:
    """Refuse a format of which libsndfile has written a file that says what it was not told.

    Some know but a few rates, such as WVE and HTK, and some pad: their files would be of another
    pitch, or a sample longer.

    Raises:
        DataError: if it has.
    """
    import soundfile

    container, encoding = file_format
    told = [sound.sample_rate, sound.n_channels]
    is_exact = encoding.startswith(_OF_ANY_LENGTH)
    file.seek(0)
    try:
        with undisturbed(soundfile.SoundFile, file) as found:
            said = [found.samplerate, found.channels]
            lasts = found.frames
    except soundfile.LibsndfileError:
        said, lasts = [], 0
    if said != told or (is_exact and lasts != sound.n_samples):
        raise DataError(
            f"{container} ({encoding}) does not hold {sound.n_channels} channels at "
            f"{sound.sample_rate} Hz as they are, of every length; name a .wav or .flac file "
            "instead."
        )


class _Target:
    """A file that libsndfile writes to, which keeps the error that libsndfile would not tell."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._error: OSError | None = None

    def write(self, data: bytes) -> int:
        self._try(self._file.write, data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:  # which writes what is buffered
        return self._try(self._file.seek, offset, whence)

    def tell(self) -> int:
        return self._try(self._file.tell)

    def _try(self, function: Callable[..., int], *args: Any) -> int:
        if self._error is None:
            try:
                return function(*args)
            except OSError as error:
                self._error = error
        return 0

    def check(self) -> None:
        """Raise what went wrong."""
        if self._error is not None:
            raise self._error


def undisturbed(function: Callable[..., _Result], *args: Any) -> _Result:
    """Call a function that calls libsndfile on a file of Python's, in a thread of its own.

    libsndfile calls Python to read and write. In the main thread Python would raise a Ctrl-C in
    there, where it is lost.
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1) as worker:
        return worker.submit(function, *args).result()


def as_encoded(
    samples: np.ndarray, encoding: str, *, dither: np.random.Generator | None = None
) -> np.ndarray:
    """Integers for integer encodings, so that what was read is written back bit by bit.

    (libsndfile reads 16 bits as n / 32768, but would write x * 32767.) Where bits would be lost,
    ``dither`` draws noise of triangular density, ±1 of the last bit, which makes what is lost a
    noise that the sound has no part in: Lipshitz, Wannamaker & Vanderkooy (1992), "Quantization and
    dither: a theoretical survey", J. Audio Eng. Soc. 40.
    """
    if not encoding.startswith("PCM_"):
        return samples
    bits = int(encoding.lstrip("PCM_SU"))
    full_scale = 2.0 ** (bits - 1)
    # In float64: float32 has no number for the largest of 32 bits.
    scaled = samples * np.float64(full_scale)
    if dither is not None and bits <= _DITHERED and (scaled != np.rint(scaled)).any():
        scaled += dither.triangular(-1.0, 0.0, 1.0, scaled.shape)
    integers = np.clip(np.rint(scaled), -full_scale, full_scale - 1.0)
    width = 16 if bits <= 16 else 32
    return (integers.astype(f"int{width}") << (width - bits)).astype(f"int{width}")


def sndfile_format_for(path: Path, like: FileFormat) -> FileFormat:
    """As :func:`~ctxaudio.sound.writing.format_for`, of what libsndfile writes.

    >>> sndfile_format_for(Path("a.flac"), FileFormat("WAV", "PCM_24"))
    FileFormat(container='FLAC', encoding='PCM_24')

    Raises:
        DataError: if the suffix names no format that can be written.
    """
    import soundfile

    suffix = path.suffix.lstrip(".").upper()
    container = _CONTAINERS.get(suffix, suffix)
    if container not in soundfile.available_formats() or container in _NOT_WHOLE:
        raise DataError(
            f"cannot write {path.name}: expected a suffix such as .wav, .flac, .ogg or .mp3, "
            f"got {path.suffix or 'none'}."
        )
    if suffix == "OPUS":
        return FileFormat("OGG", "OPUS")
    # MP3 within WAV, and layers of MPEG before the third, libsndfile lists and does not write; what
    # is logarithmic in VOC it writes a sample too long.
    is_mp3 = (container, like.encoding) == ("MP3", "MPEG_LAYER_III")
    is_written = is_mp3 or not like.encoding.startswith("MPEG")
    is_longer = container == "VOC" and like.encoding.endswith("LAW")
    if is_written and not is_longer and like.encoding in soundfile.available_subtypes(container):
        return FileFormat(container, like.encoding)
    if like.encoding.endswith("_16") and container in _BEST:
        return FileFormat(container, "PCM_16")
    # A lossy or float original goes into the best that every player of the container reads.
    return FileFormat(container, _BEST.get(container, soundfile.default_subtype(container)))


def clips(file_format: FileFormat) -> bool:
    """Whether the encoding clips at full scale."""
    return file_format.encoding not in ("FLOAT", "DOUBLE")
