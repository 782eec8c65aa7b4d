"""Percussion: a song apart into its drums, which have no pitch, and the rest.

Above some 250 Hz, a drum is tall and thin in a spectrogram where a note is long and flat: medians
over time and over frequency tell them apart (Fitzgerald, "Harmonic/percussive separation using
median filtering", 2010), with a longer window where partials are close (Driedger, Müller & Disch,
"Extending harmonic-percussive separation of audio signals", 2014). Below, a kick is as long as a
note is, and :mod:`ctxaudio.analysis.low_drums` follows what dies away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import scipy.signal
from scipy.ndimage import median_filter, uniform_filter1d

from ctxaudio.analysis.clicks import find_clicks
from ctxaudio.analysis.low_drums import LowRange, low_drums
from ctxaudio.sound.source import Divided, SoundSource, Without
from ctxaudio.sound.stored import StoredSound

_CROSSING_HZ = (4500.0, 5500.0)  # from one mask to the other
_POWER = 2.0  # of the masks: Wiener's
_FAVOUR = 2.0  # of notes over drums, where both could be
_AROUND_S = 1.0  # over which it is judged whether anything has a pitch
_STEADY = (0.5, 0.7)  # share of what is as loud for a while: noise has less than a chord
_PART_S, _MARGIN_S = 3.0, 0.8  # taken at a time, and what beside it has a say
_SILENCE = 1e-9


class _Mask(NamedTuple):
    """A pair of medians."""

    window_s: float
    time_s: float
    band_hz: float
    clear: float  # times the median over the band, that a note's is at least
    pitched: tuple[float, float]  # share of what is clear: nothing has a pitch, and something has

    def hop(self, rate: int) -> int:
        """Samples of a quarter of the window."""
        return max(1, round(self.window_s * rate / 4))


_BELOW = _Mask(4096 / 44_100, 0.3, 200.0, 4.0, (0.1, 0.4))
_ABOVE = _Mask(1024 / 44_100, 0.2, 1000.0, 4.0, (0.05, 0.25))


def split_drums(song: SoundSource) -> tuple[SoundSource, SoundSource]:
    """The drums and the rest, which add up to the song to the last rounding.

    >>> from ctxaudio import Sound
    >>> time_s = np.arange(22_050) / 44_100
    >>> drums, rest = split_drums(Sound(0.5 * np.sin(2 * np.pi * 440 * time_s)[None], 44_100))
    >>> bool(np.abs(drums.read(4_000, 18_050)).max() < 0.005)
    True
    """
    drums = StoredSound(song.sample_rate, song.n_channels)
    peak = song.peak
    if peak == 0.0 or song.n_samples < _BELOW.window_s * song.sample_rate:  # too short to tell
        for block in song.blocks():
            drums.append(np.zeros_like(block))
    else:
        for part in _find_drums(Divided(song, peak)):
            drums.append((peak * part).astype(np.float32))
    return drums, Without(song, drums)


def _find_drums(song: SoundSource) -> Iterator[np.ndarray]:
    """The drums of a song of full scale 1, a part (channel, time) after the other."""
    rate, n_samples = song.sample_rate, song.n_samples
    low = LowRange(song)
    below = low_drums(low, find_clicks(song))
    n, margin = round(_PART_S * rate), round(_MARGIN_S * rate)
    for start in range(0, n_samples, n):
        end = min(start + n, n_samples)
        first, last = max(start - margin, 0), min(end + margin, n_samples)
        high = song.read(first, last) - low.raised(low.samples, first, last)
        found = low.raised(below, start, end)
        for mask, rising in ((_BELOW, False), (_ABOVE, True)):
            # Frames are those of the whole song, wherever a part begins.
            left = -first % mask.hop(rate)
            part = _percussive(high[:, left:].astype(np.float32), rate, mask, rising=rising)
            found += part[:, start - first - left :][:, : end - start]
        yield found


def _percussive(samples: np.ndarray, rate: int, mask: _Mask, *, rising: bool) -> np.ndarray:
    """What is percussive above the crossing, or below it."""
    first, last = _CROSSING_HZ
    hop = mask.hop(rate)
    window = 4 * hop
    hz = np.fft.rfftfreq(window, 1.0 / rate)
    share = np.clip((hz - first) / (last - first), 0.0, 1.0)
    share = share if rising else 1.0 - share
    if not share.any():
        return np.zeros_like(samples)
    framing = {"fs": rate, "nperseg": window, "noverlap": window - hop}
    _, _, spectra = scipy.signal.stft(samples, **framing)  # (channel, bin, frame)
    level = np.sqrt((np.abs(spectra) ** 2).sum(axis=0))
    bins = np.flatnonzero(share)
    used = slice(bins[0], bins[-1] + 1)
    over_time = median_filter(level[used], (1, round(mask.time_s * rate / hop) | 1))
    over_band = median_filter(level[used], (round(mask.band_hz * window / rate) | 1, 1))
    ours, theirs = over_band**_POWER, over_time**_POWER
    power = level[used] ** 2 * share[used, None]
    near = round(_AROUND_S * rate / hop) | 1

    def part(of_power: np.ndarray) -> np.ndarray:
        some = uniform_filter1d(of_power.sum(axis=0), near)
        return np.asarray(some / (uniform_filter1d(power.sum(axis=0), near) + _SILENCE))

    clear = part(np.where(over_time > mask.clear * over_band, power, 0.0))
    steady = part(np.minimum(over_time**2 * share[used, None], power))
    theirs *= _FAVOUR * np.maximum(_between(clear, *mask.pitched), _between(steady, *_STEADY))
    spectra[:, used] *= share[used, None] * ours / (ours + theirs + _SILENCE**_POWER)
    spectra[:, : used.start] = 0.0
    spectra[:, used.stop :] = 0.0
    _, made = scipy.signal.istft(spectra, **framing)
    return np.asarray(made[:, : samples.shape[1]], np.float32)


def _between(values: np.ndarray, first: float, last: float) -> np.ndarray:
    """0 up to the first, 1 from the last on."""
    return np.clip((values - first) / (last - first), 0.0, 1.0)
