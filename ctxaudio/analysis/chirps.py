"""What a window makes of a sinusoid whose frequency changes while it looks.

It sees it softer than it is, and its phase turned. Of a frequency that changes at a steady rate,
both follow from how many bins it passes: the integral of a Hann window and a chirp.
"""

from __future__ import annotations

from functools import cache

import numpy as np

_MOST = 16.0  # bins squared of a window, beyond which nothing is known
_N = 257  # of the table
_N_INTEGRAL = 2_048


def seen_of_chirps(hertz: np.ndarray, window: np.ndarray, hop: int, sample_rate: int) -> np.ndarray:
    """What is seen of partials that glide, as a share (frame, slot), complex.

    Args:
        hertz: (frame, slot), 0 where a slot is silent.
        window: (frame, slot) samples.
    """
    is_on = hertz > 0.0
    before, after = np.zeros_like(hertz), np.zeros_like(hertz)
    goes_on = is_on[1:] & is_on[:-1]
    step = np.where(goes_on, np.diff(hertz, axis=0), 0.0)
    before[1:], after[:-1] = step, step
    both = np.zeros(hertz.shape)
    both[1:] += goes_on
    both[:-1] += goes_on
    hertz_a_hop = (before + after) / np.maximum(both, 1.0)
    rate = hertz_a_hop * (window / sample_rate) ** 2 * (sample_rate / hop)
    place = np.clip(np.abs(rate), 0.0, _MOST) * ((_N - 1) / _MOST)
    table = _table()
    size = np.interp(place, np.arange(_N), np.abs(table))
    turn = np.interp(place, np.arange(_N), np.unwrap(np.angle(table)))
    return np.asarray(size * np.exp(1j * turn * np.sign(rate)))


@cache
def _table() -> np.ndarray:
    """Of rates from 0 to the most, against a steady sinusoid; read only."""
    time = (np.arange(_N_INTEGRAL) + 0.5) / _N_INTEGRAL - 0.5  # windows
    weights = 0.5 + 0.5 * np.cos(2.0 * np.pi * time)
    rates = np.linspace(0.0, _MOST, _N)[:, None]
    table = (weights * np.exp(1j * np.pi * rates * time**2)).sum(axis=1) / weights.sum()
    table.flags.writeable = False
    return np.asarray(table)
