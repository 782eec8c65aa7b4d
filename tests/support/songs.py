"""Songs whose key, tuning and tempo are known."""

from __future__ import annotations

import numpy as np

from ctxaudio import Sound

RATE = 22_050
BEAT_S = 0.5
# Roots of the chords above the tonic, and whether they are minor; four beats each.
_CHORDS = {
    "major": ((0, False), (9, True), (5, False), (7, False), (0, False)),
    "minor": ((0, True), (8, False), (5, True), (7, False), (0, True)),
}


def in_key(tonic, mode, *, cents=0.0, seed=0):
    """Ten seconds of bass, chords and a melody in a key (semitones above C), 120 beats a minute."""
    rng = np.random.default_rng(seed)
    n_beat = round(BEAT_S * RATE)
    samples = np.zeros(4 * len(_CHORDS[mode]) * n_beat)
    for bar, (root, is_minor) in enumerate(_CHORDS[mode]):
        third = 3 if is_minor else 4
        chord = [root, root + third, root + 7]
        for beat in range(4):
            notes = [36 + root, *(60 + note for note in chord), 72 + chord[rng.integers(3)]]
            begin = (4 * bar + beat) * n_beat
            for note in notes:
                pitch = note + tonic + cents / 100.0
                samples[begin : begin + n_beat] += _note(440.0 * 2.0 ** ((pitch - 69) / 12))
    return Sound((0.05 * samples)[None].astype(np.float32), RATE)


def _note(hz):
    time_s = np.arange(round(BEAT_S * RATE)) / RATE
    fade = np.minimum(1.0, time_s / 0.01) * np.exp(-4.0 * time_s)
    fade *= np.clip((BEAT_S - time_s) / 0.02, 0.0, 1.0)
    partials = [n for n in range(1, 7) if n * hz < 0.45 * RATE]
    return fade * sum(np.sin(2 * np.pi * n * hz * time_s) / n for n in partials)
