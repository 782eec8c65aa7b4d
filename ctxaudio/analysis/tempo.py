"""How fast a song is."""

from __future__ import annotations

import warnings

import numpy as np

from ctxaudio.analysis.heard import RATE, heard_parts
from ctxaudio.analysis.load_librosa import load_librosa
from ctxaudio.sound.source import SoundSource

_HEARD_S = 240  # from the beginning
_AT_A_TIME = 1000  # rises, those of 23 s


def tempo_bpm(sound: SoundSource) -> float | None:
    """Beats a minute, as ``librosa.feature.tempo`` finds them; None where nothing begins."""
    librosa = load_librosa()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that are shorter than a window
        rises = np.concatenate(
            [librosa.onset.onset_strength(y=part, sr=RATE) for part in heard_parts(sound, _HEARD_S)]
        )
    if rises.max(initial=0.0) <= 0.0:
        return None
    # A tempogram has hundreds of numbers for each rise: its mean is taken part by part.
    parts = np.array_split(rises, -(-len(rises) // _AT_A_TIME))
    sums = [librosa.feature.tempogram(onset_envelope=part, sr=RATE).sum(axis=1) for part in parts]
    mean = np.sum(sums, axis=0) / len(rises)
    return float(librosa.feature.tempo(tg=mean[:, None], sr=RATE)[0])
