"""Which window is to sound: the one that needs the fewest numbers for what there is.

In each range of the spectrum and for about a tenth of a second, the spectra under every window are
compared by how concentrated their power is: Rényi's entropy of order 3 (Baraniuk, Flandrin, Janssen
& Michel 2001, "Measuring time-frequency information content using the Rényi entropies"). A
steady partial is most concentrated under the longest window, an attack under the shortest, a
vibrato somewhere between.
"""

from __future__ import annotations

from typing import NamedTuple
import os

import numpy as np

from ctxaudio.synthesis.resolution import PADDING, Resolution
from rnn.compiled import compiled

_CELL = int(os.environ.get('CELL','4'))  # steps before and after that are compared
_ERODE = float(os.environ.get('ERODE','0'))
LOOK_AHEAD = _CELL + 8  # steps after a step that decide about it, and as many before
_ORDER = 0.5
_SHARPNESS = float(os.environ.get("SHARP","12"))
_BIAS = float(os.environ.get("BIAS","0.3"))
_LEAST = 0.002
_FORGET = 1e-12  # in power of full scale; nothing is decided by what is softer


class Choice(NamedTuple):
    """What the steps before have left."""

    first: int  # step of the first of these
    sums: np.ndarray  # (step, window, band, 2)

    @classmethod
    def begin(cls, first: int, resolution: Resolution) -> Choice:
        """Before a step: silence."""
        n_windows, n_bands = resolution.allowed.shape
        return cls(first - LOOK_AHEAD, np.zeros((LOOK_AHEAD, n_windows, n_bands, 2)))


def band_sums(spectra, first: int, n_steps: int, resolution: Resolution) -> np.ndarray:
    """Sums of power, and of its cube, in each range: (step, window, band, 2)."""
    n_windows, n_bands = resolution.allowed.shape
    out = np.zeros((n_steps, n_windows, n_bands, 2))
    for i, power in enumerate(spectra.power):
        bin_hz = resolution.sample_rate / (PADDING * resolution.windows[i])
        hop = resolution.hops[i]
        step = resolution.frames.hop
        start = -(-first * step // hop)
        steps = (start + np.arange(len(power))) * hop // step - first
        _add_sums(power, steps, bin_hz, resolution.bands_hz, out[:, i], _ORDER)
    return out


@compiled
def _add_sums(power, steps, bin_hz, bands_hz, out, _ORDER):  # type: ignore[no-untyped-def]
    n_frames, n_bins = power.shape
    for frame in range(n_frames):
        band = 0
        for k in range(n_bins):
            hz = k * bin_hz
            while band + 2 < len(bands_hz) and hz >= bands_hz[band + 1]:
                band += 1
            share = (hz - bands_hz[band]) / (bands_hz[band + 1] - bands_hz[band])
            share = min(max(share, 0.0), 1.0)
            p = np.float64(power[frame, k])
            cube = np.sqrt(p)
            out[steps[frame], band, 0] += (1.0 - share) * p
            out[steps[frame], band, 1] += (1.0 - share) * cube
            out[steps[frame], band + 1, 0] += share * p
            out[steps[frame], band + 1, 1] += share * cube


def choose(
    sums: np.ndarray, resolution: Resolution, state: Choice
) -> tuple[np.ndarray, Choice]:
    """How much of each range each window makes, (step, window, band); sums to 1 over windows."""
    all_sums = np.concatenate([state.sums, sums])
    n_ready = max(len(all_sums) - 2 * LOOK_AHEAD, 0)
    weight = np.zeros((n_ready, *all_sums.shape[1:3]))
    lengths = np.array([span.length for span in resolution.spans])
    extra = LOOK_AHEAD - _CELL
    _weigh(all_sums[extra:], state.first + extra, lengths, resolution.allowed, weight, _ORDER, _SHARPNESS, _BIAS)
    return weight, Choice(state.first + n_ready, all_sums[n_ready:])


@compiled
def _weigh(sums, first, lengths, allowed, weight, _ORDER, _SHARPNESS, _BIAS):  # type: ignore[no-untyped-def]
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
                cube = 0.0
                total = 0.0
                for near in range(step, step + 2 * _CELL + 1):
                    if lengths[i] > 1.0 and (first + near) % int(lengths[i]) != 0:
                        continue
                    distance = (near - step - _CELL) / (_CELL + 1.0)
                    kernel = 0.5 + 0.5 * np.cos(np.pi * distance)
                    total += kernel
                    power += kernel * sums[near, i, band, 0]
                    cube += kernel * sums[near, i, band, 1]
                # Of a long window there are fewer frames, and some of the time one more or less.
                total *= max(lengths[i], 1.0)
                power = power / total + _FORGET
                score[i] = _SHARPNESS * (np.log((cube / total + 1e-60) / power**_ORDER) / (_ORDER - 1.0) - _BIAS * np.log(lengths[i]))
                highest = max(highest, score[i])
            total = 0.0
            for i in range(n_windows):
                weight[step, i, band] = np.exp(score[i] - highest)
                total += weight[step, i, band]
            # What makes next to nothing of it is spared the work.
            kept = 0.0
            for i in range(n_windows):
                weight[step, i, band] /= total
                if weight[step, i, band] < _LEAST:
                    weight[step, i, band] = 0.0
                kept += weight[step, i, band]
            for i in range(n_windows):
                weight[step, i, band] /= kept
