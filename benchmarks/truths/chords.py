"""Sustained low chords: partials a few hertz apart, which short windows cannot tell apart."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.truths.additive import Voice, synthesise, voice_partials
from benchmarks.truths.draws import draw
from benchmarks.truths.material import Material, Samples
from benchmarks.truths.score import Note

_SECONDS = 10.0
_ORGAN = Voice(
    ratios=tuple(float(n) for n in range(1, 17)),
    rolloff=1.0,
    level=0.05,
    attack_s=0.15,
    spread=0.5,
)
_CHORDS = ((28, 32, 35, 40), (31, 35, 38, 42), (24, 31, 36, 40), (26, 33, 36, 42))  # MIDI keys


def low_chords(semitones: int, *, seed: int = 0) -> Samples:
    """Four close chords between C1 and F#2, 2.5 s each, (2, time)."""
    rng = draw("chords", seed)
    order = rng.permutation(len(_CHORDS)) if seed else np.arange(len(_CHORDS))
    tuning = int(rng.integers(-2, 4)) if seed else 0
    notes = [
        Note(2.5 * place, 2.45, key + tuning)
        for place, index in enumerate(order)
        for key in _CHORDS[index]
    ]
    partials = voice_partials(_ORGAN, notes, beat_s=1.0, rng=rng)
    return synthesise(partials, seconds=_SECONDS, semitones=semitones)


def chord_material(seed: int = 0) -> Material:
    """The chords."""
    return Material(name="low-chords", kind="chords", render=partial(low_chords, seed=seed))
