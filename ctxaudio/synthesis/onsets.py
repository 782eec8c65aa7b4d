"""Onsets: the moments at which something begins to sound, to a few milliseconds.

Where the amplitudes of the short frames' ranges rise the most. A moment too many does no harm: only
what does begin there takes notice of it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.ndimage import maximum_filter1d

from ctxaudio.synthesis.resolution import PADDING, Resolution
from rnn.compiled import compiled

N_NEAR = 8  # onsets that a step is told of
NEVER = -(2**62)  # sample of an onset that is none

_RISE = 2  # short frames before and after, between which a rise is measured
_NEAREST = 12  # short frames, about 35 ms: no two onsets are nearer
_SOFTEST = 1e-15  # amplitude that counts as none
_LEAST = 0.3  # of the level then, that a rise must be


class OnsetState(NamedTuple):
    """What the short frames before have left."""

    first: int  # step of the first of these
    amplitudes: np.ndarray  # (short frame, band)

    @classmethod
    def begin(cls, first: int, resolution: Resolution) -> OnsetState:
        """Before a step: silence."""
        back = _look_back(resolution)
        each = resolution.frames.hop // resolution.hops[-1]
        return cls(first - back, np.zeros((back * each, len(resolution.bands_hz))))


def _look_back(resolution: Resolution) -> int:
    """Steps in which an onset may lie that a step must know of."""
    return resolution.reach + _NEAREST


def near_onsets(
    power: np.ndarray, n_ready: int, resolution: Resolution, state: OnsetState
) -> tuple[np.ndarray, OnsetState]:
    """The onsets around each of the steps that are ready, (step, N_NEAR) samples.

    Args:
        power: (short frame, bin) of the shortest window, of the steps that are new.
        n_ready: how many steps are ready.
    """
    hop, step = resolution.hops[-1], resolution.frames.hop
    new = np.zeros((len(power), len(resolution.bands_hz)))
    bin_hz = resolution.sample_rate / (PADDING * resolution.windows[-1])
    _band_amplitudes(power, bin_hz, resolution.bands_hz, new)
    amplitudes = np.concatenate([state.amplitudes, new])
    near = np.full((n_ready, N_NEAR), NEVER, np.int64)
    if n_ready and len(amplitudes) > 2 * _RISE:
        back = _look_back(resolution)
        found = find_onsets(amplitudes, state.first * step // hop, hop)
        for row in range(n_ready):
            here = (state.first + back + row) * step
            latest = here + resolution.look_ahead * step - (_NEAREST + _RISE + 2) * hop
            some = found[(found >= here - resolution.longest // 2) & (found <= latest)]
            # The nearest ones, should there be more.
            some = some[np.argsort(np.abs(some - here), kind="stable")][:N_NEAR]
            near[row, : len(some)] = some
    each = step // hop
    return near, OnsetState(state.first + n_ready, amplitudes[n_ready * each :])


@compiled
def _band_amplitudes(power, bin_hz, bands_hz, out):  # type: ignore[no-untyped-def]
    n_frames, n_bins = power.shape
    for frame in range(n_frames):
        band = 0
        for k in range(n_bins):
            hz = k * bin_hz
            while band + 2 < len(bands_hz) and hz >= 0.5 * (bands_hz[band] + bands_hz[band + 1]):
                band += 1
            out[frame, band] += power[frame, k]
        for band in range(len(bands_hz)):
            out[frame, band] = np.sqrt(out[frame, band])


def find_onsets(amplitudes: np.ndarray, first: int, hop: int) -> np.ndarray:
    """Samples of the onsets among short frames, those near either end left out."""
    rise = np.maximum(amplitudes[2 * _RISE :] - amplitudes[: -2 * _RISE], 0.0).sum(axis=1)
    level = amplitudes.sum(axis=1)[_RISE:-_RISE]
    highest = maximum_filter1d(rise, 2 * _NEAREST + 1)
    around = maximum_filter1d(level, 2 * _NEAREST + 1)
    found = np.flatnonzero((rise == highest) & (rise > _LEAST * around) & (rise > _SOFTEST))
    found = found[(found >= _NEAREST) & (found < len(rise) - _NEAREST)]
    found = found[rise[found - 1] < rise[found]]  # of equal ones the first
    # Between frames: the highest point of a parabola through three of them.
    before, here, after = rise[found - 1], rise[found], rise[found + 1]
    bend = before - 2.0 * here + after
    offset = np.where(bend < 0.0, 0.5 * (before - after) / np.minimum(bend, -_SOFTEST), 0.0)
    return np.round((first + _RISE + found + offset) * hop).astype(np.int64)
