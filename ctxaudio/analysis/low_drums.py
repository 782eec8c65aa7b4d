"""Drums in the low range, where a kick is as long as a note: what dies away too fast for one.

After a hit the low range is a sum of damped sinusoids. A note's die away slowly, or not at all, and
are followed back to the hit; what they leave is the drum (of drums in music, with such models in
bands: Gillet & Richard, "Transcription and separation of drum signals from polyphonic music",
2008).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view

from ctxaudio.analysis.damped import Damped, fit_after, fit_damped
from ctxaudio.analysis.highest import highest
from ctxaudio.sound.source import SoundSource, between
from rnn.rows import Rows, in_parts

_TO_HZ, _SLOPE_HZ, _RATE_HZ = 230.0, 55.0, 760.0
_ATTACK_S = 0.045  # after a hit, until its tone stands
_LASTING_S = 0.45  # after a hit, in which it is followed
_BEFORE_S = 0.3  # before a hit, in which notes are looked for that go on
_EARLY_S = 0.008  # that a filtered hit sounds before it does
_BACK_S = 0.012  # before a hit, where nothing of it is heard yet
_NEAR_S = 0.04  # before and after a moment, in which it is judged
_FADE_S = 0.006  # in which a drum begins
_FEWEST, _FEWEST_BEFORE = 20, 76  # samples that a fit needs after a hit, and before it
_NOTE_S = 0.2  # an amplitude that falls to 1/e in less is a drum's
_GOOD, _SURE, _BAD = 1e-3, 0.01, 0.15  # errors in power: good enough, of notes before, no use
_BETTER = 0.3  # times the error: so much better must a shorter stretch be
_RISE = 9.0  # in power: more begins there than goes on
_FALL = 0.8  # in power: nothing begins where it falls below
_GAP_S = 0.1  # for which notes are taken to go on
_LEAST = 0.005  # of the power, that dies away fast where there is a drum
_SILENT = 1e-8  # of the mean power
_LATE_S = tuple(0.01 * n for n in range(-1, 9))  # after a hit, that a note may begin
_RISE_S = (0.005, 0.03, 0.08, 0.15)  # in which it may rise
_JUDGED_S = 0.15  # in which that is judged,
_MARGIN = 0.8  # and by how much less power it must leave
_APART = 8  # frames between which a rise is measured, and within which one is the steepest
_BLOCK = 4096  # samples, or frames, at a time


class LowRange:
    """The low range of a sound, at a rate that just holds it."""

    def __init__(self, sound: SoundSource) -> None:
        rate = sound.sample_rate
        self._factor = max(1, round(rate / _RATE_HZ))  # samples of the sound to one
        self.rate = rate / self._factor  # Hz
        self._taps = scipy.signal.firwin(
            2 * round(rate / _SLOPE_HZ) // 2 * 2 + 1, _TO_HZ, fs=rate, window=("kaiser", 7.0)
        )
        # On so many samples of this rate one depends, to each side.
        self._reach = reach = -(-(len(self._taps) // 2) // self._factor)
        self.samples = Rows((sound.n_channels,), np.float64)  # (time, channel)
        n = -(-sound.n_samples // self._factor)
        for begin in range(0, n, _BLOCK):
            end = min(begin + _BLOCK, n)
            part = sound.read((begin - reach) * self._factor, (end + reach) * self._factor)
            low = scipy.signal.resample_poly(
                part.astype(np.float64), 1, self._factor, axis=1, window=self._taps
            )
            self.samples.append(low[:, reach : reach + end - begin].T)

    def raised(self, samples: Rows, begin: int, end: int) -> np.ndarray:
        """Samples (time, channel) of this range at the sound's rate, some of them: (channel, time).

        Any part is the same as of the whole.
        """
        first = begin // self._factor - self._reach
        part = _between(samples, first, -(-end // self._factor) + self._reach)
        made = scipy.signal.resample_poly(part, self._factor, 1, axis=1, window=self._taps)
        return np.asarray(made[:, begin - first * self._factor : end - first * self._factor])


class _Stretch(NamedTuple):
    """From a hit to where it is followed."""

    begin: int
    hit: int
    end: int
    following: int  # the event to go on from
    fit: Damped | None  # from when the hit's tone stands
    rises: bool  # whether anything begins


def low_drums(low: LowRange, clicks_s: np.ndarray) -> Rows:
    """The drums in the low range, (time, channel) at its rate.

    Args:
        low: the range.
        clicks_s: when something broad begins.
    """
    n, n_channels = low.samples.shape
    made = Rows((n_channels,), np.float64)
    late = np.zeros((n_channels, 0))  # made, but a drum that begins may yet cut it short

    def wait_for(moment: int) -> None:
        nonlocal late
        while (n := min(moment - len(made), _BLOCK)) > 0:
            made.append(_padded(late, n)[:, :n].T)
            late = late[:, n:]

    for begin, drum in _stretches(low, clicks_s):
        wait_for(begin)
        late = _padded(late, drum.shape[1])
        late[:, : drum.shape[1]] = drum
    wait_for(n)
    return made


def _padded(samples: np.ndarray, n: int) -> np.ndarray:
    """Samples (channel, time), and silence after them until there are ``n``."""
    return np.pad(samples, ((0, 0), (0, max(n - samples.shape[1], 0))))


def _stretches(low: LowRange, clicks_s: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Where each stretch begins, and what of it is a drum, (channel, time)."""
    samples, rate = low.samples, low.rate
    power = sum(float(np.sum(part**2)) for part in in_parts(samples)) / samples.size
    silent = _SILENT * power
    events = np.round(_find_events(samples, rate, clicks_s) * rate).astype(int)
    events = events[events < len(samples)]
    last: Damped | None = None
    i = 0
    while i < len(events):
        until = _ends(samples, events, i, rate)[0][1]
        if _power(samples, events[i], until) <= silent:
            last, i = None, i + 1
            continue
        stretch = _follow(samples, events, i, last, rate)
        drum = _drum(samples, stretch, last, rate)
        if stretch.rises:
            drum *= np.clip(np.arange(1, drum.shape[1] + 1) / (_FADE_S * rate), 0.0, 1.0)
        yield stretch.begin, drum
        if stretch.rises and stretch.fit is not None:
            last = stretch.fit
        i = stretch.following


def _follow(
    samples: Rows, events: np.ndarray, i: int, last: Damped | None, rate: float
) -> _Stretch:
    """What begins at an event, for as long as one fit describes it."""
    hit, back, near = events[i], round(_BACK_S * rate), round(_NEAR_S * rate)
    begin, start = max(hit - round(_EARLY_S * rate), 0), hit + round(_ATTACK_S * rate)
    first = max(0, hit - round(_BEFORE_S * rate), 0 if last is None else last.start)
    going = _going(samples, first, hit - back, rate)
    ends = _ends(samples, events, i, rate)
    # If the next one comes before this one stands, nothing is known of what is after it.
    alone = i + 1 < len(events) and events[i + 1] < start
    best, following = None, i + 1
    for j, end in reversed(ends):
        if end - start < _FEWEST or (alone and j > i + 1):
            continue
        fit = fit_after(samples[start:end].T, start, _NOTE_S * rate, going)
        if best is None or fit.error < _BETTER * best.error:
            best, following = fit, j
        if best.error < _GOOD:
            break
    end = ends[0][1] if best is None else best.end
    was = _power(samples, hit - near, hit - back)
    rises = _power(samples, hit, min(end, hit + near)) > _FALL * was
    if best is not None and best.error > _BAD:
        best, following, end = None, i + 1, ends[0][1]
    return _Stretch(begin, hit, end, following, best, rises)


def _drum(samples: Rows, stretch: _Stretch, last: Damped | None, rate: float) -> np.ndarray:
    """What of a stretch is no note, (channel, time)."""
    begin, end, fit = stretch.begin, stretch.end, stretch.fit
    here = samples[begin:end].T
    none = np.zeros_like(here)
    if fit is not None and stretch.rises:
        fast = fit.sound(fit.start, end, ~fit.slow)
        if np.sum(fast**2) < _LEAST * np.sum(samples[fit.start : end] ** 2):
            return none
        return np.asarray(here - _notes(samples, begin, end, last, fit, rate))
    notes = tail = none
    if last is not None and begin - last.end < _GAP_S * rate:
        notes = last.sound(begin, end, last.slow)
        tail = last.sound(begin, end, ~last.slow)  # of the drum before
    new = here - notes
    return new if stretch.rises and np.sum(new**2) > np.sum(notes**2) else tail


def _notes(
    samples: Rows, begin: int, end: int, last: Damped | None, best: Damped, rate: float
) -> np.ndarray:
    """What is no drum: notes of before until those of after begin, if not at the hit.

    They begin when and as fast as leaves the least, for a note where there is none adds to it.
    """
    after = best.sound(begin, end, best.slow)
    before = np.zeros_like(after)
    if last is not None and begin - last.end < _GAP_S * rate:
        before = last.sound(begin, end, last.slow)
    judged = min(end - begin, round(_JUDGED_S * rate))
    time_s = np.arange(end - begin) / rate
    heard = samples[begin : begin + judged].T
    least = _MARGIN * float(np.sum((heard - after[:, :judged]) ** 2))
    chosen = after
    for late_s in _LATE_S:
        for rise_s in _RISE_S:
            turn = np.clip((time_s - _EARLY_S - late_s) / rise_s + 0.5 * (rise_s < 0.01), 0.0, 1.0)
            turn = np.sin(0.5 * np.pi * turn) ** 2
            for old in (before, 0.0 * before):
                some = old + turn * (after - old)
                left = float(np.sum((heard - some[:, :judged]) ** 2))
                if left < least:
                    least, chosen = left, some
    return chosen


def _going(samples: Rows, first: int, end: int, rate: float) -> Damped | None:
    """Damped sinusoids before a hit, if they are certain."""
    part = samples[first : max(end, first)].T
    if part.shape[1] < _FEWEST_BEFORE or not part.any():
        return None
    fit = fit_damped(part, first, _NOTE_S * rate)
    return fit if fit.error < _SURE else None


def _ends(samples: Rows, events: np.ndarray, i: int, rate: float) -> list[tuple[int, int]]:
    """Where what begins at an event may be followed to: the next event then, and the sample."""
    latest = min(events[i] + round(_LASTING_S * rate), len(samples))
    back, near = round(_BACK_S * rate), round(_NEAR_S * rate)
    ends: list[tuple[int, int]] = []
    for j in range(i + 1, len(events)):
        at = events[j]
        if at >= latest:
            return [*ends, (j, latest)]
        ends.append((j, at - back))
        if _power(samples, at + 4, at + near) > _RISE * _power(samples, at - near, at - back):
            return ends
    return [*ends, (len(events), latest)]


def _power(samples: Rows, first: int, end: int) -> float:
    some = samples[max(first, 0) : max(end, 0)]
    return float(np.mean(some**2)) if some.size else 0.0


def _find_events(samples: Rows, rate: float, clicks_s: np.ndarray) -> np.ndarray:
    """Seconds at which something begins: clicks, and what rises without one."""
    hop, window = max(1, round(0.005 * rate)), round(0.048 * rate) // 2 * 2
    n_rises = (len(samples) + window // 2) // hop + 1 - _APART
    if n_rises <= 0:
        return clicks_s
    taper = scipy.signal.windows.hann(window, sym=False)
    rises = Rows((2,), np.float64)  # how much it rises, and the level amid that
    loudest = 0.0
    for first in range(0, n_rises, _BLOCK):
        end = min(first + _BLOCK, n_rises)
        part = _between(
            samples, first * hop - window // 2, (end + _APART - 1) * hop - window // 2 + window
        )
        frames = sliding_window_view(part, window, axis=1)[:, ::hop] * taper
        level = np.sqrt((np.abs(np.fft.rfft(frames, axis=2)) ** 2).sum(axis=0))
        rise = np.maximum(level[_APART:] - level[:-_APART], 0.0).sum(axis=1)
        total = level.sum(axis=1)
        loudest = max(loudest, float(total.max()))
        rises.append(np.stack([rise, total[_APART // 2 : -_APART // 2]], axis=1))
    peaks = []
    for first in range(0, n_rises, _BLOCK):
        end = min(first + _BLOCK, n_rises)
        rise, total = _between(rises, first - _APART, end + _APART)
        most, around = (highest(each, 2 * _APART + 1) for each in (rise, total))
        here = rise[_APART:-_APART]
        is_peak = (here == most) & (here > 0.25 * around) & (here > 1e-3 * loudest)
        peaks.append(first + np.flatnonzero(is_peak))
    rises_s = (np.concatenate(peaks) + _APART // 2) * hop / rate + 0.006
    lone = [at for at in rises_s if not len(clicks_s) or np.abs(clicks_s - at).min() > 0.03]
    return np.sort(np.concatenate([clicks_s, lone]))


def _between(rows: Rows, begin: int, end: int) -> np.ndarray:
    """Rows from one to another as columns, zeros where there are none."""
    first = max(begin, 0)
    return between(rows[first : max(end, first)].T, begin - first, end - first)
