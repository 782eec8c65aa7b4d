"""The log-frequency axis, on which a pitch shift is a translation, and the bands that share it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from rnn.compiled import compiled

REFERENCE_HZ = 440.0  # semitone 0
_ABOVE_ST = 2.5  # semitones above the highest band's centre, up to the Nyquist frequency


def hz_to_semitones(frequency_hz: np.ndarray | float) -> np.ndarray | float:
    """Pitch in semitones above 440 Hz.

    >>> float(hz_to_semitones(880.0))
    12.0
    """
    return 12.0 * np.log2(np.asarray(frequency_hz) / REFERENCE_HZ)


class BandAxis(NamedTuple):
    """Where the bands lie, for compiled code."""

    lowest: float  # centre of the lowest band, semitones above 440 Hz
    width: float  # semitones from band to band


@dataclass(frozen=True, slots=True, kw_only=True)
class BandConfig:
    """Bands of equal width in semitones, on a grid of ``grid_cents``."""

    n_bands: int = 24
    lowest_hz: float = 30.0
    highest_hz: float = 19_000.0
    grid_cents: float = 10.0
    smoothing_cents: float = 25.0  # standard deviation

    def __post_init__(self) -> None:
        if self.n_bands < 2:
            raise ValueError(f"n_bands must be at least 2, got {self.n_bands}.")
        if not 0.0 < self.lowest_hz < self.highest_hz:
            raise ValueError(
                f"lowest_hz must lie between 0 and highest_hz ({self.highest_hz}), "
                f"got {self.lowest_hz}."
            )
        if not 0.0 < self.grid_cents <= self.smoothing_cents:
            raise ValueError(
                f"grid_cents must lie between 0 and smoothing_cents ({self.smoothing_cents}), "
                f"got {self.grid_cents}."
            )

    @classmethod
    def for_rate(cls, sample_rate: int) -> BandConfig:
        """Bands that end below the Nyquist frequency, also of versions a little higher."""
        return cls(highest_hz=min(cls().highest_hz, 0.43 * sample_rate))

    @property
    def centres(self) -> np.ndarray:
        """Centre of each band, semitones above 440 Hz, shape (band,); read only."""
        return _centres(self)

    @property
    def axis(self) -> BandAxis:
        """Where the bands lie, for compiled code."""
        lowest, second = self.centres[:2]
        return BandAxis(float(lowest), float(second - lowest))

    @property
    def grid(self) -> np.ndarray:
        """The log-frequency axis, semitones above 440 Hz, shape (point,); read only."""
        return _grid(self)

    @property
    def shares(self) -> np.ndarray:
        """How much of each grid point belongs to each band, shape (point, band).

        Triangles that overlap by half and sum to 1: what is known for bands is known for every
        pitch between them by linear interpolation with the same weights. What is above the highest
        centre is all in the highest band.
        """
        centres = self.centres
        inside = np.minimum(self.grid, centres[-1])
        distance = np.abs(inside[:, None] - centres) / (centres[1] - centres[0])
        return np.maximum(0.0, 1.0 - distance).astype(np.float32)


# A song has thousands of blocks of frames, each of which asks where the bands are.
@cache
def _centres(config: BandConfig) -> np.ndarray:
    centres = np.linspace(
        hz_to_semitones(config.lowest_hz), hz_to_semitones(config.highest_hz), config.n_bands
    )
    centres.flags.writeable = False
    return centres


@cache
def _grid(config: BandConfig) -> np.ndarray:
    lowest, highest = config.centres[[0, -1]]
    n_points = int(np.floor((highest + _ABOVE_ST - lowest) * 100.0 / config.grid_cents)) + 1
    grid = np.asarray(lowest + np.arange(n_points) * config.grid_cents / 100.0)
    grid.flags.writeable = False
    return grid


def smooth(values: np.ndarray, config: BandConfig) -> np.ndarray:
    """Smooth (frame, point) along the log-frequency axis, by a Gaussian cut at three deviations."""
    sigma = config.smoothing_cents / config.grid_cents
    side = np.arange(int(3.0 * sigma + 0.5) + 1)
    weights = np.exp(-0.5 * (side / sigma) ** 2)
    weights /= weights[0] + 2.0 * weights[1:].sum()
    out = np.empty_like(values)
    _convolve(values, weights.astype(values.dtype), out)
    return out


@compiled
def _convolve(values, weights, out):  # type: ignore[no-untyped-def]
    """Convolve rows with weights that are the same on both sides, the middle first."""
    n_frames, n_points = values.shape
    reach = len(weights) - 1
    padded = np.zeros(n_points + 2 * reach, values.dtype)
    for frame in range(n_frames):
        row = out[frame]
        for i in range(n_points):
            padded[reach + i] = values[frame, i]
            row[i] = weights[0] * values[frame, i]
        for away in range(1, reach + 1):
            weight = weights[away]
            below, above = padded[reach - away :], padded[reach + away :]
            for i in range(n_points):
                row[i] += weight * (below[i] + above[i])


@compiled
def at_pitch(values, semitones, axis):  # type: ignore[no-untyped-def]
    """Values (band,) at a pitch, by linear interpolation; past the ends, the end's value."""
    band = (semitones - axis.lowest) / axis.width
    band = min(max(band, 0.0), len(values) - 1.000001)
    left = int(band)
    share = band - left
    return (1.0 - share) * values[left] + share * values[left + 1]
