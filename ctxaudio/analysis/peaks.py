"""Spectral peaks: the sinusoids of a frame, each with its frequency and the phase at its centre.

Each part of the spectrum is looked at through several windows, and at each moment through the one
under which it is most concentrated: a long one parts the partials of a low chord, a short one
follows a vibrato. Frequencies are reassigned, which makes them those of a sinusoid to a fraction of
a cent, whatever the window; as ``librosa.reassigned_spectrogram`` does, but at peaks alone, and
with the phases that it does not tell: that takes half of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.analysis.load_librosa import load_librosa
from ctxaudio.analysis.masking import is_masked
from ctxaudio.sound.source import SoundSource

LOWEST_HZ = 20.0
CROSSOVER_HZ = 2_400.0
HIGHEST_OF_RATE = 0.48
TO_HZ = 250.0, 700.0  # up to which the two longest windows are used: above, partials are apart

_LOW_RATE = 5_500.0  # Hz, at least, at which what is below the crossover is looked at
_FLOOR = 10.0 ** (-80.0 / 20.0)  # of full scale; what is softer is no peak
_BETWEEN_BINS = 0.25  # of a sinusoid's power, at least, is in the bin nearest to it
_REACH = 1.0  # bins that a peak may be from its bin; further is no sinusoid
_TINY = np.finfo(np.float32).tiny
_MARGIN = 256  # samples at the lower rate, after which its beginning does not matter
# As the generator chooses its windows: ctxaudio.synthesis.choice says why.
_NEAR = 8  # frames before a frame, and after it, that decide about its window
_TO_SHORT = 0.4  # of what a steady partial gains by a longer window: so much less than that is none
_BAND_HZ, _BAND_SHARE = 60.0, 0.26  # that a band is wide, at least, or as share of its frequency


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the spectrum, and the windows it is looked at through."""

    lowest_hz: float
    highest_hz: float
    windows: tuple[int, ...]  # samples, the longest first
    from_hz: tuple[float, ...]  # where each of them may be used,
    to_hz: tuple[float, ...]
    factor: int = 1  # of the sample rate, by which it is reduced


def parts_of(frames: FrameConfig, sample_rate: int) -> tuple[Part, ...]:
    """The parts of a sample rate: below and above the crossover.

    >>> [part.windows for part in parts_of(FrameConfig(), 44_100)]
    [(16384, 8192, 4096, 2048, 1024), (4096, 2048, 1024)]
    """
    highest_hz = HIGHEST_OF_RATE * sample_rate
    crossover_hz = min(CROSSOVER_HZ, highest_hz)
    factor = 1
    while sample_rate / (2 * factor) >= _LOW_RATE and frames.hop % (2 * factor) == 0:
        factor *= 2
    window = frames.window
    low = Part(
        lowest_hz=LOWEST_HZ,
        highest_hz=crossover_hz,
        windows=(4 * window, 2 * window, window, window // 2, window // 4),
        from_hz=(0.0, 0.0, 0.0, 150.0, 500.0),
        to_hz=(TO_HZ[0], TO_HZ[1], np.inf, np.inf, np.inf),
        factor=factor,
    )
    high = Part(
        lowest_hz=crossover_hz,
        highest_hz=highest_hz,
        windows=(window, window // 2, window // 4),
        from_hz=(0.0, 0.0, 0.0),
        to_hz=(np.inf, np.inf, np.inf),
    )
    return (low, high) if crossover_hz < highest_hz else (low,)


class Peaks(NamedTuple):
    """The peaks of some frames, frame by frame, in each from low to high."""

    frame: np.ndarray  # (peak,) from the first of these frames
    hertz: np.ndarray  # (peak,)
    value: np.ndarray  # (channel, peak) complex; its size is the amplitude
    window: np.ndarray  # (peak,) samples that were looked at


def find_peaks(
    sound: SoundSource, frames: FrameConfig, first: int, end: int, *, full_scale: float, most: int
) -> Peaks:
    """The peaks of frames ``first`` to ``end``.

    Args:
        sound: of full scale ``full_scale``.
        most: of a frame; the strongest are kept.
    """
    found = [
        _in_part(sound, frames, part, first, end, _FLOOR * full_scale)
        for part in parts_of(frames, sound.sample_rate)
    ]
    joined = Peaks(*(np.concatenate(each, axis=-1) for each in zip(*found, strict=True)))
    joined = _some(joined, np.lexsort((joined.hertz, joined.frame)))
    power = _power(joined.value)
    heard = ~is_masked(joined.frame, joined.hertz, power)
    joined, power = _some(joined, heard), power[heard]
    # Of each frame, from the strongest to the softest; those beyond the most are left out.
    by_power = np.lexsort((-power, joined.frame))
    begins = np.searchsorted(joined.frame[by_power], np.arange(end - first))
    rank = np.arange(len(by_power)) - begins[joined.frame[by_power]]
    return _some(joined, np.sort(by_power[rank < most]))


def _some(peaks: Peaks, which: np.ndarray) -> Peaks:
    return Peaks(*(part[..., which] for part in peaks))


class _Spectrum(NamedTuple):
    """What one window sees, (channel, bin, frame)."""

    value: np.ndarray  # under the window
    slope: np.ndarray  # under its derivative, a sample
    power: np.ndarray  # (bin, frame) of all channels


def _in_part(
    sound: SoundSource, frames: FrameConfig, part: Part, first: int, end: int, floor: float
) -> Peaks:
    begin, until = first - _NEAR, end + _NEAR
    rate, hop = sound.sample_rate / part.factor, frames.hop // part.factor
    around = part.windows[0] // 2 + _MARGIN * part.factor
    samples = sound.read(begin * frames.hop - around, (until - 1) * frames.hop + around)
    if part.factor > 1:
        import soxr

        samples = np.ascontiguousarray(soxr.resample(samples.T, sound.sample_rate, rate).T)
    middle = around // part.factor  # of the first frame
    seen = [
        _seen(samples, middle, window // part.factor, hop, until - begin) for window in part.windows
    ]
    edges = _edges(part)
    chosen = _chosen(seen, part, edges, rate)[:, _NEAR:-_NEAR]
    found = []
    for i, (window, spectrum) in enumerate(zip(part.windows, seen, strict=True)):
        here = _Spectrum(*(each[..., _NEAR:-_NEAR] for each in spectrum))
        peaks = _peaks(here, window, part, rate, floor)
        band = np.searchsorted(edges, peaks.hertz, side="right") - 1
        is_best = chosen[np.clip(band, 0, len(chosen) - 1), peaks.frame] == i
        found.append(_some(peaks, is_best))
    return Peaks(*(np.concatenate(each, axis=-1) for each in zip(*found, strict=True)))


def _seen(samples: np.ndarray, middle: int, window: int, hop: int, n_frames: int) -> _Spectrum:
    stft = load_librosa().stft
    begin = middle - window // 2
    part = samples[:, begin : begin + (n_frames - 1) * hop + window]
    turns = 2.0 * np.pi * np.arange(window) / window
    hann, slope = 0.5 - 0.5 * np.cos(turns), (np.pi / window) * np.sin(turns)
    value, sloped = (
        stft(part, n_fft=window, hop_length=hop, window=shape, center=False)
        for shape in (hann, slope)
    )
    return _Spectrum(value, sloped, _power(value))


def _edges(part: Part) -> np.ndarray:
    """Where the bands begin that have a window each, and the last ends; Hz."""
    edges = [part.lowest_hz]
    while edges[-1] < part.highest_hz:
        edges.append(edges[-1] + max(_BAND_HZ, _BAND_SHARE * edges[-1]))
    return np.array([*edges[:-1], part.highest_hz])


def _chosen(seen: list[_Spectrum], part: Part, edges: np.ndarray, rate: float) -> np.ndarray:
    """Which window is best in each band and frame, (band, frame)."""
    kernel = 0.5 + 0.5 * np.cos(np.pi * np.arange(-_NEAR, _NEAR + 1) / (_NEAR + 1.0))
    scores = []
    for window, from_hz, to_hz, spectrum in zip(
        part.windows, part.from_hz, part.to_hz, seen, strict=True
    ):
        bins = np.searchsorted(
            np.arange(len(spectrum.power)) * (rate * part.factor / window), edges
        )
        # A band holds a bin at least.
        bins[1:] = np.maximum(bins[1:], bins[:-1] + 1)
        bins = np.minimum(bins, len(spectrum.power) - 1)
        power, root = (
            np.add.reduceat(each, bins[:-1], axis=0)
            for each in (spectrum.power, np.sqrt(spectrum.power))
        )
        power, root = (
            np.apply_along_axis(np.convolve, 1, each, kernel, "same") for each in (power, root)
        )
        # Rényi's entropy of order 1/2, in natural units: as many numbers for as much of the sound.
        entropy = 2.0 * np.log(root + _TINY) - np.log(power + _TINY)
        score = entropy - (1.0 - _TO_SHORT) * np.log(window)
        score[(edges[:-1] < from_hz) | (edges[:-1] >= to_hz)] = np.inf
        scores.append(score)
    return np.argmin(scores, axis=0)


def _peaks(spectrum: _Spectrum, window: int, part: Part, rate: float, floor: float) -> Peaks:
    length = window // part.factor
    inner = spectrum.power[1:-1]
    is_loud = inner > _BETWEEN_BINS * (floor * length / 4.0) ** 2
    bins, when = np.nonzero(is_loud & (inner > spectrum.power[:-2]) & (inner >= spectrum.power[2:]))
    bins += 1
    value, slope = spectrum.value[:, bins, when], spectrum.slope[:, bins, when]
    turning = (slope.imag * value.real - slope.real * value.imag).sum(axis=0)
    away = -length / (2.0 * np.pi) * turning / np.maximum(spectrum.power[bins, when], _TINY)
    hertz = (bins + away) * (rate / length)
    is_one = (np.abs(away) < _REACH) & (hertz >= part.lowest_hz) & (hertz < part.highest_hz)
    bins, when, hertz, away = (each[is_one] for each in (bins, when, hertz, away))
    # What a Hann window makes of a sinusoid between two bins, of amplitude 1; the phase is that at
    # the window's centre, not its beginning.
    seen = np.sinc(away) / (1.0 - away**2) * (length / 4.0)
    value = value[:, is_one] / (seen * np.where(bins % 2, -1.0, 1.0))
    loud = _power(value) > floor**2
    return Peaks(when[loud], hertz[loud], value[:, loud], np.full(np.count_nonzero(loud), window))


def _power(value: np.ndarray) -> np.ndarray:
    return np.asarray((value.real**2 + value.imag**2).sum(axis=0))
