"""Twelve sustained notes between 80 and 1500 Hz, nine sampled and three additive."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from benchmarks.truths.additive import Voice, synthesise, voice_partials
from benchmarks.truths.draws import draw
from benchmarks.truths.material import Material, Samples
from benchmarks.truths.pieces import Part, Piece
from benchmarks.truths.score import Note, key_of

_SECONDS = 3.0
_SAMPLED = (  # name, General MIDI program, note
    ("organ", 19, "E2"),
    ("cello", 42, "G2"),
    ("bassoon", 70, "Bb2"),
    ("choir", 52, "A3"),
    ("accordion", 21, "C4"),
    ("clarinet", 71, "D4"),
    ("trumpet", 56, "G4"),
    ("strings", 48, "A4"),
    ("flute", 73, "G5"),
)
_ADDITIVE = (  # name, voice, note
    ("low", Voice(rolloff=0.8, level=0.1, attack_s=0.05, pan=0.4, spread=0.3), "F2"),
    ("stiff", Voice(rolloff=1.2, level=0.15, stiffness=2e-4, attack_s=0.05, pan=0.6), "E4"),
    ("whistle", Voice(rolloff=2.0, level=0.2, attack_s=0.05, vibrato_cents=8, pan=0.5), "F#6"),
)


def _hertz(note: str) -> float:
    return float(440.0 * 2 ** ((key_of(note) - 69) / 12))


def _render_additive(name: str, semitones: int, *, seed: int = 0) -> Samples:
    voice, note = next((voice, note) for label, voice, note in _ADDITIVE if label == name)
    notes = [Note(0.0, _SECONDS, key_of(note))]
    partials = voice_partials(voice, notes, beat_s=1.0, rng=draw(name, seed))
    return synthesise(partials, seconds=_SECONDS, semitones=semitones)


def additive_tones(seed: int = 0) -> list[Material]:
    """The three tones that need no SoundFont."""
    return [
        Material(
            name=f"tone-{name}",
            kind="tone",
            render=partial(_render_additive, name, seed=seed),
            fundamental_hz=_hertz(note),
        )
        for name, _, note in _ADDITIVE
    ]


def sustained_tones(renderer: Callable[[Piece, int], Samples], seed: int = 0) -> list[Material]:
    """All twelve tones, 3 s each."""
    sampled = []
    for name, program, note in _SAMPLED:
        part = Part(program=program, line=f"{note}:3", velocity=90)
        piece = Piece(name=f"tone-{name}", beat_s=_SECONDS / 3, seconds=_SECONDS, parts=(part,))
        sampled.append(
            Material(
                name=piece.name,
                kind="tone",
                render=partial(renderer, piece),
                fundamental_hz=_hertz(note),
            )
        )
    return sampled + additive_tones(seed)
