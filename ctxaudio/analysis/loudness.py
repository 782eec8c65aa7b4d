"""How loud a song is, as broadcasters measure it: ITU-R BS.1770-4, by pyloudnorm."""

from __future__ import annotations

import warnings

import numpy as np

from ctxaudio.sound.source import SoundSource

_BLOCK_S, _STEP_S = 0.4, 0.1  # of which each is as loud as the mean of its power
_BLOCKS = 50  # at a time
_SETTLE = 10  # blocks before, in which the filters of a part settle
_FLOOR_LUFS = -70.0  # what is softer does not count,
_GATE_LU = -10.0  # nor what is so much softer than the mean of the rest
_MOST_CHANNELS = 5  # left, right, centre, and two behind, which count for more


def loudness_lufs(sound: SoundSource) -> float | None:
    """Integrated loudness in LUFS, or None: of silence, of less than .4 s, of six channels or more.

    The song is read part by part; the answer is pyloudnorm's for all of it.
    """
    import pyloudnorm

    rate = sound.sample_rate
    if sound.n_samples < _BLOCK_S * rate or sound.n_channels > _MOST_CHANNELS:
        return None
    meter = pyloudnorm.Meter(rate, block_size=_BLOCK_S, overlap=1.0 - _STEP_S / _BLOCK_S)
    n_blocks = round((sound.n_samples / rate - _BLOCK_S) / _STEP_S) + 1
    found = []
    for first in range(0, n_blocks, _BLOCKS):
        begin = max(first - _SETTLE, 0)
        end_s = (min(first + _BLOCKS, n_blocks) - 1) * _STEP_S + _BLOCK_S
        samples = sound.read(round(begin * _STEP_S * rate), round(end_s * rate))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of silence
            meter.integrated_loudness(samples.T.astype(np.float64))
        found += meter.blockwise_loudness[first - begin :]
    levels = np.array(found)
    heard = levels[levels >= _FLOOR_LUFS]
    if len(heard) == 0:
        return None
    counted = heard[heard > _mean(heard) + _GATE_LU]
    return float(_mean(counted))


def _mean(levels: np.ndarray) -> float:
    return float(10.0 * np.log10(np.mean(10.0 ** (levels / 10.0))))
