"""Spectral peaks: the sinusoids of a frame, each with its frequency and the phase at its centre.

Low sinusoids lie close together and change slowly, high ones are apart and change fast: each range
has a window of its own. Frequencies are librosa's reassigned ones, which are those of a sinusoid to
a fraction of a cent, whatever the window.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.analysis.load_librosa import load_librosa
from ctxaudio.analysis.masking import is_masked
from ctxaudio.sound.source import SoundSource

CROSSOVER_HZ = 2_500.0  # above it, the shorter window
LOWEST_HZ = 20.0
HIGHEST_OF_RATE = 0.48

_FLOOR = 10.0 ** (-80.0 / 20.0)  # of full scale; what is softer is no peak
_REACH = 1.0  # bins that a peak may be from its bin; further is no sinusoid
_TINY = np.finfo(np.float32).tiny


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A part of the spectrum, and the window it is looked at through."""

    lowest_hz: float
    highest_hz: float
    window: int  # samples


def ranges_of(frames: FrameConfig, sample_rate: int) -> tuple[Range, ...]:
    """The ranges of a sample rate: a window of 93 ms, and one of half of that above."""
    highest_hz = HIGHEST_OF_RATE * sample_rate
    crossover_hz = min(CROSSOVER_HZ, highest_hz)
    return (
        Range(lowest_hz=LOWEST_HZ, highest_hz=crossover_hz, window=frames.window),
        Range(lowest_hz=crossover_hz, highest_hz=highest_hz, window=frames.window // 2),
    )


class Peaks(NamedTuple):
    """The peaks of some frames, frame by frame, in each from low to high."""

    frame: np.ndarray  # (peak,) from the first of these frames
    hertz: np.ndarray  # (peak,)
    value: np.ndarray  # (channel, peak) complex; its size is the amplitude


def find_peaks(
    sound: SoundSource, frames: FrameConfig, first: int, end: int, *, full_scale: float, most: int
) -> Peaks:
    """The peaks of frames ``first`` to ``end``.

    Args:
        sound: of full scale ``full_scale``.
        most: of a frame; the strongest are kept.
    """
    parts = [
        _in_range(sound, frames, each, first, end, _FLOOR * full_scale)
        for each in ranges_of(frames, sound.sample_rate)
        if each.lowest_hz < each.highest_hz
    ]
    joined = Peaks(*(np.concatenate(each, axis=-1) for each in zip(*parts, strict=True)))
    power = _power(joined.value)
    order = np.lexsort((joined.hertz, joined.frame))
    heard = order[~is_masked(joined.frame[order], joined.hertz[order], power[order])]
    joined, power = _some(joined, heard), power[heard]
    # Of each frame, from the strongest to the softest; those beyond the most are left out.
    by_power = np.lexsort((-power, joined.frame))
    begins = np.searchsorted(joined.frame[by_power], np.arange(end - first))
    rank = np.arange(len(by_power)) - begins[joined.frame[by_power]]
    kept = by_power[rank < most]
    kept = kept[np.lexsort((joined.hertz[kept], joined.frame[kept]))]
    return _some(joined, kept)


def _some(peaks: Peaks, which: np.ndarray) -> Peaks:
    return Peaks(peaks.frame[which], peaks.hertz[which], peaks.value[:, which])


def _in_range(
    sound: SoundSource, frames: FrameConfig, part: Range, first: int, end: int, floor: float
) -> Peaks:
    librosa = load_librosa()
    window, hop, rate = part.window, frames.hop, sound.sample_rate
    begin = first * hop - window // 2
    samples = sound.read(begin, begin + (end - 1 - first) * hop + window)
    # It warns of memory that is not initialised, and is not read; and divides silence by itself.
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", UserWarning)
        hertz, _, _ = librosa.reassigned_spectrogram(
            samples,
            sr=rate,
            n_fft=window,
            hop_length=hop,
            center=False,
            reassign_times=False,
            fill_nan=True,
        )
    spectrum = librosa.stft(samples, n_fft=window, hop_length=hop, center=False)
    powers = spectrum.real**2 + spectrum.imag**2  # (channel, bin, frame)
    power = powers.sum(axis=0)
    inner = power[1:-1]
    bins, when = np.nonzero((inner > power[:-2]) & (inner >= power[2:]))
    bins += 1
    weights = powers[:, bins, when]
    found = (weights * hertz[:, bins, when]).sum(axis=0) / np.maximum(weights.sum(axis=0), _TINY)
    away = found / rate * window - bins
    is_one = (np.abs(away) < _REACH) & (found >= part.lowest_hz) & (found < part.highest_hz)
    bins, when, found, away = (each[is_one] for each in (bins, when, found, away))
    # What a Hann window makes of a sinusoid between two bins, of amplitude 1; the phase is that at
    # the window's centre, not its beginning.
    seen = np.sinc(away) / (1.0 - away**2) * (window / 4.0)
    value = spectrum[:, bins, when] / (seen * np.where(bins % 2, -1.0, 1.0))
    loud = _power(value) > floor**2
    order = np.argsort(when[loud], kind="stable")
    return Peaks(when[loud][order], found[loud][order], value[:, loud][:, order])


def _power(value: np.ndarray) -> np.ndarray:
    return np.asarray((value.real**2 + value.imag**2).sum(axis=0))
