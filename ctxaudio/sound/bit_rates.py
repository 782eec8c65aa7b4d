"""Bit rates of lossy codecs: of a file that is read, and how an encoder is told of one."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ctxaudio.errors import DataError

# What libsndfile's level of compression, 0 to 1, stands for, by what was measured of version 1.2.2.
# MP3 of constant rate: from the best to the least, in bit/s, by the lowest sample rate in Hz.
_MP3 = ((32_000, 320_000, 32_000), (16_000, 160_000, 8_000), (0, 64_000, 8_000))
_MP3_VARIABLE = (245, 225, 190, 175, 165, 130, 115, 100, 85, 65)  # kbit/s of LAME's V0 to V9
_VORBIS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 250)  # kbit/s a channel of qualities 0 to 10
_OPUS = (6_000, 256_000)  # bit/s a channel
_AAC_BITS = 6.0  # a sample, at most: 6144 of each 1024
_LEAST_AAC = 8_000  # bit/s a channel
_KEPT = ("AAC", "MPEG_LAYER_III", "VORBIS")
_HIGHEST_LEVEL = 0.99  # libsndfile refuses 1 for MP3


class BitRate(NamedTuple):
    """Of a lossy codec."""

    bits_s: int  # bit/s, of all channels
    is_constant: bool = True  # or else the mean of one that varies, which only MP3 tells apart


class Quality(NamedTuple):
    """A bit rate as libsndfile is told of it."""

    level: float  # of compression, 0 to 1
    mode: str | None = None


def quality_for(encoding: str, bit_rate: BitRate, sample_rate: int, n_channels: int) -> Quality:
    """How libsndfile is told of a bit rate.

    >>> quality_for("MPEG_LAYER_III", BitRate(320_000), 44_100, 2)
    Quality(level=0.0, mode='CONSTANT')

    Raises:
        DataError: if the encoding has none, or not this one.
    """
    kbits = bit_rate.bits_s / 1e3
    if encoding == "MPEG_LAYER_III":
        if not bit_rate.is_constant:
            step = float(np.interp(-kbits, -np.array(_MP3_VARIABLE), np.arange(10)))
            return Quality(step / 10.0, "VARIABLE")
        best, least = next(rates for lowest, *rates in _MP3 if sample_rate >= lowest)
        _check("MP3", bit_rate, least, best)
        level = (best - bit_rate.bits_s) / (best - least)
        return Quality(min(level, _HIGHEST_LEVEL), "CONSTANT")
    if encoding == "VORBIS":
        _check("Vorbis", bit_rate, *(1_000 * n_channels * _VORBIS[end] for end in (0, -1)))
        quality = float(np.interp(kbits / n_channels, _VORBIS, np.linspace(0.0, 1.0, 11)))
        return Quality(1.0 - quality)
    if encoding == "OPUS":
        least, best = (n_channels * rate for rate in _OPUS)
        _check("Opus", bit_rate, least, best)
        return Quality((best - bit_rate.bits_s) / (best - least))
    raise _no_bit_rate(encoding)


def check_media_bit_rate(
    encoding: str, bit_rate: BitRate, sample_rate: int, n_channels: int
) -> None:
    """Refuse a bit rate that an encoder of ffmpeg would silently change.

    Raises:
        DataError: if the encoding has none, or not this one.
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
        raise DataError(
            f"expected a bit rate of {least / 1e3:g} to {most / 1e3:g} kbit/s for {name} of this "
            f"rate and these channels, got {bit_rate.bits_s / 1e3:g}."
        )


def _no_bit_rate(encoding: str) -> DataError:
    return DataError(f"{encoding} loses nothing and has no bit rate to choose; name an .mp3 file.")


def bit_rate_of(path: str | Path, encoding: str) -> BitRate | None:
    """That of a file; None if it tells none, or is of an encoding whose rate is not kept."""
    if encoding not in _KEPT:
        return None
    from mutagen.mp3 import BitrateMode

    from ctxaudio.sound.tags.opened import bounded, opened

    try:
        with Path(path).open("rb") as file:
            info = opened(bounded(file), str(path)).info
            bits_s, mode = int(info.bitrate), getattr(info, "bitrate_mode", BitrateMode.CBR)
    except Exception:  # as of tags: it has been decoded, and what it says of itself may be missing
        return None
    return BitRate(bits_s, mode not in (BitrateMode.VBR, BitrateMode.ABR)) if bits_s > 0 else None
