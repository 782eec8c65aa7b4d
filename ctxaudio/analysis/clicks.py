"""Clicks: moments at which something broad begins, to a few milliseconds."""

from __future__ import annotations

import numpy as np
import scipy.signal

from ctxaudio.analysis.highest import highest
from ctxaudio.sound.source import SoundSource
from rnn.rows import Rows

_RANGES_HZ = (1500, 2200, 3200, 4500, 6500, 9000, 12500, 18000)  # that a click is in
_HIGHEST_SHARE = 0.41  # of the sample rate, that the last of them reaches to
_HOP_S = 128 / 44_100  # of windows four times as long
_APART = 2  # hops before and after, between which a rise is measured
_LEAST = 0.25  # of the levels before and after, that a rise must be in the mean of ranges
_FLOOR = 0.03  # of a range's loudest moment: a rise below counts less
_NEAREST = 12  # hops between two clicks
_SILENCE = 1e-9
_BLOCK = 1024  # hops at a time


def find_clicks(sound: SoundSource) -> np.ndarray:
    """Seconds at which something broad begins, of a sound of full scale 1."""
    rate = sound.sample_rate
    hop = max(1, round(_HOP_S * rate))
    levels, loudest = _measure_levels(sound, hop)
    floor = _FLOOR * loudest + _SILENCE
    found = []
    for first in range(0, len(levels), _BLOCK):
        end = min(first + _BLOCK, len(levels))
        rise = _rises(levels, first - _NEAREST, end + _NEAREST, floor)
        here = rise[_NEAREST:-_NEAREST]
        is_click = (here == highest(rise, 2 * _NEAREST + 1)) & (here > _LEAST)
        found.append(first + np.flatnonzero(is_click))
    return np.concatenate(found) * (hop / rate)


def _measure_levels(sound: SoundSource, hop: int) -> tuple[Rows, np.ndarray]:
    """Amplitudes (frame, range), and of each range the largest; frame t is centred on t hops."""
    rate, window = sound.sample_rate, 4 * hop
    edges = [hz for hz in _RANGES_HZ if hz < 0.5 * rate]
    hz = np.fft.rfftfreq(window, 1.0 / rate)
    ranges = [
        (hz >= low) & (hz < high)
        for low, high in zip(edges, [*edges[1:], _HIGHEST_SHARE * rate], strict=True)
        if high > low
    ]
    levels, loudest = Rows((len(ranges),)), np.zeros(len(ranges), np.float32)
    n_frames = -(-sound.n_samples // hop) + 1
    for first in range(0, n_frames, _BLOCK):
        end = min(first + _BLOCK, n_frames)
        samples = sound.read((first - 2) * hop, (end + 1) * hop)
        framing = {"nperseg": window, "noverlap": window - hop, "boundary": None, "padded": False}
        spectra = scipy.signal.stft(samples, rate, **framing)[2]  # (channel, bin, frame)
        power = (np.abs(spectra) ** 2).sum(axis=0)
        level = np.sqrt(np.stack([power[inside].sum(axis=0) for inside in ranges], axis=1))
        levels.append(level)
        loudest = np.maximum(loudest, level.max(axis=0))
    return levels, loudest


def _rises(levels: Rows, begin: int, end: int, floor: np.ndarray) -> np.ndarray:
    """How much the ranges rise in the mean from before a frame to after it, (frame,) 0 to 1."""
    first = min(max(begin, _APART), end)
    last = max(min(end, len(levels) - _APART), first)
    near = levels[first - _APART : last + _APART]
    before, after = near[: last - first], near[2 * _APART :]
    rise = np.maximum(after - before, 0.0) / (after + before + floor)
    return np.pad(rise.mean(axis=1), (first - begin, end - last))
