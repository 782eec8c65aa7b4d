"""Formants: what moves to a place where the envelope is another becomes as loud as it is there.

A partial at f moves to f r. If the envelope E of its frame moves by another ratio than the pitch,
it is where E was elsewhere, and its level changes by E(x) / E(f), with x the frequency that the
envelope's displacement carries to f r. Where both move alike, x = f, and nothing changes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.envelope import AXIS, N_POINTS, POINTS_PER_SEMITONE, envelope, fundamental

MOST_DB = 40.0  # by which anything is made louder: a valley that becomes a peak is not deeper

_POINTS = AXIS.lowest + np.arange(N_POINTS) * AXIS.width  # semitones above 440 Hz


class FormantGain(NamedTuple):
    """How much louder what moves becomes, by where it comes from."""

    gain: np.ndarray  # (frame, point) dB, on the envelope's axis
    voiced: np.ndarray  # (frame,) whether there is a fundamental


def formant_gain(
    windows: np.ndarray,
    sample_rate: float,
    displacement: np.ndarray,
    of_envelope: np.ndarray,
    bands: BandConfig,
) -> FormantGain:
    """Gain of what moves with its envelope or apart from it.

    Args:
        windows: (channel, frame, window) samples, not windowed.
        displacement: (frame, band) semitones that sound moves.
        of_envelope: (frame, band) semitones that its envelope moves.
    """
    fundamental_hz = fundamental(windows, sample_rate)
    levels = envelope(windows, sample_rate, fundamental_hz)
    gain = np.empty_like(levels)
    centres = bands.centres
    for row, level, moves, carries in zip(gain, levels, displacement, of_envelope, strict=True):
        to = _POINTS + np.interp(_POINTS, centres, moves)
        # Displacements change little from band to band: two steps lead to what is carried there.
        of = to - np.interp(to, centres, carries)
        of = to - np.interp(of, centres, carries)
        row[:] = _at(level, of) - level
    return FormantGain(np.minimum(gain, MOST_DB), fundamental_hz > 0.0)


def _at(level: np.ndarray, semitones: np.ndarray) -> np.ndarray:
    """Values (point,) of an envelope at some pitches; past the ends, the end's value."""
    return np.interp((semitones - AXIS.lowest) * POINTS_PER_SEMITONE, np.arange(N_POINTS), level)
