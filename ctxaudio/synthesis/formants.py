"""Formants: what moves to a place where the envelope is another becomes as loud as it is there.

A partial at f moves to f r. If the envelope E of its frame moves by another ratio than the pitch,
it is where E was elsewhere, and its level changes by E(x) / E(f), with x the frequency that the
envelope's displacement carries to f r. Where both move alike, x = f, and nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.envelope import AXIS, N_POINTS, POINTS_PER_SEMITONE, envelope, fundamental
from ctxaudio.memory.field import Field
from ctxaudio.synthesis.transport import FieldRows

MOST_DB = 40.0  # by which anything is made louder: a valley that becomes a peak is not deeper

_POINTS = AXIS.lowest + np.arange(N_POINTS) * AXIS.width  # semitones above 440 Hz


class Envelopes(NamedTuple):
    """The envelopes of frames."""

    levels: np.ndarray  # (frame, point) dB, on the envelope's axis
    fundamental_hz: np.ndarray  # (frame,) 0 where there is none

    @property
    def voiced(self) -> np.ndarray:
        """(frame,) whether there is a fundamental."""
        return self.fundamental_hz > 0.0

    @classmethod
    def of(cls, windows: np.ndarray, sample_rate: float) -> Envelopes:
        """Of frames that are windows (channel, frame, window) of samples, not windowed."""
        fundamental_hz = fundamental(windows, sample_rate)
        return cls(envelope(windows, sample_rate, fundamental_hz), fundamental_hz)

    @classmethod
    def joined(cls, parts: Sequence[Envelopes]) -> Envelopes:
        """Of consecutive frames that were looked at in parts."""
        return cls(*map(np.concatenate, zip(*parts, strict=True)))

    def rows(self, frames: slice) -> Envelopes:
        """Some of the frames."""
        return Envelopes(self.levels[frames], self.fundamental_hz[frames])


def formant_gain(
    levels: np.ndarray, displacement: np.ndarray, of_envelope: np.ndarray, bands: BandConfig
) -> np.ndarray:
    """Gain in dB of what moves with its envelope or apart from it, by where it comes from.

    Args:
        levels: (frame, point) dB of the envelopes, on their axis.
        displacement: (frame, band) semitones that sound moves.
        of_envelope: (frame, band) semitones that its envelope moves.

    Returns:
        (frame, point), on the envelope's axis.
    """
    gain = np.empty_like(levels)
    centres = bands.centres
    for row, level, moves, carries in zip(gain, levels, displacement, of_envelope, strict=True):
        to = _POINTS + np.interp(_POINTS, centres, moves)
        # Displacements change little from band to band: two steps lead to what is carried there.
        of = to - np.interp(to, centres, carries)
        of = to - np.interp(of, centres, carries)
        row[:] = _at(level, of) - level
    return np.minimum(gain, MOST_DB)


class Rows(NamedTuple):
    """A field for these frames, as the kernels take it."""

    partials: FieldRows
    noise: FieldRows
    sung: np.ndarray  # (frame,) whether all that seems noise is to be taken for partials


def rows_of(field: Field, envelopes: Envelopes | None, bands: BandConfig) -> Rows:
    """The field for partials and for noise.

    Where there is no fundamental, noise has an envelope and no pitch: it goes where the envelope
    goes, as it is. In a voice it is breath, or upper harmonics that swing too fast to be told from
    it, and moves as they do. Downwards there is no room for all of a stretch of noise; so that no
    harmonic is lost it counts as partials there.

    Args:
        field: one row a frame.
        envelopes: of those frames, where the field has one; nothing else asks for them.
        bands: of the field.
    """
    displacement, gain = (np.asarray(part, np.float64) for part in (field.displacement, field.gain))
    rows = FieldRows(displacement, gain, bands.axis, np.zeros((len(gain), 0)), AXIS)
    if field.envelope is None or envelopes is None:
        return Rows(rows, rows, np.zeros(len(gain), np.bool_))
    carried = np.asarray(field.envelope, np.float64)
    louder = formant_gain(envelopes.levels, displacement, carried, bands)
    voiced = envelopes.voiced[:, None]
    noise = rows._replace(
        displacement=np.where(voiced, displacement, carried),
        formant_gain=np.where(voiced, louder, 0.0),
    )
    sung = envelopes.voiced & (displacement.mean(axis=1) < 0.0)
    return Rows(rows._replace(formant_gain=louder), noise, sung)


def _at(level: np.ndarray, semitones: np.ndarray) -> np.ndarray:
    """Values (point,) of an envelope at some pitches; past the ends, the end's value."""
    return np.interp((semitones - AXIS.lowest) * POINTS_PER_SEMITONE, np.arange(N_POINTS), level)
