"""WORLD, a vocoder for a lone voice: pitch, envelope and breath taken apart and put together."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.peer import Prepared, fit
from benchmarks.truths.material import Samples

_LOWEST_HZ, _HIGHEST_HZ = 60.0, 2200.0  # of pitches looked for


def prepare_world(samples: Samples, rate: int, *, keep_formants: bool) -> Prepared:
    """Each channel is taken apart once; of music it makes what a vocoder makes of it."""
    import pyworld

    apart = []
    for channel in samples.astype(np.float64):
        pitch_hz, times = pyworld.harvest(channel, rate, f0_floor=_LOWEST_HZ, f0_ceil=_HIGHEST_HZ)
        envelope = pyworld.cheaptrick(channel, pitch_hz, times, rate)
        apart.append((pitch_hz, envelope, pyworld.d4c(channel, pitch_hz, times, rate)))

    def shift(semitones: float) -> Samples:
        ratio, sounds = 2 ** (semitones / 12), []
        for pitch_hz, envelope, breath in apart:
            if not keep_formants:
                envelope, breath = _stretched(envelope, ratio), _stretched(breath, ratio)
            sounds.append(pyworld.synthesize(pitch_hz * ratio, envelope, breath, rate))
        return fit(np.array(sounds, dtype=np.float32), samples.shape[1])

    return shift


def _stretched(frames: np.ndarray, ratio: float) -> np.ndarray:
    """(frame, bin) with what was at a frequency moved to ``ratio`` times that."""
    bins = np.arange(frames.shape[1])
    moved = [np.interp(bins / ratio, bins, frame) for frame in frames]
    return np.ascontiguousarray(moved)
