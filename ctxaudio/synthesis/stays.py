"""Stays: noise at another speed is the song's own noise, a stretch at a time.

Frames of noise that overlap at another distance than in the song would fit together only where
they happen to, and be heard as flutter. So for some steps noise stays as far behind the song as it
is, and is what it was to the last digit; then it jumps, one stretch fading into another that has
nothing to do with it. Around an attack it stays where the attack is.
"""

from __future__ import annotations

import numpy as np

from ctxaudio.analysis.frames import OVERLAP

_BEFORE, _AFTER = 4.5, 8.0  # steps around an attack: all whose frames it is in, and its noise
_SHORTEST = 6.0  # steps
_JUMP = 2.0  # steps, that noise may be out of place
_LEAST_JUMP = 1.0 / 16.0  # steps; less is too much like what was before to fade into
_GOLDEN = 0.6180339887

# Squared Hann windows, a step apart, as shares of their sum.
_SHARES = np.cos(np.pi * np.arange(1 - OVERLAP // 2, OVERLAP // 2) / OVERLAP) ** 4
_SHARES /= _SHARES.sum()
_ROUNDS = 4  # of making it louder where it is too soft
MARGIN = _ROUNDS * 2 * (len(_SHARES) // 2) + len(_SHARES)  # steps around that a swell depends on


def stays_between(
    begin: float, end: float, lag_at: tuple[float, float], hop: int
) -> list[tuple[float, float]]:
    """Begin and lag of the stays between two samples, on the way from one lag to another.

    >>> stays_between(0.0, 10_000.0, (0.0, 2_000.0), 500)
    [(0.0, 500.0), (5772.5, 1500.0)]
    """
    first, last = lag_at
    lasts = end - begin
    jumps = abs(last - first) / (_JUMP * hop)
    n = int(min(np.ceil(jumps), lasts // (_SHORTEST * hop)))
    middles = (np.arange(n) + 0.5) / max(n, 1)
    # Unevenly, that nothing is heard to repeat.
    wander = ((np.arange(n) * _GOLDEN) % 1.0) / max(n, 1) / 4.0
    begins = begin + lasts * (np.arange(n) / max(n, 1) + wander)
    lags = first + (last - first) * middles
    return list(zip(begins.round(1).tolist(), lags.tolist(), strict=True))


def noise_stays(attacks: np.ndarray, ends: np.ndarray, hop: int) -> np.ndarray:
    """Where each stay begins, and its lag, (stay, 2), ascending.

    Args:
        attacks: (attack, 2) samples, as made and in the song.
        ends: (2, 2) the same of where the song begins and ends.
        hop: samples of a step.
    """
    found: list[tuple[float, float]] = []
    at, lag = float(ends[0, 0]), float(ends[0, 0] - ends[0, 1])
    for made, song in attacks.tolist():
        begin = made - _BEFORE * hop
        found += stays_between(at, begin, (lag, made - song), hop)
        found.append((max(begin, at), made - song))
        at, lag = max(made + _AFTER * hop, at), made - song
    found += stays_between(at, ends[1, 0], (lag, float(ends[1, 0] - ends[1, 1])), hop)
    kept: list[tuple[float, float]] = []
    for stay in found or [(at, lag)]:
        if not kept or abs(stay[1] - kept[-1][1]) >= _LEAST_JUMP * hop:
            kept.append(stay)
    return np.round(np.array(kept)).astype(np.int64)


def noise_swell(stay: np.ndarray) -> np.ndarray:
    """How much louder frames are to be, that noise is as loud where it jumps as elsewhere.

    Frames of one stay add as amplitudes, those of two as powers.

    Args:
        stay: (MARGIN + step + MARGIN,) which stay each step, and those around, are in.

    Returns:
        (step,) factors of amplitude.

    >>> noise_swell(np.zeros(2 * MARGIN + 1, int)).round(6).tolist()
    [1.0]
    """
    n = len(stay)
    reach = len(_SHARES) // 2
    gain = np.ones(n)
    for _ in range(_ROUNDS):
        power = np.zeros(n)
        for which in np.unique(stay):
            power += np.convolve(gain * (stay == which), _SHARES, "same") ** 2
        power[:reach] = power[-reach:] = 1.0
        gain /= np.sqrt(np.convolve(power, _SHARES, "same"))
    return gain[MARGIN : n - MARGIN]
