"""How far a song is tuned from A = 440 Hz."""

from __future__ import annotations

import warnings

from ctxaudio.analysis.load_librosa import load_librosa
from ctxaudio.sound.source import SoundSource

_HEARD_S = 60  # from the beginning; more changes little and takes long


def tuning_cents(sound: SoundSource) -> float:
    """How far a sound is tuned from A = 440 Hz, judged by its first minute.

    Returns:
        Cents, from −50 to 50; of no meaning for a sound without a pitch.
    """
    librosa = load_librosa()
    mono = sound.read(0, min(_HEARD_S * sound.sample_rate, sound.n_samples)).mean(axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sounds that are too short
        return 100.0 * float(librosa.estimate_tuning(y=mono, sr=sound.sample_rate))
