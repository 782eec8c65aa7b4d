"""Sums of partials: transposed by scaling every frequency and touching nothing else.

A partial is a sinusoid of frequency f(t) = f (1 + e sin 2 pi v t) under an envelope. Its phase is
the integral, 2 pi f (t + e (1 - cos 2 pi v t) / (2 pi v)), so that scaling f transposes it
exactly, vibrato included, while envelope, pan and time stay what they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.truths.draws import draw
from benchmarks.truths.material import RATE, Material, Samples
from benchmarks.truths.score import Note, parse

Vector = npt.NDArray[np.float64]

# partials that land outside are left out of a sound, original or transposed; the metrics look at a
# narrower range, so that it is not this rule that they measure
LOWEST_HZ = 20.0
HIGHEST_OF_RATE = 0.45
_RELEASE = 0.04  # seconds


class Partials(NamedTuple):
    """Sinusoids of a sound, one entry each."""

    frequency_hz: Vector
    amplitude: Vector
    pan: Vector  # 0 left, 1 right
    onset_s: Vector
    duration_s: Vector
    attack_s: Vector
    decay_s: Vector  # time constant of the amplitude; inf sustains
    vibrato_hz: Vector
    vibrato_cents: Vector
    phase: Vector  # radians


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How the partials of a note follow from its key."""

    ratios: tuple[float, ...] = tuple(float(n) for n in range(1, 13))
    rolloff: float = 1.0  # amplitude falls as ratio ** -rolloff
    stiffness: float = 0.0  # inharmonicity B of a string: f_n = n f_0 sqrt(1 + B n^2)
    level: float = 1.0
    pan: float = 0.5
    spread: float = 0.0  # of the pan from partial to partial
    attack_s: float = 0.004
    decay_s: float = np.inf  # of the fundamental; partials above decay faster
    vibrato_hz: float = 5.0
    vibrato_cents: float = 0.0
    highest_hz: float = 8000.0


def voice_partials(
    voice: Voice, notes: list[Note], *, beat_s: float, rng: np.random.Generator
) -> Partials:
    """Partials of the notes of one voice; phases and pan spread are drawn from ``rng``."""
    rows = []
    for note in notes:
        fundamental = 440.0 * 2 ** ((note.key - 69) / 12)
        vibrato_hz = voice.vibrato_hz * rng.uniform(0.9, 1.1)
        for ratio in voice.ratios:
            frequency = fundamental * ratio * np.sqrt(1 + voice.stiffness * ratio**2)
            pan = np.clip(voice.pan + voice.spread * rng.uniform(-1, 1), 0, 1)
            phase = rng.uniform(0, 2 * np.pi)
            if frequency > voice.highest_hz:
                continue
            rows.append(
                (
                    frequency,
                    voice.level * ratio**-voice.rolloff,
                    pan,
                    note.onset * beat_s,
                    note.length * beat_s,
                    voice.attack_s,
                    voice.decay_s / np.sqrt(ratio),
                    vibrato_hz,
                    voice.vibrato_cents,
                    phase,
                )
            )
    return Partials(*np.array(rows, dtype=np.float64).reshape(-1, len(Partials._fields)).T)


def synthesise(partials: Partials, *, seconds: float, semitones: float = 0.0) -> Samples:
    """The sound of ``partials``, transposed by ``semitones``: (2, time) at :data:`RATE`."""
    sound = np.zeros((2, round(seconds * RATE)))
    for row in zip(*partials, strict=True):
        frequency, amplitude, pan, onset, duration, attack, decay, vibrato, cents, phase = row
        frequency = frequency * 2 ** (semitones / 12)
        if not LOWEST_HZ <= frequency <= HIGHEST_OF_RATE * RATE:
            continue
        start = round(onset * RATE)
        time = np.arange(min(round(duration * RATE), sound.shape[1] - start)) / RATE
        bent = time
        if cents:
            excursion, turns = cents * np.log(2) / 1200, 2 * np.pi * vibrato
            bent = time + excursion * (1 - np.cos(turns * time)) / turns
        wave = np.sin(2 * np.pi * frequency * bent + phase)
        if np.isfinite(decay):
            wave *= np.exp(-time / decay)
        wave *= amplitude
        # An envelope is 1 but for its ends.
        rising, falling = time < attack, duration - time < _RELEASE
        wave[rising] *= np.sin(np.pi / 2 * time[rising] / attack) ** 2
        wave[falling] *= np.sin(np.pi / 2 * (duration - time[falling]) / _RELEASE) ** 2
        sound[0, start : start + len(time)] += np.cos(np.pi / 2 * pan) * wave
        sound[1, start : start + len(time)] += np.sin(np.pi / 2 * pan) * wave
    return sound.astype(np.float32)


_STRING = Voice(stiffness=3e-4, rolloff=1.1, level=0.07, decay_s=0.9, pan=0.25, spread=0.1)
_BASS = Voice(stiffness=1e-4, rolloff=1.3, level=0.11, decay_s=1.6, pan=0.5)
_SINGER = Voice(rolloff=1.4, level=0.10, attack_s=0.05, pan=0.7, vibrato_hz=5.5, vibrato_cents=25)
_CHOIR = Voice(rolloff=1.2, level=0.05, attack_s=0.12, pan=0.4, spread=0.4, vibrato_cents=6)
_PEDAL = Voice(rolloff=1.6, level=0.09, attack_s=0.08, pan=0.6)
_BELL = Voice(
    ratios=(0.5, 1.0, 1.19, 1.5, 2.0, 2.74, 3.76, 5.4),
    rolloff=0.8,
    level=0.05,
    decay_s=0.8,
    pan=0.8,
    spread=0.2,
)

# seconds a beat, and a line of notes for every voice
_PIECES: dict[str, tuple[float, tuple[tuple[Voice, str], ...]]] = {
    "strings-and-melody": (
        0.5,
        (
            (
                _STRING,
                "E4+G4+C5:2 E4+G4+C5:2 F4+A4+C5:2 F4+A4+D5:2 D4+G4+B4:2 F4+G4+B4:2 E4+G4+C5:4",
            ),
            (_BASS, "C3:2 A2:2 F2:2 D3:2 G2:2 G2:2 C3:1 G2:1 C2:2"),
            (
                _SINGER,
                "-:1 G5:1 E5:.5 F5:.5 A5:2 -:.5 D5:.5 F5:1 B5:1.5 A5:.5 G5:1 D5:1 E5:1 C5:4",
            ),
        ),
    ),
    "choir-and-bells": (
        0.75,
        (
            (_CHOIR, "A3+E4+C5:3 F3+C4+A4:3 G3+D4+B4:2 A3+E4+C5:3"),
            (_PEDAL, "A2:3 F2:3 G2:2 A2:3"),
            (
                _BELL,
                "-:.5 A4:.5 E5:.5 C5:.5 B4:1 A5:.5 F4:.5 C5:1 F5:1 G4:.5 D5:.5 B5:1 E5:.5 A4:2",
            ),
        ),
    ),
}


def piece_partials(name: str, seed: int = 0) -> Partials:
    """Partials of the piece called ``name``; the same ones every time, in another key by a seed."""
    beat_s, scores = _PIECES[name]
    rng = draw(name, seed)
    move = int(rng.integers(-3, 4)) if seed else 0
    voices = [
        voice_partials(
            voice,
            [note._replace(key=note.key + move) for note in parse(line)],
            beat_s=beat_s,
            rng=rng,
        )
        for voice, line in scores
    ]
    return Partials(*(np.concatenate(columns) for columns in zip(*voices, strict=True)))


def _render_piece(name: str, semitones: int, *, seed: int = 0) -> Samples:
    return synthesise(piece_partials(name, seed), seconds=8.5, semitones=semitones)


def additive_pieces(seed: int = 0) -> list[Material]:
    """Two pieces of 8.5 s: inharmonic plucked chords under a vibrato melody; a choir with bells."""
    return [
        Material(name=name, kind="additive", render=partial(_render_piece, name, seed=seed))
        for name in _PIECES
    ]
