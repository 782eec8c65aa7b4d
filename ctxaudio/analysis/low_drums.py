"""Drums in the low range, where a kick is as long as a note: what dies away too fast for one.

After a hit the low range is a sum of damped sinusoids. A note's die away slowly, or not at all, and
are followed back to the hit; what they leave is the drum (of drums in music, with such models in
bands: Gillet & Richard, "Transcription and separation of drum signals from polyphonic music",
2008).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import maximum_filter1d

from ctxaudio.analysis.damped import Damped, fit_after, fit_damped

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


class LowPart(NamedTuple):
    """The low range of a sound."""

    samples: np.ndarray  # (channel, time)
    rate: float  # Hz
    factor: int  # samples of the sound to one
    taps: np.ndarray

    def raised(self, samples: np.ndarray, n: int) -> np.ndarray:
        """Samples of this range at the sound's rate, ``n`` of them."""
        made = scipy.signal.resample_poly(samples, self.factor, 1, axis=1, window=self.taps)
        return np.asarray(made[:, :n])


def low_part(samples: np.ndarray, rate: int) -> LowPart:
    """The low range of (channel, time) samples."""
    factor = max(1, round(rate / _RATE_HZ))
    taps = scipy.signal.firwin(
        2 * round(rate / _SLOPE_HZ) // 2 * 2 + 1, _TO_HZ, fs=rate, window=("kaiser", 7.0)
    )
    low = scipy.signal.resample_poly(samples, 1, factor, axis=1, window=taps)
    return LowPart(low, rate / factor, factor, taps)


class _Stretch(NamedTuple):
    """From a hit to where it is followed."""

    begin: int
    hit: int
    end: int
    following: int  # the event to go on from
    fit: Damped | None  # from when the hit's tone stands
    rises: bool  # whether anything begins


def low_drums(low: LowPart, clicks_s: np.ndarray) -> np.ndarray:
    """The drums in the low range, (channel, time) at its rate.

    Args:
        low: the range.
        clicks_s: when something broad begins.
    """
    samples, rate = low.samples, low.rate
    made = np.zeros_like(samples)
    silent = _SILENT * float(np.mean(samples**2))
    events = np.round(_find_events(samples, rate, clicks_s) * rate).astype(int)
    events = events[events < samples.shape[1]]
    last: Damped | None = None
    i = 0
    while i < len(events):
        until = _ends(samples, events, i, rate)[0][1]
        if _power(samples, events[i], until) <= silent:
            last, i = None, i + 1
            continue
        stretch = _follow(samples, events, i, last, rate)
        inside = slice(stretch.begin, stretch.end)
        drum = _drum(samples, stretch, last, rate)
        if stretch.rises:
            drum *= np.clip(np.arange(1, drum.shape[1] + 1) / (_FADE_S * rate), 0.0, 1.0)
        made[:, inside] = drum
        if stretch.rises and stretch.fit is not None:
            last = stretch.fit
        i = stretch.following
    return made


def _follow(
    samples: np.ndarray, events: np.ndarray, i: int, last: Damped | None, rate: float
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
        fit = fit_after(samples[:, start:end], start, _NOTE_S * rate, going)
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


def _drum(samples: np.ndarray, stretch: _Stretch, last: Damped | None, rate: float) -> np.ndarray:
    """What of a stretch is no note, (channel, time)."""
    begin, end, fit = stretch.begin, stretch.end, stretch.fit
    here = samples[:, begin:end]
    none = np.zeros_like(here)
    if fit is not None and stretch.rises:
        fast = fit.sound(fit.start, end, ~fit.slow)
        if np.sum(fast**2) < _LEAST * np.sum(samples[:, fit.start : end] ** 2):
            return none
        return np.asarray(here - _notes(samples, begin, end, last, fit, rate))
    notes = tail = none
    if last is not None and begin - last.end < _GAP_S * rate:
        notes = last.sound(begin, end, last.slow)
        tail = last.sound(begin, end, ~last.slow)  # of the drum before
    new = here - notes
    return new if stretch.rises and np.sum(new**2) > np.sum(notes**2) else tail


def _notes(
    samples: np.ndarray, begin: int, end: int, last: Damped | None, best: Damped, rate: float
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
    least = _MARGIN * float(np.sum((samples[:, begin : begin + judged] - after[:, :judged]) ** 2))
    chosen = after
    for late_s in _LATE_S:
        for rise_s in _RISE_S:
            turn = np.clip((time_s - _EARLY_S - late_s) / rise_s + 0.5 * (rise_s < 0.01), 0.0, 1.0)
            turn = np.sin(0.5 * np.pi * turn) ** 2
            for old in (before, 0.0 * before):
                some = old + turn * (after - old)
                left = float(np.sum((samples[:, begin : begin + judged] - some[:, :judged]) ** 2))
                if left < least:
                    least, chosen = left, some
    return chosen


def _going(samples: np.ndarray, first: int, end: int, rate: float) -> Damped | None:
    """Damped sinusoids before a hit, if they are certain."""
    part = samples[:, first : max(end, first)]
    if part.shape[1] < _FEWEST_BEFORE or not part.any():
        return None
    fit = fit_damped(part, first, _NOTE_S * rate)
    return fit if fit.error < _SURE else None


def _ends(samples: np.ndarray, events: np.ndarray, i: int, rate: float) -> list[tuple[int, int]]:
    """Where what begins at an event may be followed to: the next event then, and the sample."""
    latest = min(events[i] + round(_LASTING_S * rate), samples.shape[1])
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


def _power(samples: np.ndarray, first: int, end: int) -> float:
    some = samples[:, max(first, 0) : max(end, 0)]
    return float(np.mean(some**2)) if some.size else 0.0


def _find_events(samples: np.ndarray, rate: float, clicks_s: np.ndarray) -> np.ndarray:
    """Seconds at which something begins: clicks, and what rises without one."""
    hop, window = max(1, round(0.005 * rate)), round(0.048 * rate) // 2 * 2
    padded = np.pad(samples, ((0, 0), (window // 2, window)))
    frames = sliding_window_view(padded, window, axis=1)[:, ::hop] * scipy.signal.windows.hann(
        window, sym=False
    )
    level = np.sqrt((np.abs(np.fft.rfft(frames, axis=2)) ** 2).sum(axis=0))
    if len(level) <= 8:
        return clicks_s
    rise = np.maximum(level[8:] - level[:-8], 0.0).sum(axis=1)
    around = maximum_filter1d(level.sum(axis=1)[4:-4], 17)
    loudest = level.sum(axis=1).max()
    peaks = (rise == maximum_filter1d(rise, 17)) & (rise > 0.25 * around) & (rise > 1e-3 * loudest)
    rises_s = (np.flatnonzero(peaks) + 4) * hop / rate + 0.006
    lone = [at for at in rises_s if not len(clicks_s) or np.abs(clicks_s - at).min() > 0.03]
    return np.sort(np.concatenate([clicks_s, lone]))
