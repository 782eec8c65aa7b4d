"""By how many cents did a sustained tone really move?

In two steps. *Coarse*: the spectra of input and result, on an axis of log frequency, are laid over
each other at every displacement; the best one must be near the shift asked for, or the tone was
not shifted (harmonics of an unshifted tone lie where those of a tone an octave higher should, so
that looking there would find it in tune). *Fine*: instantaneous frequencies of the partials, from
the phase advance between two spectra a few samples apart, each searched for within 60 cents of
where it should be.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage, signal

from benchmarks.metrics.validate import Sound, validate

Vector = npt.NDArray[np.float64]

_SEARCH_CENTS = 60.0
_GRID_CENTS = 10.0  # of the coarse step
_BLUR_CENTS = 20.0
_LARGEST_CENTS = 3100.0
_LOWEST_HZ, _HIGHEST_OF_RATE = 25.0, 0.45
_SKIPPED_S = 0.35  # at both ends: attack and release
_PERIODS = 12  # of the lower fundamental in a window; its partials are then four main lobes apart
_PARTIALS = 8
_AUDIBLE_DB = -40.0  # partials weaker than this under the strongest are not used


def _log_spectrum(mono: Vector, rate: int) -> Vector:
    """Level in dB above the floor, on the coarse step's axis of log frequency."""
    size = min(65536, len(mono))  # long: at 20 Hz, partials are 20 Hz apart
    frequency, power = signal.welch(mono, rate, window="blackman", nperseg=size)
    octaves = np.log2(_HIGHEST_OF_RATE * rate / _LOWEST_HZ)
    edges = _LOWEST_HZ * 2 ** np.arange(0, octaves, _GRID_CENTS / 1200)
    # energy is summed over a grid cell, not read at its centre: a high partial is far narrower
    energy = np.diff(np.interp(edges, frequency, np.cumsum(power)))
    energy = ndimage.gaussian_filter1d(energy, _BLUR_CENTS / _GRID_CENTS)
    level = 10 * np.log10(np.maximum(energy, energy.max() * 1e-5))
    return np.asarray(level - level.min())


def coarse_change(original: Sound, estimated: Sound, rate: int) -> float:
    """Displacement in cents at which the estimate's spectrum correlates best with the original's.

    Spectra are in dB above a floor at -50 dB; displacements are searched up to 31 semitones either
    way.
    """
    channel = _louder(original)
    before = _log_spectrum(original[channel].astype(np.float64), rate)
    after = _log_spectrum(estimated[channel].astype(np.float64), rate)
    largest: int = round(_LARGEST_CENTS / _GRID_CENTS)
    size = len(before)
    lags = np.arange(-largest, largest + 1)
    scores = np.empty(len(lags))
    for index, lag in enumerate(lags.tolist()):
        kept = before[max(0, -lag) : size - max(0, lag)]
        moved = after[max(0, lag) : size + min(0, lag)]
        # what the displacement pushes off the axis is lost to any shifter; what appears anew is not
        norm = np.linalg.norm(kept) * np.linalg.norm(after)
        scores[index] = np.dot(kept, moved) / norm if norm > 0 else 0.0
    return float(lags[np.argmax(scores)] * _GRID_CENTS)


def _louder(sound: Sound) -> int:
    # one channel, not their sum: a shifter that spoils the stereo image would cancel itself in it
    return int(np.argmax(np.sum(sound.astype(np.float64) ** 2, axis=1)))


class _Spectra:
    """Two spectra per frame, a few samples apart: their phase difference is a frequency."""

    def __init__(self, mono: Vector, rate: int, window: int) -> None:
        self.rate, self.size, self.step = rate, 2 * window, max(1, window // 64)
        starts = np.arange(0, len(mono) - window - self.step, max(1, window // 4))
        if not starts.size:
            raise ValueError(f"a tone must last more than {window / rate:.2f} s.")
        taper = signal.get_window("blackman", window)
        frames = np.lib.stride_tricks.sliding_window_view(mono, window)
        self.first = np.fft.rfft(frames[starts] * taper, self.size)
        self.second = np.fft.rfft(frames[starts + self.step] * taper, self.size)

    def peak(self, near_hz: float, reach_hz: float) -> tuple[Vector, Vector]:
        """Frequency (Hz) and magnitude, frame by frame, of the largest peak within reach."""
        low = max(1, int(np.floor((near_hz - reach_hz) * self.size / self.rate)))
        high = int(np.ceil((near_hz + reach_hz) * self.size / self.rate)) + 1
        bins = low + np.argmax(np.abs(self.first[:, low:high]), axis=1)
        frame = np.arange(len(bins))
        one, two = self.first[frame, bins], self.second[frame, bins]
        expected = 2 * np.pi * bins * self.step / self.size
        advance = np.angle(two * np.conj(one) * np.exp(-1j * expected)) + expected
        return advance * self.rate / (2 * np.pi * self.step), np.abs(one)


def pitch_error(
    original: Sound, estimated: Sound, rate: int, *, semitones: float, fundamental_hz: float
) -> float:
    """Absolute error of a tone's pitch change in cents; lower is better.

    The change is averaged over frames and up to eight partials, weighted by the product of a
    partial's magnitudes in both sounds: in an ensemble, where detuned players beat, a single frame
    of a single partial says little. A tone that was not moved to within 60 cents of ``semitones``
    is in error by the cents that it was missed by.
    """
    validate(original, estimated)
    expected = 100.0 * semitones
    coarse = coarse_change(original, estimated, rate)
    if not estimated.any() or abs(coarse - expected) > _SEARCH_CENTS:
        return abs(coarse - expected)
    ratio = 2 ** (semitones / 12)
    window = max(2048, round(_PERIODS * rate / (fundamental_hz * min(1.0, ratio))))
    skipped, channel = round(_SKIPPED_S * rate), _louder(original)
    before, after = (
        _Spectra(sound[channel, skipped:-skipped].astype(np.float64), rate, window)
        for sound in (original, estimated)
    )
    changes, weights = [], []
    for number in range(1, _PARTIALS + 1):
        nominal = number * fundamental_hz
        if not _LOWEST_HZ < nominal * ratio < _HIGHEST_OF_RATE * rate:
            continue
        # near a partial, but never as far as the next one
        reach = min((2 ** (_SEARCH_CENTS / 1200) - 1) * number, 0.4) * fundamental_hz
        old_hz, old = before.peak(nominal, reach)
        target = float(np.average(old_hz, weights=old)) * ratio
        new_hz, new = after.peak(target, reach * ratio)
        changes.append(1200 * np.log2(new_hz / old_hz))
        weights.append(old * new)
    weight, change = np.array(weights), np.array(changes)
    level = weight.mean(axis=1)
    weight[level < level.max() * 10 ** (_AUDIBLE_DB / 10)] = 0
    return abs(float(np.average(change, weights=weight)) - expected)
