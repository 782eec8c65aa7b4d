"""Bit rates of lossy codecs: of a file that is read, and how an encoder is told of one."""

from __future__ import annotations

import io
import math
import re
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple, TypeAlias

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.sound.containers.mp3 import mean_bit_rate

Kind: TypeAlias = Literal["CONSTANT", "AVERAGE", "VARIABLE"]  # in soundfile's words

# What libsndfile's level of compression, 0 to 1, stands for, by what was measured of version 1.2.2.
# MP3 of constant rate: from the best to the least, in bit/s, by the lowest sample rate in Hz.
_MP3 = ((32_000, 320_000, 32_000), (16_000, 160_000, 8_000), (0, 64_000, 8_000))
_MP3_VARIABLE = (245, 225, 190, 175, 165, 130, 115, 100, 85, 65)  # kbit/s of LAME's V0 to V9
_VORBIS_QUALITIES = np.linspace(0.0, 1.0, 11)  # between which its nominal rates are linear
_OPUS = (6_000, 256_000)  # bit/s a channel
_AAC_BITS = 6.0  # a sample, at most: 6144 of each 1024
_LEAST_AAC = 8_000  # bit/s a channel
_KEPT = ("AAC", "MPEG_LAYER_III", "VORBIS")
_HIGHEST_LEVEL = 0.99  # libsndfile refuses 1 for MP3
_LESS = 0.01  # bit/s, so that one that libsndfile rounds down stays what it is
# What LAME was told, as mutagen reads it from its header. Presets are names of V's.
_STEP = re.compile(r"-V (\d)")
_NOMINAL = re.compile(r"--(?:abr|preset|alt-preset) (\d+)")  # kbit/s
_PRESETS = {"extreme": 0, "standard": 2, "medium": 4}


class BitRate(NamedTuple):
    """Of a lossy codec."""

    bits_s: int  # bit/s, of all channels: the nominal one, or else the mean
    kind: Kind = "CONSTANT"  # which only MP3 tells apart
    step: int | None = None  # of LAME's V0 to V9: whatever rate comes of it, if a file tells


class BitRateError(DataError):
    """An encoder has no such bit rate; ``nearest`` is what it has."""

    def __init__(self, name: str, bit_rate: BitRate, least: int, most: int) -> None:
        super().__init__(
            f"expected a bit rate of {least / 1e3:g} to {most / 1e3:g} kbit/s for {name} of this "
            f"rate and these channels, got {bit_rate.bits_s / 1e3:g}."
        )
        self.nearest = bit_rate._replace(bits_s=min(max(bit_rate.bits_s, least), most))


class Quality(NamedTuple):
    """A bit rate as libsndfile is told of it."""

    level: float  # of compression, 0 to 1
    mode: str | None = None


def quality_for(encoding: str, bit_rate: BitRate, sample_rate: int, n_channels: int) -> Quality:
    """How libsndfile is told of a bit rate.

    >>> quality_for("MPEG_LAYER_III", BitRate(320_000), 44_100, 2)
    Quality(level=0.0, mode='CONSTANT')

    Raises:
        DataError: if the encoding has none; BitRateError if not this one.
    """
    if encoding == "MPEG_LAYER_III":
        return _mp3_quality(bit_rate, sample_rate)
    if encoding == "VORBIS":
        nominal = _vorbis_rates(sample_rate, n_channels)
        _check("Vorbis", bit_rate, nominal[0], 1_000 * math.ceil(nominal[-1] / 1e3))
        return Quality(1.0 - float(np.interp(bit_rate.bits_s, nominal, _VORBIS_QUALITIES)))
    if encoding == "OPUS":
        least, best = (n_channels * rate for rate in _OPUS)
        _check("Opus", bit_rate, least, best)
        return Quality((best - bit_rate.bits_s) / (best - least))
    raise _no_bit_rate(encoding)


def rate_of_quality(encoding: str, quality: int, sample_rate: int, n_channels: int) -> BitRate:
    """What an encoder's own quality stands for: V0 to V9 of MP3, the best first; 0 to 10 of Vorbis.

    >>> rate_of_quality("MPEG_LAYER_III", 2, 44_100, 2)
    BitRate(bits_s=190000, kind='VARIABLE', step=2)

    Raises:
        DataError: if the encoding has none, or not this one.
    """
    if encoding == "MPEG_LAYER_III" and quality < len(_MP3_VARIABLE):
        return BitRate(1_000 * _MP3_VARIABLE[quality], "VARIABLE", quality)
    if encoding == "VORBIS" and quality < len(_VORBIS_QUALITIES):
        return BitRate(_vorbis_rates(sample_rate, n_channels)[quality])
    raise DataError(
        f"expected a quality of 0 to 9 for MP3 (0 is the best) or 0 to 10 for Vorbis (10 is), got "
        f"{quality} for {encoding}; others have a --bitrate."
    )


def _mp3_quality(bit_rate: BitRate, sample_rate: int) -> Quality:
    bits_s, kind, step = bit_rate
    if kind == "VARIABLE":
        mean = -np.array(_MP3_VARIABLE)
        level = (np.interp(-bits_s / 1e3, mean, np.arange(10)) if step is None else step) / 10.0
        return Quality(float(level), kind)
    best, least = next(rates for lowest, *rates in _MP3 if sample_rate >= lowest)
    _check("MP3", bit_rate, least, best)
    level = (best - bits_s - _LESS) / (best - least)
    return Quality(min(max(level, 0.0), _HIGHEST_LEVEL), kind)


@cache
def _vorbis_rates(sample_rate: int, n_channels: int) -> tuple[int, ...]:
    """Nominal bit/s of each quality, which depend on both: the encoder itself is asked.

    Raises:
        DataError: if it has none.
    """
    import soundfile

    rates = []
    for quality in _VORBIS_QUALITIES:
        file = io.BytesIO()
        about = (sample_rate, n_channels, "VORBIS", None, "OGG", True, 1.0 - quality)
        soundfile.SoundFile(file, "w", *about).close()
        at = file.getvalue().index(b"\x01vorbis") + 20
        rates.append(int.from_bytes(file.getvalue()[at : at + 4], "little", signed=True))
    if rates[0] <= 0:
        raise DataError(
            f"Vorbis at {sample_rate} Hz names no bit rates, so none can be chosen; give a rate of "
            "48000 Hz or less with --rate."
        )
    return tuple(rates)


def check_media_bit_rate(
    encoding: str, bit_rate: BitRate, sample_rate: int, n_channels: int
) -> None:
    """Refuse a bit rate that an encoder of ffmpeg would silently change.

    Raises:
        DataError: if the encoding has none; BitRateError if not this one.
    """
    if encoding == "OPUS":
        _check("Opus", bit_rate, *(n_channels * rate for rate in _OPUS))
    elif encoding == "AAC":
        most = int(_AAC_BITS * sample_rate)
        _check("AAC", bit_rate, n_channels * _LEAST_AAC, n_channels * most)
    else:
        raise _no_bit_rate(encoding)


def _check(name: str, bit_rate: BitRate, least: int, most: int) -> None:
    if not least <= bit_rate.bits_s <= most:
        raise BitRateError(name, bit_rate, least, most)


def _no_bit_rate(encoding: str) -> DataError:
    return DataError(f"{encoding} loses nothing and has no bit rate to choose; name an .mp3 file.")


def bit_rate_of(path: str | Path, encoding: str) -> BitRate | None:
    """That of a file; None if it tells none, or is of an encoding whose rate is not kept."""
    if encoding not in _KEPT:
        return None
    from ctxaudio.sound.tags.opened import bounded, opened

    try:
        with Path(path).open("rb") as file:
            info = opened(bounded(file), str(path)).info
            if encoding == "MPEG_LAYER_III":
                return _mp3_bit_rate(info) or _of_frames(file)
            return BitRate(int(info.bitrate)) if info.bitrate > 0 else None
    except Exception:  # as of tags: it has been decoded, and what it says of itself may be missing
        return None


def _mp3_bit_rate(info: Any) -> BitRate | None:
    """What a header tells, LAME's or another's; None if there is none."""
    from mutagen.mp3 import BitrateMode

    bits_s, settings = int(info.bitrate), str(info.encoder_settings)
    if info.bitrate_mode == BitrateMode.CBR:
        return BitRate(bits_s)
    if info.bitrate_mode == BitrateMode.ABR:
        nominal = _NOMINAL.fullmatch(settings)
        return BitRate(1_000 * int(nominal[1]) if nominal else bits_s, "AVERAGE")
    if info.bitrate_mode == BitrateMode.VBR:
        told = _STEP.match(settings)
        step = int(told[1]) if told else _PRESETS.get(settings.rpartition(" ")[2])
        return BitRate(bits_s, "VARIABLE", step)
    return None


def _of_frames(file: BinaryIO) -> BitRate | None:
    found = mean_bit_rate(file)
    return found and BitRate(found.bits_s, "CONSTANT" if found.is_constant else "VARIABLE")
