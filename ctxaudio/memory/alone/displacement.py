"""By how much versions of a song are displaced and louder, band by band, at some of its frames."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.features import Features
from ctxaudio.analysis.noise_bands import LOOKS
from ctxaudio.memory.alone.layout import Layout
from ctxaudio.memory.alone.squeezing import squeezed, unsqueezed

_STEP_ST, _STEP_DB = 5e-5, 0.02  # that are kept: at twelve times the context they are still small
EVERY = 8  # frames; what is between is between in value too
_AT_A_TIME = 512  # kept frames
_MOST = 1e3  # semitones or dB


class Displacement(NamedTuple):
    """Of one version, (kept frame, band)."""

    semitones: np.ndarray
    gain_db: np.ndarray

    def packed(self) -> bytes:
        """In few bytes."""
        steps = [
            np.diff(np.round(part / step).astype(np.int32), axis=0, prepend=0).T.ravel()
            for part, step in zip(self, (_STEP_ST, _STEP_DB), strict=True)
        ]
        return squeezed(np.zeros(0, np.uint8), np.concatenate(steps))

    @classmethod
    def unpacked(cls, data: bytes, n_frames: int, n_bands: int) -> Displacement:
        """Of a song of ``n_frames``.

        Raises:
            ValueError: if the data are none of it.
        """
        n_kept = len(kept_frames(n_frames))
        _, numbers = unsqueezed(data, 0, 2 * n_bands * n_kept)
        if len(numbers) != 2 * n_bands * n_kept:
            raise ValueError(f"a displacement has {len(numbers)} numbers")
        steps = np.cumsum(numbers.reshape(2, n_bands, n_kept), axis=2)
        found = cls(steps[0].T * _STEP_ST, steps[1].T * _STEP_DB)
        if max(np.abs(part).max() for part in found) > _MOST:
            raise ValueError(f"a version is displaced by more than {_MOST:g}")
        return found


def kept_frames(n_frames: int) -> np.ndarray:
    """Which of ``n_frames`` are kept: every eighth, and the last."""
    return np.append(np.arange(0, n_frames - 1, EVERY), n_frames - 1)


def displacement_of(song_is: Features, version: Features) -> Displacement:
    """How a version's features differ from the song's, at every eighth frame and the last."""
    kept = kept_frames(song_is.pitch.shape[0])
    pairs = (version.pitch, song_is.pitch), (version.level, song_is.level)
    found = []
    for first in range(0, len(kept), _AT_A_TIME):
        rows = kept[first : first + _AT_A_TIME]
        begin, end = int(rows[0]), int(rows[-1]) + 1
        found.append(
            [(theirs[begin:end] - ours[begin:end])[rows - begin] for theirs, ours in pairs]
        )
    return Displacement(*map(np.concatenate, zip(*found, strict=True)))


def at_frames(displacement: Displacement, begin: int, end: int, n_frames: int) -> Displacement:
    """The same for each frame from one to another of ``n_frames``."""
    place = np.minimum(np.arange(begin, end), n_frames - 1) / EVERY
    n_kept = len(displacement.semitones)
    left = np.minimum(place.astype(np.int64), n_kept - 1)
    right = np.minimum(left + 1, n_kept - 1)
    # The last one that is kept may be nearer.
    length = np.minimum(EVERY, np.maximum(n_frames - 1 - left * EVERY, 1)) / EVERY
    share = np.clip((place - left) / length, 0.0, 1.0)[:, None]
    return Displacement(
        *((1.0 - share) * part[left] + share * part[right] for part in displacement)
    )


def displaced(
    features: np.ndarray,
    moved: Displacement,
    bands: BandConfig,
    layout: Layout,
    noise_st: np.ndarray,
) -> dict[str, np.ndarray]:
    """By how much each part of features (frame, feature) is other than in the song.

    Args:
        moved: of these frames.
        noise_st: (band,) where the noise's bands are in the song, semitones above 440 Hz.
    """
    pitch = features[:, layout.parts["pitch"]]
    of_noise = np.broadcast_to(noise_st, (len(features), len(noise_st)))
    noise_db = _at(moved.gain_db, of_noise, bands)
    each = layout.n_channels * LOOKS
    return {
        "pitch": _at(moved.semitones, pitch, bands),
        "level": _at(moved.gain_db, pitch, bands),
        "noise": np.tile(noise_db, (1, each)),
        "noise_pitch": _at(moved.semitones, of_noise, bands),
    }


def _at(values: np.ndarray, semitones: np.ndarray, bands: BandConfig) -> np.ndarray:
    """Values (frame, band) at pitches (frame, place), between bands in a straight line."""
    lowest, width = bands.axis
    place = np.clip((semitones - lowest) / width, 0.0, bands.n_bands - 1)
    left = np.minimum(place.astype(np.int64), bands.n_bands - 2)
    share = place - left
    rows = np.arange(len(values))[:, None]
    return np.asarray((1.0 - share) * values[rows, left] + share * values[rows, left + 1])
