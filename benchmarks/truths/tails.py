"""Reverberation: short chords that die away for seconds, far below what is loud.

A room answers each partial of a chord with modes a hertz or so away, which fade unevenly. It stays
the same room when higher notes are played in it: partials are scaled, the distances to modes not.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.truths.additive import Partials, Voice, synthesise, voice_partials
from benchmarks.truths.draws import draw
from benchmarks.truths.material import Material, Samples
from benchmarks.truths.score import Note

_CHORDS, _GAP_S = ((50, 57, 62, 66), (48, 55, 64, 67)), 4.5
_MODES, _SPREAD_HZ, _DECAY_S = 4, 1.5, 0.38  # of the amplitude: 60 dB in 2.6 s
_STAB = Voice(
    ratios=(1.0, 2.0, 3.0, 4.0, 6.0, 8.0),
    level=0.04,
    attack_s=0.004,
    decay_s=_DECAY_S,
    rolloff=0.9,
    spread=0.5,
)
TAIL_ONSETS = tuple(0.2 + _GAP_S * index for index in range(len(_CHORDS)))
TAIL_S = 4.2


def tail_partials(semitones: int, *, seed: int = 0) -> Partials:
    """The partials of both chords, transposed, as the room answers them."""
    rng = draw("tails", seed)
    move = int(rng.integers(-4, 5)) if seed else 0
    notes = [
        Note(onset, TAIL_S, key + move)
        for onset, chord in zip(TAIL_ONSETS, _CHORDS, strict=True)
        for key in chord
    ]
    dry = voice_partials(_STAB, notes, beat_s=1.0, rng=rng)
    room = Partials(*(np.repeat(column, _MODES) for column in dry))
    count = len(room.phase)
    return room._replace(
        frequency_hz=room.frequency_hz * 2 ** (semitones / 12)
        + rng.uniform(-_SPREAD_HZ, _SPREAD_HZ, count),
        pan=rng.uniform(0, 1, count),
        phase=rng.uniform(0, 2 * np.pi, count),
    )


def tails(semitones: int, *, seed: int = 0) -> Samples:
    """Two chords that die away, (2, time)."""
    seconds = TAIL_ONSETS[-1] + _GAP_S
    return synthesise(tail_partials(semitones, seed=seed), seconds=seconds)


def tail_material(seed: int = 0) -> Material:
    """The chords, with the times they begin."""
    return Material(
        name="reverb-tails",
        kind="tails",
        render=partial(tails, seed=seed),
        onsets_s=TAIL_ONSETS,
        lasting_s=TAIL_S,
    )
