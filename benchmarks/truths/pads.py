"""Detuned pads: two voices a few cents apart, which beat. Scaled, they beat faster or slower.

The voices have odd harmonics only: shifted by an octave, none falls where another was, and an
unshifted sound has nothing where it is looked for.
"""

from __future__ import annotations

from functools import partial

from benchmarks.truths.additive import Voice, synthesise, voice_partials
from benchmarks.truths.draws import draw
from benchmarks.truths.material import Material, Samples
from benchmarks.truths.score import Note

_KEYS, _NOTE_S, _GAP_S = (57, 60, 64), 4.0, 0.2
_DETUNED = 0.25  # semitones between the two voices
_PAD = Voice(ratios=(1.0, 3.0, 5.0), rolloff=1.0, level=0.12, attack_s=0.2, spread=0.0)
PAD_ONSETS = tuple(index * (_NOTE_S + _GAP_S) for index in range(len(_KEYS)))


def _keys(seed: int) -> list[int]:
    move = int(draw("pads", seed).integers(-3, 4)) if seed else 0
    return [key + move for key in _KEYS]


def pad_hz(seed: int = 0) -> tuple[float, ...]:
    """The notes' frequencies, in the middle of their two voices."""
    return tuple(440.0 * 2 ** ((key + _DETUNED / 2 - 69) / 12) for key in _keys(seed))


def pads(semitones: int, *, seed: int = 0) -> Samples:
    """Three notes one after another, 4 s each, (2, time)."""
    rng = draw("pad phases", seed)
    sounds = []
    for detuned in (0.0, _DETUNED):
        notes = [
            Note(onset, _NOTE_S, key) for onset, key in zip(PAD_ONSETS, _keys(seed), strict=True)
        ]
        partials = voice_partials(_PAD, notes, beat_s=1.0, rng=rng)
        partials = partials._replace(frequency_hz=partials.frequency_hz * 2 ** (detuned / 12))
        seconds = PAD_ONSETS[-1] + _NOTE_S + _GAP_S
        sounds.append(synthesise(partials, seconds=seconds, semitones=semitones))
    return sounds[0] + sounds[1]


def pad_material(seed: int = 0) -> Material:
    """The pads, with their frequencies and times."""
    return Material(
        name="detuned-pads",
        kind="pads",
        render=partial(pads, seed=seed),
        onsets_s=PAD_ONSETS,
        tones_hz=pad_hz(seed),
        lasting_s=_NOTE_S,
    )
