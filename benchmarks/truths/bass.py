"""Bass notes: long periods that begin at once, out of silence."""

from __future__ import annotations

from functools import partial

from benchmarks.truths.additive import Voice, synthesise, voice_partials
from benchmarks.truths.draws import draw
from benchmarks.truths.material import Material, Samples
from benchmarks.truths.score import Note

_KEYS = (40, 43, 33, 45, 38, 35, 41, 36, 47, 31)  # MIDI, E2 first
_GAP_S, _NOTE_S, _FIRST_S = 0.8, 0.55, 0.3
_PLUCKED = Voice(
    ratios=tuple(float(n) for n in range(1, 21)),
    rolloff=1.2,
    stiffness=8e-5,
    level=0.25,
    decay_s=0.5,
    attack_s=0.003,
    spread=0.1,
)
BASS_ONSETS = tuple(_FIRST_S + _GAP_S * index for index in range(len(_KEYS)))


def bass_notes(semitones: int, *, seed: int = 0, lasting_s: float = _NOTE_S) -> Samples:
    """Ten plucked notes between G1 and B2, (2, time); silence before each, or none."""
    rng = draw("bass", seed)
    keys = rng.integers(30, 48, size=len(_KEYS)) if seed else _KEYS
    notes = [Note(onset, lasting_s, int(key)) for onset, key in zip(BASS_ONSETS, keys, strict=True)]
    partials = voice_partials(_PLUCKED, notes, beat_s=1.0, rng=rng)
    seconds = _FIRST_S + _GAP_S * len(_KEYS)
    return synthesise(partials, seconds=seconds, semitones=semitones)


def bass_material(seed: int = 0) -> list[Material]:
    """Notes out of silence, with the times of their attacks; and a line without gaps."""
    return [
        Material(
            name="bass-notes",
            kind="bass",
            render=partial(bass_notes, seed=seed),
            onsets_s=BASS_ONSETS,
        ),
        Material(
            name="bass-line",
            kind="bass",
            render=partial(bass_notes, seed=seed, lasting_s=_GAP_S),
        ),
    ]
