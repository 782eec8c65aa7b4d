"""WORLD, a vocoder for a lone voice: pitch, envelope and breath taken apart and put together."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.peer import fit
from benchmarks.truths.material import Samples


def world(samples: Samples, rate: int, semitones: float, *, keep_formants: bool) -> Samples:
    """Each channel by itself; of music it makes what a vocoder makes of it."""
    import pyworld

    ratio, sounds = 2 ** (semitones / 12), []
    for channel in samples.astype(np.float64):
        pitch_hz, times = pyworld.harvest(channel, rate, f0_floor=60.0, f0_ceil=2200.0)
        envelope = pyworld.cheaptrick(channel, pitch_hz, times, rate)
        breath = pyworld.d4c(channel, pitch_hz, times, rate)
        if not keep_formants:
            envelope, breath = (_stretched(frames, ratio) for frames in (envelope, breath))
        sounds.append(pyworld.synthesize(pitch_hz * ratio, envelope, breath, rate))
    return fit(np.array(sounds, dtype=np.float32), samples.shape[1])


def _stretched(frames: np.ndarray, ratio: float) -> np.ndarray:
    """(frame, bin) with what was at a frequency moved to ``ratio`` times that."""
    bins = np.arange(frames.shape[1])
    moved = [np.interp(bins / ratio, bins, frame) for frame in frames]
    return np.ascontiguousarray(moved)
