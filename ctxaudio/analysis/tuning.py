"""How far a song is tuned from A = 440 Hz."""

from __future__ import annotations

import warnings

import numpy as np

from ctxaudio.analysis.heard import RATE, heard_parts
from ctxaudio.analysis.load_librosa import load_librosa
from ctxaudio.sound.source import SoundSource

_HEARD_S = 60  # from the beginning; more changes little and takes long
_WINDOW = 8192  # samples: bins of 2.7 Hz, between which a pitch is placed to a part of a cent
_LOWEST_HZ, _HIGHEST_HZ = 80.0, 1000.0  # below bins are too wide, above partials too sharp
# The mean of unit vectors at all angles is 0, at one angle 1. Pitches of a real song reach .7 and
# more, drums and noise .1.
_LEAST_AGREEMENT = 0.2


def tuning_cents(sound: SoundSource) -> float:
    """How far a sound is tuned from A = 440 Hz, judged by its first minute.

    The pitches are those that ``librosa.piptrack`` finds. Their mean is one of directions: a
    semitone is a whole turn, so that what lies around half a semitone is not torn apart.

    Returns:
        Cents, from −50 to 50; 0 where pitches do not agree, as of drums alone.
    """
    librosa = load_librosa()
    total, weight = 0.0 + 0.0j, 0.0
    for part in heard_parts(sound, _HEARD_S):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that are shorter than a window
            pitches, levels = librosa.piptrack(
                y=part, sr=RATE, n_fft=_WINDOW, fmin=_LOWEST_HZ, fmax=_HIGHEST_HZ
            )
        found = pitches > 0.0
        octaves = np.log2(pitches[found] / 440.0)
        total += complex((levels[found] * np.exp(2j * np.pi * 12.0 * octaves)).sum())
        weight += float(levels[found].sum())
    if abs(total) <= _LEAST_AGREEMENT * weight:
        return 0.0
    return float(np.angle(total)) * 100.0 / (2.0 * np.pi)
