"""Which window is to sound: the one that needs the fewest numbers for what there is.

In each range of the spectrum, and for about a tenth of a second, the spectra under every window
are compared by how concentrated they are: by Rényi's entropy (Baraniuk, Flandrin, Janssen & Michel
2001, "Measuring time-frequency information content using the Rényi entropies"), here of order 1/2,
to which what is smeared around a peak counts more than how high the peak is. A steady partial is
most concentrated under the longest window, an attack under the shortest, a vibrato in between.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ctxaudio.synthesis.resolution import Resolution
from rnn.compiled import compiled

_REACH = 4  # steps before a step, and after it, that decide about it
_SHARPNESS = 12.0  # how decidedly the better window is taken
_TO_SHORT = 0.3  # of what a steady partial gains by a longer window: so much less than that is none
_SILENCE = 1e-30  # power that counts as none
_LEAST = 0.1  # of a range; what makes less of it is spared the work


class Choice(NamedTuple):
    """What the steps before have left."""

    first: int  # step of the first of these
    sums: np.ndarray  # (step, window, band, 2) from :func:`band_sums`

    @classmethod
    def begin(cls, first: int, resolution: Resolution) -> Choice:
        """Before a step: silence."""
        n_windows, n_bands = resolution.allowed.shape
        return cls(first - _REACH, np.zeros((_REACH, n_windows, n_bands, 2)))


def band_sums(
    powers: tuple[np.ndarray, ...], first: int, n_steps: int, resolution: Resolution
) -> np.ndarray:
    """Sums of power, and of its square root, in each range: (step, window, band, 2)."""
    n_windows, n_bands = resolution.allowed.shape
    out = np.zeros((n_steps, n_windows, n_bands, 2))
    for i, power in enumerate(powers):
        bin_hz = resolution.bin_hz(i)
        steps = resolution.steps_of(i, first, len(power))
        _add_sums(power, steps, bin_hz, resolution.bands_hz, out[:, i])
    return out


@compiled
def _add_sums(power, steps, bin_hz, bands_hz, out):  # type: ignore[no-untyped-def]
    n_frames, n_bins = power.shape
    for frame in range(n_frames):
        row = power[frame]
        sums = out[steps[frame]]
        for band in range(len(bands_hz) - 1):
            # What lies between two centres is shared by both; beyond the ends all is the end's.
            first = 0 if band == 0 else int(np.ceil(bands_hz[band] / bin_hz))
            last = band + 2 == len(bands_hz)
            end = n_bins if last else min(int(np.ceil(bands_hz[band + 1] / bin_hz)), n_bins)
            slope = bin_hz / (bands_hz[band + 1] - bands_hz[band])
            offset = bands_hz[band] / bin_hz
            all_power = 0.0
            all_roots = 0.0
            upper_power = 0.0
            upper_roots = 0.0
            for k in range(first, end):
                share = min(max((k - offset) * slope, 0.0), 1.0)
                p = np.float64(row[k])
                root = np.sqrt(p)
                all_power += p
                all_roots += root
                upper_power += share * p
                upper_roots += share * root
            sums[band, 0] += all_power - upper_power
            sums[band, 1] += all_roots - upper_roots
            sums[band + 1, 0] += upper_power
            sums[band + 1, 1] += upper_roots


def choose(sums: np.ndarray, resolution: Resolution, state: Choice) -> tuple[np.ndarray, Choice]:
    """How much of each range each window makes, (step, window, band); sums to 1 over windows."""
    all_sums = np.concatenate([state.sums, sums])
    n_ready = max(len(all_sums) - _REACH - resolution.look_ahead, 0)
    weight = np.zeros((n_ready, *all_sums.shape[1:3]))
    lengths = np.array([span.length for span in resolution.spans])
    size = lengths * resolution.frames_per_step
    after = min(_REACH, resolution.look_ahead)
    every, allowed = resolution.steps_per_frame, resolution.allowed
    _weigh(all_sums, state.first, after, lengths, size, every, allowed, weight)
    return weight, Choice(state.first + n_ready, all_sums[n_ready:])


@compiled
def _weigh(  # type: ignore[no-untyped-def]
    sums, first, after, lengths, size, every, allowed, weight
):
    n_ready, n_windows, n_bands = weight.shape
    score = np.empty(n_windows)
    for step in range(n_ready):
        for band in range(n_bands):
            highest = -np.inf
            for i in range(n_windows):
                score[i] = -np.inf
                if not allowed[i, band]:
                    continue
                power = 0.0
                root = 0.0
                total = 0.0
                for near in range(step, step + _REACH + after + 1):
                    if (first + near) % every[i] != 0:
                        continue
                    distance = (near - step - _REACH) / (_REACH + 1.0)
                    kernel = 0.5 + 0.5 * np.cos(np.pi * distance)
                    total += kernel
                    power += kernel * sums[near, i, band, 0]
                    root += kernel * sums[near, i, band, 1]
                # As many numbers for as much of the sound, however many frames a step has.
                total *= size[i]
                power = power / total + _SILENCE
                root = root / total + np.sqrt(_SILENCE)
                # Rényi's entropy, in natural units; twice the window, less by log 2 for a sine.
                entropy = 2.0 * np.log(root / np.sqrt(power))
                score[i] = -_SHARPNESS * (entropy + _TO_SHORT * np.log(lengths[i]))
                highest = max(highest, score[i])
            _share_out(score, highest, weight[step, :, band])


@compiled
def _share_out(score, highest, weight):  # type: ignore[no-untyped-def]
    """Weights that sum to 1, the more decidedly the further scores are apart."""
    total = 0.0
    for i in range(len(score)):
        weight[i] = np.exp(score[i] - highest)
        total += weight[i]
    kept = 0.0
    for i in range(len(score)):
        weight[i] /= total
        if weight[i] < _LEAST:
            weight[i] = 0.0
        kept += weight[i]
    for i in range(len(score)):
        weight[i] /= kept
