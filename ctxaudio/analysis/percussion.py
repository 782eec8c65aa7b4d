"""Percussion: a song apart into its drums, which have no pitch, and the rest.

Above some 250 Hz, a drum is tall and thin in a spectrogram where a note is long and flat: medians
over time and over frequency tell them apart (Fitzgerald, "Harmonic/percussive separation using
median filtering", 2010), with a longer window where partials are close (Driedger, Müller & Disch,
"Extending harmonic-percussive separation of audio signals", 2014). Below, a kick is as long as a
note is, and :mod:`ctxaudio.analysis.low_drums` follows what dies away.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.signal
from scipy.ndimage import maximum_filter1d, median_filter, uniform_filter1d

from ctxaudio.analysis.low_drums import low_drums, low_part
from ctxaudio.sound.samples import Sound

_CROSSING_HZ = (4500.0, 5500.0)  # from one mask to the other
_CLICKS_HZ = (1500, 2200, 3200, 4500, 6500, 9000, 12500, 18000)  # ranges that a click is in
_CLICK_HOP_S = 128 / 44_100  # of windows four times as long
_CLICK_LEAST = 0.25  # of the levels before and after, that a rise must be in the mean of ranges
_CLICK_FLOOR = 0.03  # of a range's loudest moment: a rise below counts less
_CLICK_NEAREST = 12  # hops between two clicks
_POWER = 2.0  # of the masks: Wiener's
_FAVOUR = 2.0  # of notes over drums, where both could be
_AROUND_S = 1.0  # over which it is judged whether anything has a pitch
_STEADY = (0.5, 0.7)  # share of what is as loud for a while: noise has less than a chord
_PART_S, _MARGIN_S = 16.0, 1.5  # taken at a time, and what beside it has a say
_SILENCE = 1e-9


class _Mask(NamedTuple):
    """A pair of medians."""

    window_s: float
    time_s: float
    band_hz: float
    clear: float  # times the median over the band, that a note's is at least
    pitched: tuple[float, float]  # share of what is clear: nothing has a pitch, and something has


_BELOW = _Mask(4096 / 44_100, 0.3, 200.0, 4.0, (0.1, 0.4))
_ABOVE = _Mask(1024 / 44_100, 0.2, 1000.0, 4.0, (0.05, 0.25))


def split_drums(song: Sound) -> tuple[Sound, Sound]:
    """The drums and the rest, which add up to the song to the last rounding.

    >>> time_s = np.arange(22_050) / 44_100
    >>> drums, rest = split_drums(Sound(0.5 * np.sin(2 * np.pi * 440 * time_s)[None], 44_100))
    >>> bool(np.abs(drums.samples[:, 4_000:-4_000]).max() < 0.005)
    True
    """
    rate = song.sample_rate
    peak = float(np.abs(song.samples).max())
    samples = song.samples.astype(np.float64)
    if peak == 0.0 or samples.shape[1] < _BELOW.window_s * rate:
        return Sound(np.zeros_like(song.samples), rate), song  # too short to tell
    samples /= peak
    low = low_part(samples, rate)
    below = low.raised(low.samples, samples.shape[1])
    high = (samples - below).astype(np.float32)
    clicks_s = _find_clicks(samples.astype(np.float32), rate)
    found = low.raised(low_drums(low, clicks_s), samples.shape[1])
    found += _percussive(high, rate, _BELOW, rising=False)
    found += _percussive(high, rate, _ABOVE, rising=True)
    drums = (peak * found).astype(np.float32)
    return Sound(drums, rate), Sound(song.samples - drums, rate)


def _percussive(samples: np.ndarray, rate: int, mask: _Mask, *, rising: bool) -> np.ndarray:
    """What is percussive above the crossing, or below it; part by part, for memory's sake."""
    hop = max(1, round(mask.window_s * rate / 4))
    n, margin = round(_PART_S * rate / hop) * hop, round(_MARGIN_S * rate / hop) * hop
    made = np.empty_like(samples)
    for start in range(0, samples.shape[1], n):
        first = max(0, start - margin)
        part = _percussive_part(samples[:, first : start + n + margin], rate, mask, rising=rising)
        made[:, start : start + n] = part[:, start - first : start - first + n]
    return made


def _percussive_part(samples: np.ndarray, rate: int, mask: _Mask, *, rising: bool) -> np.ndarray:
    first, last = _CROSSING_HZ
    hop = max(1, round(mask.window_s * rate / 4))
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


def _find_clicks(samples: np.ndarray, rate: int) -> np.ndarray:
    """Seconds at which something broad begins."""
    hop = max(1, round(_CLICK_HOP_S * rate))
    window = 4 * hop
    edges = [hz for hz in _CLICKS_HZ if hz < 0.5 * rate]
    mixed = scipy.signal.stft(samples, rate, nperseg=window, noverlap=window - hop)[2]
    power = (np.abs(mixed) ** 2).sum(axis=0)  # (bin, frame)
    hz = np.fft.rfftfreq(window, 1.0 / rate)
    ranges = [
        power[(hz >= low) & (hz < high)].sum(axis=0)
        for low, high in zip(edges, [*edges[1:], 0.41 * rate], strict=True)
        if high > low
    ]
    level = np.sqrt(np.array(ranges))
    before, after = level[:, :-4], level[:, 4:]
    floor = _CLICK_FLOOR * level.max(axis=1, keepdims=True) + _SILENCE
    rise = np.maximum(after - before, 0.0) / (after + before + floor)
    rise = np.pad(rise.mean(axis=0), 2)
    highest = maximum_filter1d(rise, 2 * _CLICK_NEAREST + 1)
    return np.flatnonzero((rise == highest) & (rise > _CLICK_LEAST)) * (hop / rate)
