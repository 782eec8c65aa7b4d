"""Shifters that are Python packages."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.peer import fit
from benchmarks.truths.material import Samples
from ctxaudio.analysis.load_librosa import load_librosa


def signalsmith(samples: Samples, rate: int, semitones: float) -> Samples:
    """Signalsmith Stretch with its default preset."""
    from python_stretch.Signalsmith import Stretch

    stretch = Stretch(0)  # its seed
    stretch.preset(len(samples), rate)
    stretch.setTransposeSemitones(semitones)
    stretch.setTimeFactor(1.0)
    shifted = stretch.process(np.ascontiguousarray(samples))
    return fit(np.asarray(shifted, dtype=np.float32), samples.shape[1])


def librosa_shift(samples: Samples, rate: int, semitones: float) -> Samples:
    """The phase vocoder and resampling of librosa, with its defaults."""
    shifted = load_librosa().effects.pitch_shift(samples, sr=rate, n_steps=semitones)
    return fit(np.asarray(shifted, dtype=np.float32), samples.shape[1])


def pedalboard_shift(samples: Samples, rate: int, semitones: float) -> Samples:
    """The PitchShift plug-in of pedalboard."""
    import pedalboard

    board = pedalboard.PitchShift(semitones=semitones)
    return fit(board(samples, rate), samples.shape[1])


def bungee_shift(samples: Samples, rate: int, semitones: float) -> Samples:
    """Bungee, a phase vocoder, with its defaults."""
    from bungee_python.bungee import Bungee

    shifted = Bungee(rate, len(samples)).pitch_shift(np.ascontiguousarray(samples.T), semitones)
    return fit(np.asarray(shifted, dtype=np.float32).T, samples.shape[1])
