"""Noise by bands: drawn anew, as loud in each band and moment as it is asked to be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.frames import hann
from ctxaudio.analysis.sinusoids import HEARD_DB
from rnn.compiled import compiled

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
    drawn = rng.standard_normal((n_looks, 1 + n_channels, n_bins, 2), dtype=np.float32)
    spectra = np.zeros((n_channels, n_looks, n_bins, 2), np.float32)
    scale = np.sqrt(1.0 / (_POWER * _SUM_OF_SQUARES * 2.0))
    amplitude = np.where(level_db > HEARD_DB, 10.0 ** (level_db / 20.0), 0.0) * scale
    _shape(drawn, amplitude, likeness, hertz, sample_rate / window, spectra)
    made = np.fft.irfft(spectra.view(np.complex64)[..., 0], window) * hann(window)
    made[:, np.arange(window) < opens[:, None]] = 0.0
    out = np.zeros((n_channels, n_looks * step + window), np.float32)
    out[:, :window] = state.tail
    # Of all windows, which lie side by side; what began first is added first, as in parts.
    for quarter in reversed(range(_OVERLAP)):
        begin = quarter * step
        out[:, begin : begin + n_looks * step] += made[..., begin : begin + step].reshape(
            n_channels, -1
        )
    n_done = n_looks * step
    return out[:, :n_done], NoiseState(out[:, n_done:].copy())


@compiled
def _shape(drawn, amplitude, likeness, hertz, bin_hz, out):  # type: ignore[no-untyped-def]
    """Give each bin of what was drawn its amplitude, between bands in a straight line.

    Args:
        drawn: (look, 1 + channel, bin, 2) the common noise, and each channel's own.
        amplitude: (channel, look, band).
        likeness: (look, band).
        hertz: (look, band).
        out: (channel, look, bin, 2), zeros.
    """
    n_channels, n_looks, n_bands = amplitude.shape
    for look in range(n_looks):
        band = 0
        for k in range(out.shape[2]):
            at = k * bin_hz
            if at > hertz[look, n_bands - 1]:
                break
            while band < n_bands - 2 and at > hertz[look, band + 1]:
                band += 1
            wide = max(hertz[look, band + 1] - hertz[look, band], 1e-9)
            share = min(max((at - hertz[look, band]) / wide, 0.0), 1.0)
            alike = (1.0 - share) * likeness[look, band] + share * likeness[look, band + 1]
            common, own = np.sqrt(alike), np.sqrt(1.0 - alike)
            for channel in range(n_channels):
                here = amplitude[channel, look, band]
                size = here + share * (amplitude[channel, look, band + 1] - here)
                for part in range(2):
                    both = (
                        common * drawn[look, 0, k, part] + own * drawn[look, 1 + channel, k, part]
                    )
                    out[channel, look, k, part] = size * both
