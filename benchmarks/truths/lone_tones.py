"""Sines one at a time, from 20 Hz to 20 kHz: is each still there, as loud, and in tune?"""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.truths.draws import draw
from benchmarks.truths.material import RATE, Material, Samples

TONE_S, _FIRST_S, _GAP_S = 1.5, 0.2, 0.3
_FADE_S = 0.02
_LEVEL = 0.2
_OCTAVES = 11
LONE_ONSETS = tuple(_FIRST_S + (TONE_S + _GAP_S) * index for index in range(_OCTAVES))


def lone_hz(seed: int = 0) -> tuple[float, ...]:
    """The tones' frequencies: octaves from 20 Hz, and 20 kHz."""
    rng = draw("lone tones", seed)
    nominal = np.minimum(20.0 * 2 ** np.arange(_OCTAVES), 20000.0)
    bend = rng.uniform(0, 0.9, size=_OCTAVES) if seed else np.zeros(_OCTAVES)
    return tuple(float(hertz) for hertz in np.minimum(nominal * 2**bend, 20000.0))


def lone_tones(semitones: int, *, seed: int = 0) -> Samples:
    """The tones one after another, (2, time); those that leave 20 Hz to 20 kHz are left out."""
    seconds = LONE_ONSETS[-1] + TONE_S + _GAP_S
    sound = np.zeros((2, round(seconds * RATE)))
    time = np.arange(round(TONE_S * RATE)) / RATE
    fade = np.clip(np.minimum(time, time[-1] - time) / _FADE_S, 0, 1)
    for onset, nominal in zip(LONE_ONSETS, lone_hz(seed), strict=True):
        hertz = nominal * 2 ** (semitones / 12)
        if 20.0 <= hertz <= 20000.0:
            start = round(onset * RATE)
            tone = _LEVEL * np.sin(np.pi / 2 * fade) ** 2 * np.sin(2 * np.pi * hertz * time)
            sound[:, start : start + len(time)] += np.array([[1.0], [0.8]]) * tone
    return sound.astype(np.float32)


def lone_material(seed: int = 0) -> Material:
    """The tones, with their frequencies and times."""
    return Material(
        name="lone-tones",
        kind="lone",
        render=partial(lone_tones, seed=seed),
        onsets_s=LONE_ONSETS,
        tones_hz=lone_hz(seed),
        lasting_s=TONE_S,
    )
