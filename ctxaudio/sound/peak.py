"""True peaks: how loud a sound gets between its samples, where a converter or a codec clips too.

As in ITU-R BS.1770-4, annex 2: the loudest sample of the sound at four times its rate, or at as
many times as lead to 176.4 kHz.
"""

from __future__ import annotations

import math

import numpy as np

from ctxaudio.sound.samples import Sound
from ctxaudio.sound.source import SoundSource

_OVERSAMPLED_RATE = 176_400  # Hz
_MOST = 4  # times the rate
_ROOM = 10.0 ** (-1.0 / 20.0)  # -1 dBTP


def true_peak(sound: SoundSource) -> float:
    """The largest value of any channel, at a sample or between two; full scale is 1.

    A sine of a quarter of the rate, of which no sample is near its height:

    >>> late = np.sin(np.pi / 2 * np.arange(4_000) + np.pi / 4)  # samples of ±.71
    >>> round(true_peak(Sound(late[None] * np.hanning(4_000), 44_100)), 2)
    1.0
    """
    import soxr

    peak = sound.peak
    times = min(_MOST, math.ceil(_OVERSAMPLED_RATE / sound.sample_rate))
    if peak == 0.0 or times <= 1:
        return peak
    stream = soxr.ResampleStream(
        sound.sample_rate, times * sound.sample_rate, sound.n_channels, dtype="float32"
    )
    highest, n_left = 1.0, sound.n_samples
    for block in sound.blocks():
        n_left -= block.shape[1]
        # Its loudest sample is made 1, so that no sound is too loud for what filters it.
        block = block / np.float32(peak)
        between = stream.resample_chunk(np.ascontiguousarray(block.T), last=n_left == 0)
        highest = max(highest, float(np.abs(between).max(initial=0.0)))
    return peak * highest


def over_full_scale(sound: SoundSource, like: SoundSource | None = None) -> float:
    """What a sound must be divided by for an encoding that clips, 1 where it may stay.

    No sample is over full scale then, and no true peak. Of one that was made of another, ``like``,
    true peaks are at most 1 dB below full scale, as EBU R 128 asks, so that a lossy encoder has
    room; or as high as those of the other, where it has higher ones, as loud masters have.
    """
    ceiling = 1.0 if like is None else max(_ROOM, true_peak(like))
    return max(1.0, sound.peak, true_peak(sound) / ceiling)


def fit_full_scale(sound: Sound, like: SoundSource | None = None) -> tuple[Sound, float]:
    """A sound lowered as far as :func:`over_full_scale` says, and by how many dB.

    >>> sound, lowered_db = fit_full_scale(Sound(np.full((1, 400), 2.0) * np.hanning(400), 8_000))
    >>> round(lowered_db, 2)
    6.02
    """
    peak = over_full_scale(sound, like)
    if peak <= 1.0:
        return sound, 0.0
    return Sound(sound.samples / np.float64(peak), sound.sample_rate), decibels(peak)


def decibels(ratio: float) -> float:
    """How many a ratio of amplitudes is."""
    return 20.0 * math.log10(ratio)
