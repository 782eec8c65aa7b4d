"""Pitches that move fast: a vibrato of ±100 cents at 7 Hz, and glissandi."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.truths.draws import draw
from benchmarks.truths.harmonics import Vector, clock, ends_faded, sing
from benchmarks.truths.material import Material, Samples

_SECONDS = 5.0
_GAINS = np.array([[0.1], [0.08]])


def _rolled(number: int, hertz: Vector) -> float:  # noqa: ARG001
    # even harmonics are faint: an octave up, those of an unshifted tone would pass for the truth's
    return (1.0 if number % 2 else 0.1) / number


def wide_vibrato_hz(*, seed: int = 0) -> Vector:
    """Pitch of a tone that swings ±100 cents at 7 Hz."""
    rng = draw("wide vibrato", seed)
    middle = rng.uniform(150, 350) if seed else 220.0
    swing = np.sin(2 * np.pi * 7.0 * clock(_SECONDS) + rng.uniform(0, 2 * np.pi))
    return np.asarray(middle * 2 ** (swing / 12))


def glissando_hz(*, seed: int = 0, down: bool = False) -> Vector:
    """Pitch of a tone that glides an octave and a fifth up, in 1.6 s, and back."""
    rng = draw("glissando", seed)
    low = rng.uniform(90, 180) if seed else 130.0
    place = clock(_SECONDS) - 0.5
    rise = np.clip(place / 1.6, 0, 1) - np.clip((place - 2.1) / 1.6, 0, 1)
    smooth = rise * rise * (3 - 2 * rise)
    return np.asarray(low * 2 ** (19 / 12 * (1 - smooth if down else smooth)))


def wide_vibrato(semitones: int, *, seed: int = 0) -> Samples:
    """The swinging tone, (2, time)."""
    pitch, rng = wide_vibrato_hz(seed=seed), draw("wide vibrato phases", seed)
    tone = sing(pitch, _rolled, semitones=semitones, rng=rng) * ends_faded(clock(_SECONDS))
    return (_GAINS * tone).astype(np.float32)


def glissando(semitones: int, *, seed: int = 0) -> Samples:
    """One tone that glides up and down, (2, time)."""
    pitch, rng = glissando_hz(seed=seed), draw("glissando phases", seed)
    tone = sing(pitch, _rolled, semitones=semitones, rng=rng) * ends_faded(clock(_SECONDS))
    return (_GAINS * tone).astype(np.float32)


def crossing_glissandi(semitones: int, *, seed: int = 0) -> Samples:
    """Two tones whose glides cross, one to each side, (2, time)."""
    rng, sound = draw("crossing phases", seed), np.zeros((2, len(clock(_SECONDS))))
    for down, gains in ((False, (0.09, 0.04)), (True, (0.04, 0.09))):
        pitch = glissando_hz(seed=seed, down=down)
        tone = sing(pitch, _rolled, semitones=semitones, rng=rng) * ends_faded(clock(_SECONDS))
        sound += np.array(gains)[:, None] * tone
    return sound.astype(np.float32)


def glide_material(seed: int = 0) -> list[Material]:
    """The vibrato and the two glissandi; the first two state their pitch."""
    return [
        Material(
            name="vibrato-7hz",
            kind="vibrato-wide",
            render=partial(wide_vibrato, seed=seed),
            pitch_hz=partial(wide_vibrato_hz, seed=seed),
        ),
        Material(
            name="glissando",
            kind="glissando",
            render=partial(glissando, seed=seed),
            pitch_hz=partial(glissando_hz, seed=seed),
        ),
        Material(
            name="crossing-glissandi",
            kind="glissando",
            render=partial(crossing_glissandi, seed=seed),
        ),
    ]
