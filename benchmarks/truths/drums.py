"""A drum set alone and under a piece of music, all of it scaled alike.

A snare's and a cymbal's noise is a crowd of dying partials, so that scaling them transposes it
exactly.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.truths.additive import piece_partials, synthesise
from benchmarks.truths.draws import draw
from benchmarks.truths.harmonics import Vector
from benchmarks.truths.kick import kick_hit
from benchmarks.truths.material import RATE, Material, Samples

_STEP_S, _STEPS, _FIRST_S = 0.25, 32, 0.25
_PIECE = "strings-and-melody"
DRUM_ONSETS = tuple(_FIRST_S + _STEP_S * step for step in range(_STEPS))


def _crowd(
    time: Vector, low_hz: float, high_hz: float, *, ratio: float, rng: np.random.Generator
) -> Vector:
    hertz = rng.uniform(low_hz, high_hz, size=160)[:, None] * ratio
    phases = rng.uniform(0, 2 * np.pi, size=160)[:, None]
    return np.asarray(np.sin(2 * np.pi * hertz * time + phases).sum(axis=0) / np.sqrt(160))


def _snare(ratio: float, rng: np.random.Generator) -> Vector:
    time = np.arange(round(0.22 * RATE)) / RATE
    skin = np.sin(2 * np.pi * 190 * ratio * time) + 0.6 * np.sin(2 * np.pi * 330 * ratio * time)
    wires = _crowd(time, 900, 8500, ratio=ratio, rng=rng)
    struck = 0.3 * skin * np.exp(-time / 0.06) + 0.5 * wires * np.exp(-time / 0.05)
    return np.asarray(struck * np.clip(time / 0.0006, 0, 1) * np.clip((0.22 - time) / 0.03, 0, 1))


def _hat(ratio: float, rng: np.random.Generator) -> Vector:
    time = np.arange(round(0.09 * RATE)) / RATE
    metal = _crowd(time, 5000, 9500, ratio=ratio, rng=rng) * np.exp(-time / 0.018)
    return np.asarray(metal * np.clip(time / 0.0004, 0, 1) * np.clip((0.09 - time) / 0.02, 0, 1))


def drums(semitones: int, *, seed: int = 0) -> Samples:
    """Eight seconds and a half of kick, snare and hi-hat, (2, time)."""
    rng, ratio = draw("drums", seed), 2 ** (semitones / 12)
    sound = np.zeros((2, round((_FIRST_S + _STEP_S * (_STEPS + 1)) * RATE)))
    for step, onset in enumerate(DRUM_ONSETS):
        struck = [(0.3 * _hat(ratio, rng), (0.7, 1.0))]
        if step % 4 == 2:
            struck.append((0.35 * _snare(ratio, rng), (1.0, 0.9)))
        elif step % 4 == 0 or step % 8 == 5:
            struck.append((kick_hit(ratio, rng), (1.0, 1.0)))
        start = round(onset * RATE)
        for hit, gains in struck:
            end = min(start + len(hit), sound.shape[1])
            sound[:, start:end] += 0.6 * np.array(gains)[:, None] * hit[: end - start]
    return sound.astype(np.float32)


def drums_and_music(semitones: int, *, seed: int = 0) -> Samples:
    """The same with strings, bass and a melody over it, (2, time)."""
    beaten = drums(semitones, seed=seed)
    seconds = beaten.shape[1] / RATE
    music = synthesise(piece_partials(_PIECE, seed), seconds=seconds, semitones=semitones)
    return (0.7 * (beaten + music)).astype(np.float32)


def drum_material(seed: int = 0) -> list[Material]:
    """Drums alone, with the times of their hits; and with music."""
    return [
        Material(
            name="drums",
            kind="drums",
            render=partial(drums, seed=seed),
            onsets_s=DRUM_ONSETS,
        ),
        Material(name="drums-and-music", kind="mix", render=partial(drums_and_music, seed=seed)),
    ]
