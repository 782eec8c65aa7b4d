"""Writing sounds: which library encodes a file, and what is told beside its samples."""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.sound.bit_rates import BitRate
from ctxaudio.sound.encoding import (
    WAV_FLOAT,
    FileFormat,
    check_written,
    clips,
    encode_into,
    sndfile_format_for,
)
from ctxaudio.sound.media_encoding import (
    MUXERS,
    WITH_FIELDS,
    encode_media_into,
    integers_of,
    media_format_for,
)
from ctxaudio.sound.source import SoundSource
from ctxaudio.sound.speakers import Layout
from ctxaudio.sound.stored import StoredSound
from ctxaudio.sound.tags.values import Tags
from rnn.files.whole_file import whole_file

_IN_MEMORY = 1 << 20  # bytes of what goes to a pipe
_TRIED = 2000  # samples, and what is over whole thousands: some formats pad
# Bytes that the headers of some can count; libsndfile would count anew from 0.
_SIZES = {"AIFF": 1 << 32, "AU": 1 << 32, "VOC": 1 << 24, "WAV": 1 << 32, "WAVEX": 1 << 32}
_DEPTHS = {"16": "PCM_16", "24": "PCM_24", "32": "PCM_32", "float": "FLOAT"}
_LOSSY = ("MPEG_LAYER_III", "OPUS", "VORBIS")
_MP3 = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)  # Hz
_RATES = {
    "AAC": (*_MP3, 64_000, 88_200, 96_000),
    "MPEG_LAYER_III": _MP3,
    "OPUS": (8_000, 12_000, 16_000, 24_000, 48_000),
}


def write_sound(
    sound: SoundSource,
    target: str | Path | BinaryIO,
    file_format: FileFormat | None = None,
    *,
    replace: bool = False,
) -> None:
    """Write a sound as a whole file; :func:`ctxaudio.save_sound` says how."""
    if isinstance(target, (str, Path)):
        if file_format is None:
            file_format = format_for(Path(target), WAV_FLOAT)
            _check_fits(sound, file_format)
        _check_held(sound, file_format)
        with whole_file(target, replace=replace) as file:
            encode(file, sound, file_format)
    elif file_format is None:
        raise DataError("an open file has no suffix that says its format; give a file_format.")
    else:  # which may be a pipe, and encoders go back to the header at the end
        _check_held(sound, file_format)
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
            encode(cast(BinaryIO, copy), sound, file_format)
            copy.seek(0)
            shutil.copyfileobj(copy, target, _IN_MEMORY)


def _check_held(sound: SoundSource, file_format: FileFormat) -> None:
    check_holds(file_format, sound.sample_rate, sound.n_channels, sound.n_samples)


def _check_fits(sound: SoundSource, file_format: FileFormat) -> None:
    if clips(file_format) and (peak := sound.peak) > 1.0:
        raise DataError(
            f"{file_format.container} would clip it: its loudest sample is "
            f"{20.0 * np.log10(peak):.2f} dB over full scale. Save a .wav, or use fit_full_scale."
        )


def encode(
    file: BinaryIO,
    sound: SoundSource,
    file_format: FileFormat,
    *,
    tags: Tags | None = None,
    picture: str | None = None,
    bit_rate: BitRate | None = None,
    dither: np.random.Generator | None = None,
    layout: Layout | None = None,
) -> bool:
    """Encode a sound into an empty file that can seek, block by block.

    Args:
        file: open for writing, and for reading if there are tags.
        sound: what is over full scale is clipped where the format does that.
        file_format: of :func:`format_for`.
        tags: that are told in it.
        picture: name of a video whose pictures are copied, for a format of PyAV.
        bit_rate: of a lossy format; the encoder's own if None.
        dither: draws the noise that is added where bits are lost; None for none.
        layout: of the channels, for a format that tells it.

    Returns:
        Whether files of the format hold tags, if there are any.

    Raises:
        DataError: if the format cannot hold it.
        OSError: if the file cannot take it.
    """
    if file_format.container in MUXERS:
        encode_media_into(
            file,
            sound,
            file_format,
            tags=tags,
            picture=picture,
            bit_rate=bit_rate,
            dither=dither,
        )
    else:
        encode_into(file, sound, file_format, bit_rate=bit_rate, dither=dither, layout=layout)
    if not tags or file_format.container in WITH_FIELDS:
        return True
    from ctxaudio.sound.tags.files import write_tags

    return write_tags(file, tags, file_format)


def format_for(path: Path, like: FileFormat) -> FileFormat:
    """Format for a new file: container by its suffix, encoding as close to ``like`` as it holds.

    >>> format_for(Path("a.flac"), FileFormat("WAV", "PCM_24"))
    FileFormat(container='FLAC', encoding='PCM_24')

    Raises:
        DataError: if the suffix names no format that can be written, or PyAV is missing for it.
    """
    return media_format_for(path, like) or sndfile_format_for(path, like)


def of_depth(file_format: FileFormat, depth: str) -> FileFormat:
    """A format with so many bits a sample: 16, 24, 32, or float.

    >>> of_depth(FileFormat("WAV", "PCM_24"), "16")
    FileFormat(container='WAV', encoding='PCM_16')

    Raises:
        DataError: if its files hold none of that depth.
    """
    import soundfile

    container, encoding = file_format
    if container in MUXERS:
        codec = encoding.removesuffix("_16")
        held = ["PCM_16", "PCM_24"] if integers_of(codec) else []
    elif encoding in _LOSSY:
        held = []
    else:
        held = [*soundfile.available_subtypes(container)]
    wanted = _DEPTHS[depth]
    if wanted not in held:
        depths = [name for name, each in _DEPTHS.items() if each in held]
        raise DataError(
            f"{container} ({encoding}) holds {' or '.join(depths) or 'no'} bits a sample, "
            f"not {depth}; name a .wav file."
        )
    if container in MUXERS:
        return FileFormat(container, f"{codec}_16" if depth == "16" else codec)
    return FileFormat(container, wanted)


def known_rates(file_format: FileFormat) -> tuple[int, ...]:
    """The sample rates in Hz that a codec knows; none if it takes any."""
    return _RATES.get(file_format.encoding, ())


def check_holds(
    file_format: FileFormat,
    sample_rate: int,
    n_channels: int,
    n_samples: int = 0,
    *,
    bit_rate: BitRate | None = None,
) -> None:
    """Refuse what a format cannot hold, before it is made: some silence is written and read.

    Raises:
        DataError: if it cannot.
    """
    silence = StoredSound(sample_rate, n_channels)
    silence.append(np.zeros((n_channels, _TRIED + n_samples % 1000), np.float32))
    file = io.BytesIO()
    encode(file, silence, file_format, bit_rate=bit_rate)
    n_bytes, most = (
        file.getbuffer().nbytes * n_samples // silence.n_samples,
        _SIZES.get(file_format.container),
    )
    if most is not None and n_bytes >= most:
        raise DataError(
            f"a file of {file_format.container} has less than {most / 1e6:.0f} MB, and this would "
            f"be of {n_bytes / 1e6:.0f} MB; name a .flac or .rf64 file instead."
        )
    if file_format.container not in MUXERS:
        check_written(file, silence, file_format)
