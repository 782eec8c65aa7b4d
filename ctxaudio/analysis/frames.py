"""Frames: which samples the generator and the memory look at, and when."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view

from ctxaudio.sound.source import SoundSource

WINDOW_S = 4096 / 44_100  # seconds; long enough to part the partials of a chord
INPUT_WINDOW_S = 2048 / 44_100  # seconds; half of that, for what comes in live
OVERLAP = 8  # frames that cover each sample
SLOTS = 16  # short levels that are measured in each hop


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameConfig:
    """Frame t is centred on sample ``t * hop`` and is ``window`` samples long."""

    hop: int = 512  # samples
    window: int = 4096  # samples

    def __post_init__(self) -> None:
        if self.hop <= 0 or self.hop % SLOTS:
            raise ValueError(f"hop must be a positive multiple of {SLOTS}, got {self.hop}.")
        if self.window != OVERLAP * self.hop:
            raise ValueError(f"window must be {OVERLAP} hops ({self.hop}), got {self.window}.")

    @classmethod
    def for_rate(cls, sample_rate: int, window_s: float = WINDOW_S) -> FrameConfig:
        """A window that lasts about as long, 93 ms, and has a fast Fourier transform.

        >>> FrameConfig.for_rate(44_100)
        FrameConfig(hop=512, window=4096)
        """
        slots = scipy.fft.next_fast_len(round(sample_rate * window_s / OVERLAP / SLOTS), real=True)
        hop = SLOTS * slots
        return cls(hop=hop, window=OVERLAP * hop)

    def n_frames(self, n_samples: int) -> int:
        """Number of frames that are centred inside a sound of ``n_samples``."""
        return (n_samples - 1) // self.hop + 1


@cache
def hann(n: int) -> np.ndarray:
    """Periodic Hann window of n samples, float32, its centre at sample n // 2; read only."""
    window = (0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(n) / n)).astype(np.float32)
    window.flags.writeable = False
    return window


def cut(samples: np.ndarray, centres: np.ndarray, window: int) -> np.ndarray:
    """Windows of ``samples`` (channel, time) around ``centres``: (channel, frame, window).

    What lies outside the sound is zero.
    """
    starts = centres - window // 2
    first, last = int(starts.min()), int(starts.max()) + window
    n = samples.shape[1]
    inside = samples[:, max(first, 0) : max(min(last, n), 0)]
    left = min(max(-first, 0), last - first)
    right = last - first - left - inside.shape[1]
    padded = np.pad(inside, ((0, 0), (left, right))) if left or right else inside
    return sliding_window_view(padded, window, axis=1)[:, starts - first]


def frame_power(sound: SoundSource, centres: np.ndarray, window: int) -> np.ndarray:
    """Power of frames under a Hann window, summed over channels, (frame,) float64.

    In the scale of :func:`ctxaudio.analysis.energy.energy`: a sine of amplitude a has a²/4.
    """
    starts = centres - window // 2
    first, end = int(starts.min()), int(starts.max()) + window
    squares = np.sum(sound.read(first, end).astype(np.float64) ** 2, axis=0)
    taper = hann(window).astype(np.float64) ** 2 / (0.75 * window)
    return np.array([squares[start : start + window] @ taper for start in starts - first])
