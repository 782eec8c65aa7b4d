"""Noise by bands: drawn anew, as loud in each band and moment as it is asked to be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.frames import hann

_OVERLAP = 4  # looks that cover each sample
_SUM_OF_SQUARES = 1.5  # of Hann windows that overlap so
_POWER = 0.375  # mean square of a Hann window, through which levels were measured


class NoiseState(NamedTuple):
    """What of the noise before still sounds."""

    tail: np.ndarray  # (channel, window) from half a window before the next look on

    @classmethod
    def zeros(cls, n_channels: int, window: int) -> NoiseState:
        """Before any."""
        return cls(np.zeros((n_channels, window), np.float32))


def make_noise(
    level_db: np.ndarray,
    likeness: np.ndarray,
    hertz: np.ndarray,
    opens: np.ndarray,
    window: int,
    sample_rate: int,
    state: NoiseState,
    rng: np.random.Generator,
) -> tuple[np.ndarray, NoiseState]:
    """Noise of looks that are a quarter of a window apart.

    Args:
        level_db: (channel, look, band) of a bin of a Hann window, dB of full scale.
        likeness: (look, band) of the channels' noise, 0 to 1.
        hertz: (look, band) where the bands' centres are, ascending.
        opens: (look,) samples of each window that stay silent: an attack comes after them.
        window: samples.

    Returns:
        Samples (channel, look * window / 4), of which the first is half a window before the first
        look, and the state to go on from.
    """
    n_channels, n_looks, _ = level_db.shape
    step, n_bins = window // _OVERLAP, window // 2 + 1
    bins_hz = np.arange(n_bins) * (sample_rate / window)
    drawn = rng.standard_normal((n_looks, 1 + n_channels, n_bins, 2), dtype=np.float32)
    parts = drawn.view(np.complex64)[..., 0]
    out = np.zeros((n_channels, n_looks * step + window), np.float32)
    out[:, :window] = state.tail
    shape = hann(window)
    scale = np.sqrt(1.0 / (_POWER * _SUM_OF_SQUARES * 2.0))
    power = 10.0 ** (level_db / 10.0)
    for look in range(n_looks):
        alike = np.interp(bins_hz, hertz[look], likeness[look])
        common, own = np.sqrt(alike), np.sqrt(1.0 - alike)
        for channel in range(n_channels):
            amplitude = np.sqrt(np.interp(bins_hz, hertz[look], power[channel, look], right=0.0)) * scale
            noise = parts[look, 0] * common + parts[look, 1 + channel] * own
            made = np.fft.irfft(noise * amplitude, window).astype(np.float32) * shape
            made[: opens[look]] = 0.0
            out[channel, look * step : look * step + window] += made
    n_done = n_looks * step
    return out[:, :n_done], NoiseState(out[:, n_done:].copy())
