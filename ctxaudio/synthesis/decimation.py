"""Decimation: long windows, which look at low ranges alone, do so at a rate that just holds these.

The filter is of linear phase, flat up to .7 of the lower rate's Nyquist frequency, and leaves less
than -100 dB of what is above 1.3 of it, which would be taken for something below .7.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from rnn.compiled import compiled

_USED = 0.7  # of a lower rate's Nyquist frequency, up to which all is as it was
_MOST = 8  # times, that a rate is reduced by
_SIDE = 12  # samples of the lower rate on which one depends, to each side
_KAISER = 10.0  # shape of the window on the filter, which decides between steep and quiet


def margin_of(factor: int) -> int:
    """Samples before one, and after it, that decimation by a factor needs."""
    return 0 if factor == 1 else _SIDE * factor


def factor_for(highest_hz: float, sample_rate: int) -> int:
    """By how much the rate may be reduced for what lies below a frequency: a power of 2.

    >>> factor_for(1_900.0, 44_100), factor_for(7_000.0, 44_100), factor_for(9_000.0, 44_100)
    (8, 2, 1)
    """
    factor = 1
    while factor < _MOST and highest_hz <= _USED * sample_rate / (4.0 * factor):
        factor *= 2
    return factor


def decimate(samples: np.ndarray, first: int, factor: int) -> tuple[np.ndarray, int]:
    """A sound at a lower rate, of which every sample is one of every ``factor`` of the sound's.

    Args:
        samples: (channel, time) float32.
        first: which sample of the sound is the first of these.
        factor: a power of 2.

    Returns:
        (channel, time), and which sample of the lower rate is the first of these: all that depend
        on samples that are given. Any part of a sound gives the same as the whole.
    """
    begin = -(-first // factor) + _SIDE
    end = (first + samples.shape[1]) // factor - _SIDE + 1
    offset = (begin - _SIDE) * factor - first
    out = np.zeros((len(samples), max(end - begin, 0)), np.float32)
    _decimate(samples[:, offset:], _taps(factor), out)
    return out, begin


@cache
def _taps(factor: int) -> np.ndarray:
    """The filter, (phase, tap): for each sample between two of the lower rate."""
    reach = _SIDE * factor
    taps = np.zeros(2 * reach)
    away = np.arange(1 - reach, reach)
    taps[1:] = np.sinc(away / factor) * np.kaiser(len(away), _KAISER)
    return np.ascontiguousarray(taps.reshape(2 * _SIDE, factor).T / taps.sum(), np.float32)


@compiled
def _decimate(samples, taps, out):  # type: ignore[no-untyped-def]
    """Every sample of ``out`` is the same sum in the same order, wherever it is."""
    factor, n_taps = taps.shape
    n_channels, n_out = out.shape
    if n_out == 0:
        return
    line = np.empty(n_out + n_taps, np.float32)
    for channel in range(n_channels):
        row = out[channel]
        for phase in range(factor):
            for i in range(n_out + n_taps - 1):
                line[i] = samples[channel, i * factor + phase]
            for tap in range(n_taps):
                weight = taps[phase, tap]
                for i in range(n_out):
                    row[i] += weight * line[i + tap]
