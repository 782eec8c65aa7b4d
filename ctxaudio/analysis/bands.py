"""Energy on a log-frequency axis, and the bands that share it out.

On this axis a pitch shift is a translation. Energy is put where its instantaneous frequency is
(reassignment: Auger & Flandrin 1995), so a partial is a narrow ridge whatever the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.fft
import scipy.ndimage

from ctxaudio.analysis.frames import cut
from ctxaudio.sound.samples import Sound
from rnn.compiled import compiled

REFERENCE_HZ = 440.0  # semitone 0


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
        """Centre of each band, semitones above 440 Hz, shape (band,)."""
        return np.linspace(
            hz_to_semitones(self.lowest_hz), hz_to_semitones(self.highest_hz), self.n_bands
        )

    @property
    def axis(self) -> BandAxis:
        """Where the bands lie, for compiled code."""
        lowest, second = self.centres[:2]
        return BandAxis(float(lowest), float(second - lowest))

    @property
    def grid(self) -> np.ndarray:
        """The log-frequency axis, semitones above 440 Hz, shape (point,)."""
        lowest, highest = self.centres[[0, -1]]
        n_points = int(np.floor((highest - lowest) * 100.0 / self.grid_cents)) + 1
        return lowest + np.arange(n_points) * self.grid_cents / 100.0

    @property
    def shares(self) -> np.ndarray:
        """How much of each grid point belongs to each band, shape (point, band).

        Triangles that overlap by half and sum to 1: what is known for bands is known for every
        pitch between them by linear interpolation with the same weights.
        """
        centres = self.centres
        distance = np.abs(self.grid[:, None] - centres) / (centres[1] - centres[0])
        return np.maximum(0.0, 1.0 - distance).astype(np.float32)


def energy(
    sound: Sound,
    centres: np.ndarray,
    window: int,
    config: BandConfig,
    displacement: np.ndarray | None = None,
    full_scale: float = 1.0,
) -> np.ndarray:
    """Energy of frames on the log-frequency grid, summed over channels.

    Args:
        centres: sample that each frame is centred on, (frame,).
        window: length of a frame in samples.
        displacement: (band,) semitones; energy is put that much lower than it is, so that a
            version is laid over the song that it is a version of.
        full_scale: sample value that counts as 1.

    Returns:
        (frame, point) float32, not yet smoothed; a sine of amplitude a has energy a²/4 in all.
    """
    spectrum = scipy.fft.rfft(cut(sound.samples, centres, window) / np.float32(full_scale))
    out = np.zeros((len(centres), len(config.grid)), dtype=np.float32)
    offsets = np.zeros(config.n_bands) if displacement is None else displacement
    bins = np.maximum(np.arange(spectrum.shape[2]), 1) * (sound.sample_rate / window)
    _deposit(
        spectrum,
        np.asarray(hz_to_semitones(bins)),
        # A Hann window's transform is window / 2 high and carries 1.5 times its peak's power.
        1.0 / (1.5 * (window / 2.0) ** 2),
        100.0 / config.grid_cents,
        config.axis,
        np.asarray(offsets, dtype=np.float64),
        out,
    )
    return out


def smooth(values: np.ndarray, config: BandConfig) -> np.ndarray:
    """Smooth (frame, point) along the log-frequency axis."""
    sigma = config.smoothing_cents / config.grid_cents
    return scipy.ndimage.gaussian_filter1d(values, sigma, axis=1, mode="constant", truncate=3.0)


@compiled
def at_pitch(values, semitones, axis):  # type: ignore[no-untyped-def]
    """Values (band,) at a pitch, by linear interpolation; past the ends, the end's value."""
    band = (semitones - axis.lowest) / axis.width
    band = min(max(band, 0.0), len(values) - 1.000001)
    left = int(band)
    share = band - left
    return (1.0 - share) * values[left] + share * values[left + 1]


@compiled
def _deposit(  # type: ignore[no-untyped-def]
    spectrum, bin_semitones, scale, per_semitone, axis, offsets, out
):
    """Add each bin's power to the two grid points beside its instantaneous frequency.

    The spectrum is of unwindowed frames. In it a Hann window is the weights -1/4, 1/2, -1/4 of
    neighbouring bins, and the window's derivative is their difference.
    """
    n_channels, n_frames, n_bins = spectrum.shape
    n_points = out.shape[1]
    for frame in range(n_frames):
        for k in range(1, n_bins - 1):
            power = np.float32(0.0)
            turning = np.float32(0.0)
            for channel in range(n_channels):
                below = spectrum[channel, frame, k - 1]
                above = spectrum[channel, frame, k + 1]
                x = np.float32(0.5) * spectrum[channel, frame, k] - np.float32(0.25) * (
                    below + above
                )
                slope = below - above
                power += x.real * x.real + x.imag * x.imag
                turning += slope.real * x.real + slope.imag * x.imag
            if power <= 0.0:
                continue
            # Auger & Flandrin: w = w_k - Im(X_derivative / X), here in bins. Further away than
            # the main lobe is wide it is no reassignment but noise in a spectral valley.
            offset = np.float32(0.25) * turning / power
            if offset > 2.0 or offset < -2.0 or k + offset <= 0.5:
                continue
            ratio = offset / k
            if k < 32:
                octaves = np.log2(1.0 + ratio)
            else:  # off by less than 0.01 cents, and much faster
                octaves = 1.4426950408889634 * ratio * (1.0 - ratio * (0.5 - ratio / 3.0))
            semitones = bin_semitones[k] + 12.0 * octaves
            semitones -= at_pitch(offsets, semitones, axis)
            position = (semitones - axis.lowest) * per_semitone
            if position < 0.0 or position >= n_points - 1:
                continue
            point = int(position)
            share = position - point
            out[frame, point] += (1.0 - share) * power * scale
            out[frame, point + 1] += share * power * scale
