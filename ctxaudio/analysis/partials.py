"""Partials: peaks that follow each other, in slots that each hold one partial at a time.

The sinusoidal model of R. McAulay & T. Quatieri, "Speech analysis/synthesis based on a sinusoidal
representation", IEEE Transactions on Acoustics, Speech and Signal Processing 34, 1986; peaks of one
frame are assigned to those of the next all at once, not one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import scipy.optimize

from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.analysis.peaks import find_peaks
from ctxaudio.sound.source import SoundSource

N_SLOTS = 192
MOST_PEAKS = 160  # of a frame

_REST = 2  # frames that a slot is silent between two partials
_NEAR_ST, _NEAR_HZ = 0.5, 12.0  # that a partial may move from frame to frame, the larger of both
_LEVEL_DB = 30.0  # of difference that count as much as moving that far
_GOES_ON = 0.8  # of how far it moved from the frame before
_NEVER = 1e3  # a cost that is no match
_BLOCK = 256  # frames


class Slots(NamedTuple):
    """Some frames of all slots; 0 Hz where a slot is silent."""

    hertz: np.ndarray  # (frame, slot)
    value: np.ndarray  # (channel, frame, slot) complex amplitude
    window: np.ndarray  # (frame, slot) samples that were looked at


class _State(NamedTuple):
    """The frame before."""

    hertz: np.ndarray  # (slot,)
    step_st: np.ndarray  # (slot,) semitones since the frame before that, 0 of what has just begun
    level_db: np.ndarray  # (slot,)
    rest: np.ndarray  # (slot,) frames that it must still be silent


def _silent(rest: np.ndarray) -> _State:
    return _State(np.zeros(N_SLOTS), np.zeros(N_SLOTS), np.zeros(N_SLOTS), rest)


def find_partials(sound: SoundSource, frames: FrameConfig) -> Iterator[Slots]:
    """The partials of a sound, some frames after others."""
    full_scale = sound.peak or 1.0
    state = _silent(np.zeros(N_SLOTS, np.int64))
    n_frames = frames.n_frames(sound.n_samples)
    for first in range(0, n_frames, _BLOCK):
        end = min(first + _BLOCK, n_frames)
        peaks = find_peaks(sound, frames, first, end, full_scale=full_scale, most=MOST_PEAKS)
        slots = Slots(
            np.zeros((end - first, N_SLOTS)),
            np.zeros((sound.n_channels, end - first, N_SLOTS), np.complex64),
            np.zeros((end - first, N_SLOTS), np.int32),
        )
        edges = np.searchsorted(peaks.frame, np.arange(end - first + 1))
        for row, (begin, until) in enumerate(pairwise(edges)):
            hertz, value = peaks.hertz[begin:until], peaks.value[:, begin:until]
            which, state = _follow(state, hertz, value)
            is_held = which >= 0
            slots.hertz[row, which[is_held]] = hertz[is_held]
            slots.value[:, row, which[is_held]] = value[:, is_held]
            slots.window[row, which[is_held]] = peaks.window[begin:until][is_held]
        yield slots


def _follow(state: _State, hertz: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, _State]:
    """The slot of each peak of a frame, -1 for none, and the state after it."""
    power = (value.real**2 + value.imag**2).sum(axis=0)
    level_db = 10.0 * np.log10(power + np.finfo(np.float32).tiny)
    which = np.full(len(hertz), -1)
    matched_peaks = np.zeros(0, np.int64)
    live = np.flatnonzero(state.hertz)
    if len(live) and len(hertz):
        # Where it is due, if it goes on as it went.
        before = state.hertz[live] * 2.0 ** (_GOES_ON * state.step_st[live] / 12.0)
        apart = np.abs(12.0 * np.log2(hertz / before[:, None]))
        near = np.maximum(_NEAR_ST, 12.0 * np.log2(1.0 + _NEAR_HZ / before))[:, None]
        cost = apart / near + np.abs(level_db - state.level_db[live][:, None]) / _LEVEL_DB
        cost[apart > near] = _NEVER
        rows, columns = scipy.optimize.linear_sum_assignment(cost)
        matched = cost[rows, columns] < _NEVER
        matched_peaks = columns[matched]
        which[matched_peaks] = live[rows[matched]]
    rest = np.maximum(state.rest - 1, 0)
    goes_on = np.zeros(N_SLOTS, bool)
    goes_on[which[which >= 0]] = True
    rest[live[~goes_on[live]]] = _REST
    new = np.flatnonzero(which < 0)
    free = np.flatnonzero((rest == 0) & ~goes_on)[: len(new)]
    loudest = new[np.argsort(-power[new], kind="stable")][: len(free)]
    which[np.sort(loudest)] = free[: len(loudest)]
    held = which >= 0
    after = _silent(rest)
    after.hertz[which[held]] = hertz[held]
    after.level_db[which[held]] = level_db[held]
    went_on = which[matched_peaks]
    after.step_st[went_on] = 12.0 * np.log2(hertz[matched_peaks] / state.hertz[went_on])
    return which, after
