"""How far a song is tuned from A = 440 Hz."""

from __future__ import annotations

import warnings

import numpy as np

from ctxaudio.analysis.load_librosa import load_librosa
from ctxaudio.sound.source import SoundSource

_HEARD_S = 60  # from the beginning; more changes little and takes long
_WINDOW, _HOP = 2048, 512  # samples, as librosa has them
_AT_A_TIME = 256  # windows


def tuning_cents(sound: SoundSource) -> float:
    """How far a sound is tuned from A = 440 Hz, judged by its first minute.

    Pitches are looked for part by part, and judged together as ``librosa.estimate_tuning`` does.

    Returns:
        Cents, from −50 to 50; of no meaning for a sound without a pitch.
    """
    librosa = load_librosa()
    n = min(_HEARD_S * sound.sample_rate, sound.n_samples)
    pitches, magnitudes = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sounds without a pitch
        for first in range(0, n // _HOP + 1, _AT_A_TIME):
            begin = first * _HOP - _WINDOW // 2
            end = begin + (min(_AT_A_TIME, n // _HOP + 1 - first) - 1) * _HOP + _WINDOW
            mono = sound.read(begin, min(end, n)).mean(axis=0)
            mono = np.pad(mono, (0, end - begin - len(mono)))
            pitch, magnitude = librosa.piptrack(
                y=mono, sr=sound.sample_rate, n_fft=_WINDOW, hop_length=_HOP, center=False
            )
            pitches.append(pitch[pitch > 0.0])
            magnitudes.append(magnitude[pitch > 0.0])
        pitch, magnitude = np.concatenate(pitches), np.concatenate(magnitudes)
        loud = magnitude >= np.median(magnitude)
        return 100.0 * float(librosa.pitch_tuning(pitch[loud]))
