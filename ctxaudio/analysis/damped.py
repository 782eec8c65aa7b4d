"""Damped sinusoids: a stretch of sound as a sum of them, those that die away fast apart.

A subspace of the samples gives their frequencies and decays, to a fraction of a hertz within a
fifth of a second (ESPRIT: Roy & Kailath, 1989).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

_NOISE = 1.4e-3  # of the largest singular value: what is below is noise
_MOST = 60  # poles, two to a sinusoid
_LEAST_SIZE = 0.9  # of a pole: what is smaller is gone at once
_RCOND = 1e-6  # of amplitudes: what is smaller cannot be told
_STILL = 0.9  # in power: what went on before must leave less than this of a stretch
_WORSE, _GOOD = 3.0, 1e-3  # times the error, and more, that it may cost to take it as going on


class Damped(NamedTuple):
    """Damped sinusoids from a sample on, as complex poles."""

    start: int
    end: int
    poles: np.ndarray  # (pole,)
    amplitudes: np.ndarray  # (pole, channel) at the start
    slow: np.ndarray  # (pole,) bool
    error: float  # in power, of the stretch's

    def sound(self, first: int, end: int, which: np.ndarray) -> np.ndarray:
        """(channel, time) of some of the poles, also before they start and after they end."""
        time = np.arange(first, end)[:, None] - self.start
        made = (self.poles[which][None] ** time) @ self.amplitudes[which]
        return np.asarray(made.real.T)


def fit_damped(part: np.ndarray, start: int, slowest: float, power: float | None = None) -> Damped:
    """Damped sinusoids of (channel, time) samples from ``start`` on.

    Args:
        part: the samples.
        start: sample number of the first.
        slowest: samples in which a fast one falls to 1/e at most.
        power: what the error is a part of, if not of the samples' own.
    """
    n = part.shape[1]
    poles = _find_poles(part)
    turning = poles[None] ** np.arange(n)[:, None]
    amplitudes = np.linalg.lstsq(turning, part.T.astype(complex), rcond=_RCOND)[0]
    left = float(np.sum((part.T - (turning @ amplitudes).real) ** 2))
    power = float(np.sum(part**2)) if power is None else power
    slow = np.abs(poles) > np.exp(-1.0 / slowest)
    return Damped(start, start + n, poles, amplitudes, slow, left / (power + 1e-300))


def fit_after(part: np.ndarray, start: int, slowest: float, going: Damped | None) -> Damped:
    """The same of samples in which slow ones of before may go on: if so, those, and what is new."""
    alone = fit_damped(part, start, slowest)
    if going is None:
        return alone
    end, power = alone.end, float(np.sum(part**2))
    left = part - going.sound(start, end, going.slow)
    if np.sum(left**2) > _STILL * power:
        return alone
    new = fit_damped(left, start, slowest, power)
    if new.error > _WORSE * alone.error + _GOOD:
        return alone
    poles = going.poles[going.slow]
    amplitudes = going.amplitudes[going.slow] * poles[:, None] ** (start - going.start)
    return Damped(
        start,
        end,
        np.concatenate([poles, new.poles]),
        np.concatenate([amplitudes, new.amplitudes]),
        np.concatenate([np.ones(len(poles), bool), new.slow]),
        new.error,
    )


def _find_poles(part: np.ndarray) -> np.ndarray:
    """Poles that the channels share, (pole,)."""
    n = part.shape[1]
    rows = n // 2
    table = np.concatenate([sliding_window_view(channel, n - rows + 1) for channel in part], axis=1)
    power, basis = np.linalg.eigh(table @ table.T)
    kept = max(1, min(int(np.sum(power > _NOISE**2 * power[-1])), _MOST, rows - 2))
    basis = basis[:, ::-1][:, :kept]
    # A step in time turns each pole by itself: what takes the basis to the next sample has them.
    poles = np.linalg.eigvals(np.linalg.lstsq(basis[:-1], basis[1:], rcond=None)[0])
    size = np.abs(poles)
    poles = poles / np.maximum(size, 1.0)  # nothing grows
    return np.asarray(poles[size > _LEAST_SIZE])
