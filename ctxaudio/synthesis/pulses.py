"""Pulses: a low voice is made by windows that part its harmonics.

A window that holds hardly more than two periods shows pulses, not harmonics. Between its harmonics
nothing is heard of a voice, but between its pulses neither: each of them is concentrated in a short
window, which then seems to be the best. But pulses that are moved by themselves stay as far apart
as they are, and what should be harmonics of another pitch has levels of none.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import scipy.fft

from ctxaudio.analysis.envelope import find_periods
from ctxaudio.analysis.frames import hann
from ctxaudio.synthesis.resolution import PADDING, Resolution

# In a window that parts a voice's harmonics. With fewer, low voices lose 1 to 3 dB; with more,
# middle ones lose as much, for the longer window is too long for their vibrato.
_PERIODS = 2.4

_LOWEST_HZ = 52.0  # of a fundamental that is looked for
_DEEP_HZ, _DULL_HZ = (
    45.0,
    1500.0,
)  # what is looked at: neither an offset nor swinging upper partials
_HIGHEST_HZ = 5500.0  # so much of which is left above that the rest is spared the work


def step_fundamentals(
    powers: tuple[np.ndarray, ...], n_steps: int, resolution: Resolution
) -> np.ndarray:
    """Fundamental in Hz of each step, (step,), 0 where there is none.

    The autocorrelation of a frame is the inverse Fourier transform of its power spectrum, which is
    known; divided by the window's own, its highest peak is the period (Boersma 1993, see
    :func:`ctxaudio.analysis.envelope.fundamental`). The window is half of the memory's: shorter
    ones hold too few periods, in longer ones a vibrato blurs them.

    Args:
        powers: by window, (frame, bin) of the steps.
        n_steps: how many.
    """
    window = resolution.base + 1
    found = np.zeros(n_steps)
    shortest = resolution.windows[-1] / resolution.sample_rate
    if window == len(resolution.windows) or shortest * _LOWEST_HZ >= _PERIODS:
        return found  # whatever it is, no window is too short for it
    each = len(powers[window]) // n_steps
    size, rate, n_lags, taper, weights = _lags(resolution.windows[window], resolution.sample_rate)
    alike = scipy.fft.irfft(powers[window][::each, : len(weights)] * weights, size)[:, :n_lags]
    find_periods(alike.astype(np.float64) / taper, rate, found)
    return found


@cache
def _lags(window: int, sample_rate: int) -> tuple[int, float, int, np.ndarray, np.ndarray]:
    """How a window's powers become an autocorrelation at fewer lags.

    Returns:
        The size of the transform, lags a second, how many of them, the window's own
        autocorrelation (lag,), and what powers are multiplied by (bin,).
    """
    bin_hz = sample_rate / (PADDING * window)
    n_bins = min(round(_HIGHEST_HZ / bin_hz), PADDING * window // 2)
    size = scipy.fft.next_fast_len(2 * n_bins, real=True)
    size += size % 2
    rate = size * bin_hz
    n_lags = int(rate / _LOWEST_HZ) + 2
    spectrum = np.abs(scipy.fft.rfft(hann(window), PADDING * window)) ** 2
    own = scipy.fft.irfft(spectrum)  # at every sample
    taper = np.interp(np.arange(n_lags) / rate * sample_rate, np.arange(window), own[:window])
    hz = np.arange(n_bins) * bin_hz
    weights = (hz > _DEEP_HZ) / (1.0 + (hz / _DULL_HZ) ** 4)
    return size, rate, n_lags, taper / taper[0], weights


def resolved(weight: np.ndarray, fundamental_hz: np.ndarray, resolution: Resolution) -> np.ndarray:
    """The weights, those of windows that do not part a voice's harmonics given to longer ones.

    Args:
        weight: (step, window, band): how much of each range each window makes.
        fundamental_hz: (step,), 0 where there is none.
    """
    weight = weight.copy()
    for i in range(len(resolution.windows) - 1, resolution.base, -1):
        periods = resolution.windows[i] / resolution.sample_rate * fundamental_hz
        short = (periods > 0.0) & (periods < _PERIODS)
        weight[short, i - 1] += weight[short, i]
        weight[short, i] = 0.0
    return weight
