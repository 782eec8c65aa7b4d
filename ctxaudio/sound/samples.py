"""Sounds: samples and their rate."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from ctxaudio.errors import DataError

MIN_RATE, MAX_RATE = 8_000, 192_000  # Hz
MAX_CHANNELS = 8

_BLOCK = 1 << 16  # samples digested at a time


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Samples (channel, time), float32, full scale ±1, at ``sample_rate`` Hz.

    >>> Sound(np.zeros((2, 441)), 44_100)
    Sound(2 channels, 441 samples, 44100 Hz)

    Raises:
        DataError: if there are no samples, too many channels, a rate outside 8 to 192 kHz, or
            a value that is not finite.
    """

    samples: np.ndarray
    sample_rate: int

    def __post_init__(self) -> None:
        samples = np.asarray(self.samples)
        if samples.ndim != 2:
            raise DataError(f"samples must have shape (channel, time), got {samples.shape}.")
        n_channels, n_samples = samples.shape
        if n_samples == 0:
            raise DataError("there are no samples in it.")
        if not 1 <= n_channels <= MAX_CHANNELS:
            raise DataError(
                f"expected 1 to {MAX_CHANNELS} channels, got {n_channels}. "
                "Did you pass (time, channel), as soundfile returns it?"
            )
        check_rate(self.sample_rate)
        with np.errstate(over="ignore"):
            samples = np.ascontiguousarray(samples, dtype=np.float32)
        if not np.isfinite(samples).all():
            channel, time = np.argwhere(~np.isfinite(samples))[0]
            raise DataError(
                f"expected finite samples, got {samples[channel, time]} at sample {time} of "
                f"channel {channel + 1}. The file is damaged or not what its header says."
            )
        object.__setattr__(self, "samples", samples)

    def __repr__(self) -> str:
        n_channels, n_samples = self.samples.shape
        return f"Sound({n_channels} channels, {n_samples} samples, {self.sample_rate} Hz)"

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.samples.shape[1] / self.sample_rate

    def fingerprint(self) -> str:
        """A digest of rate and samples: equal for equal sound, whatever file it came from."""
        digest = hashlib.sha256(repr((self.samples.shape, self.sample_rate)).encode())
        for start in range(0, self.samples.shape[1], _BLOCK):
            # +0.0 and -0.0 are the same sound.
            block = self.samples[:, start : start + _BLOCK] + np.float32(0.0)
            digest.update(block.tobytes())
        return digest.hexdigest()


def check_rate(sample_rate: float) -> None:
    """Refuse what is no sample rate.

    Raises:
        DataError: if it lies outside 8 to 192 kHz.
    """
    if not MIN_RATE <= sample_rate <= MAX_RATE:
        raise DataError(
            f"expected a sample rate of {MIN_RATE} to {MAX_RATE} Hz, got {sample_rate}."
        )
