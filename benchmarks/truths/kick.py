"""A kick drum: a low tone that falls, and the beater's click as partials that die at once.

Both are sums of sinusoids, so that scaling their frequencies transposes the drum exactly.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from benchmarks.truths.draws import draw
from benchmarks.truths.material import RATE, Material, Samples

_FIRST_S, _GAP_S, _HITS = 0.3, 0.6, 10
_FROM_HZ, _TO_HZ, _FALL_S, _DECAY_S = 170.0, 52.0, 0.028, 0.11
_CLICK_DECAY_S, _CLICKS = 0.004, 24
KICK_ONSETS = tuple(_FIRST_S + _GAP_S * index for index in range(_HITS))


def kick_hit(ratio: float, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """One hit, (time,), its frequencies multiplied by ``ratio``."""
    time = np.arange(round(0.45 * RATE)) / RATE
    bend = rng.uniform(0.9, 1.1)
    turns = _TO_HZ * bend * time + (_FROM_HZ - _TO_HZ) * bend * _FALL_S * (
        1 - np.exp(-time / _FALL_S)
    )
    body = np.sin(2 * np.pi * ratio * turns) * np.exp(-time / _DECAY_S)
    hertz = rng.uniform(700, 5000, size=_CLICKS)[:, None] * ratio
    phases = rng.uniform(0, 2 * np.pi, size=_CLICKS)[:, None]
    click = np.sin(2 * np.pi * hertz * time + phases).mean(axis=0)
    attack = np.clip(time / 0.0008, 0, 1) * np.clip((time[-1] - time) / 0.05, 0, 1)
    return np.asarray(attack * (0.5 * body + 0.35 * click * np.exp(-time / _CLICK_DECAY_S)))


def kick(semitones: int, *, seed: int = 0) -> Samples:
    """Ten hits, silence before each, (2, time)."""
    rng = draw("kick", seed)
    sound = np.zeros((2, round((_FIRST_S + _GAP_S * _HITS) * RATE)))
    for onset in KICK_ONSETS:
        hit = rng.uniform(0.7, 1.0) * kick_hit(2 ** (semitones / 12), rng)
        start = round(onset * RATE)
        sound[:, start : start + len(hit)] += np.array([[1.0], [0.9]]) * hit
    return sound.astype(np.float32)


def kick_material(seed: int = 0) -> Material:
    """The drum, with the times of its hits."""
    return Material(name="kick", kind="kick", render=partial(kick, seed=seed), onsets_s=KICK_ONSETS)
