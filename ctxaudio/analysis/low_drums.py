"""Drums in the low range: what dies away too fast for a note.

After a hit the low range is a sum of damped sinusoids, which a subspace of the samples gives to a
fraction of a hertz within a fifth of a second (ESPRIT: Roy & Kailath 1989; of drums in music: Gillet
& Richard, "Transcription and separation of drum signals from polyphonic music", 2008). A note's
die away slowly, or not at all, and are followed back to the hit; a drum is what they leave. Where a
note goes on through a hit, its sinusoids before and after are the same ones.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import maximum_filter1d

_TO_HZ, _SLOPE_HZ, _RATE_HZ = 230.0, 55.0, 760.0
_ATTACK_S = 0.045  # after a hit, until its tone stands
_LASTING_S = 0.45  # after a hit, in which it is followed
_BEFORE_S = 0.3  # before a hit, in which notes are looked for that go on
_EARLY_S = 0.008  # that a filtered hit sounds before it does
_BACK_S = 0.012  # before a hit, where nothing of it is heard yet
_FEWEST = 20  # samples that a fit needs
_NOTE_S = 0.2  # an amplitude that falls to 1/e in less is a drum's
_SLOW = np.exp(-1.0 / (_NOTE_S * _RATE_HZ))  # size of a pole: a note's is larger
_NOISE = 1.4e-3  # of the largest singular value: what is below is noise
_MOST = 60  # sinusoids, twice
_GOOD = 1e-3  # error of a fit, in power, that is good enough
_BETTER = 0.3  # times the error: so much better must a shorter stretch be
_BAD = 0.15  # error of a fit that says nothing
_RISE = 9.0  # in power: more begins there than goes on
_FALL = 0.8  # in power: nothing begins where it falls below
_NEAR_S = 0.04  # before and after a moment
_GAP_S = 0.1  # for which notes are taken to go on
_LEAST = 0.005  # of the power, that dies away fast where there is a drum
_LATE_S = tuple(0.01 * n for n in range(-1, 9))  # after a hit, that a note may begin
_RISE_S = (0.005, 0.03, 0.08, 0.15)  # in which it may rise
_FEWEST_BEFORE = 76
_SURE = 0.01
_STILL = 0.9
_WORSE = 3.0
_MARGIN = 0.8
_JUDGED_S = 0.15
_RCOND = 1e-6
_SILENT = 1e-8  # of the mean power


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


class _Fit(NamedTuple):
    """Damped sinusoids from a sample on."""

    start: int
    end: int
    poles: np.ndarray  # (pole,)
    amplitudes: np.ndarray  # (pole, channel)
    slow: np.ndarray  # (pole,) bool
    error: float  # in power, of the stretch's

    def sound(self, first: int, end: int, which: np.ndarray) -> np.ndarray:
        """(channel, time) of some of the poles."""
        time = np.arange(first, end)[:, None] - self.start
        return ((self.poles[which][None] ** time) @ self.amplitudes[which]).real.T


def low_drums(low: LowPart, clicks_s: np.ndarray) -> np.ndarray:
    """The drums in the low range, (channel, time) at its rate.

    Args:
        low: the range.
        clicks_s: when something broad begins.
    """
    samples, rate = low.samples, low.rate
    made = np.zeros_like(samples)
    events = np.round(_find_events(samples, rate, clicks_s) * rate).astype(int)
    silent = _SILENT * float(np.mean(samples**2))
    early, back = round(_EARLY_S * rate), round(_BACK_S * rate)
    last: _Fit | None = None
    i = 0
    while i < len(events):
        hit = events[i]
        ends = _ends(samples, events, i, rate)
        if _power(samples, hit, ends[0][1]) <= silent:
            last, i = None, i + 1
            continue
        first = max(0, hit - round(_BEFORE_S * rate), 0 if last is None else last.start)
        going = _going(samples, first, hit - back)
        begin = max(hit - early, 0)
        start, best, following = hit + round(_ATTACK_S * rate), None, i + 1
        soon = start + _FEWEST  # what comes before begins anew
        for j, end in reversed(ends):
            if end - start < _FEWEST or (j > i + 1 and events[i + 1] < soon):
                continue
            fit = _fit(samples, going, start, end)
            if best is None or fit.error < _BETTER * best.error:
                best, following = fit, j
            if best.error < _GOOD:
                break
        end = ends[0][1] if best is None else best.end
        was = _power(samples, hit - round(_NEAR_S * rate), hit - back)
        rises = _power(samples, hit, min(end, hit + round(_NEAR_S * rate))) > _FALL * was
        if best is not None and best.error > _BAD:
            best, following, end = None, i + 1, ends[0][1]
        if best is None or not rises:
            notes = tail = np.zeros((len(samples), end - begin))
            if last is not None and begin - last.end < _GAP_S * rate:
                notes = last.sound(begin, end, last.slow)
                tail = last.sound(begin, end, ~last.slow)
            new = samples[:, begin:end] - notes
            made[:, begin:end] = new if rises and np.sum(new**2) > np.sum(notes**2) else tail
        else:
            fast = best.sound(start, end, ~best.slow)
            if np.sum(fast**2) >= _LEAST * np.sum(samples[:, start:end] ** 2):
                notes = _notes(samples, begin, end, last, best, rate)
                made[:, begin:end] = samples[:, begin:end] - notes
            last = best
        fade = np.clip(np.arange(1, end - begin + 1) / (0.006 * rate), 0.0, 1.0)
        if rises:
            made[:, begin:end] *= fade
        i = following
    return made


def _notes(
    samples: np.ndarray, begin: int, end: int, last: _Fit | None, best: _Fit, rate: float
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


def _going(samples: np.ndarray, first: int, end: int) -> _Fit | None:
    """Damped sinusoids before a hit, if any are certain."""
    if end - first < _FEWEST_BEFORE:
        return None
    part = samples[:, first:end]
    total = float(np.sum(part**2))
    if total == 0.0:
        return None
    fit = _damped(part, first, total)
    return fit if fit.error < _SURE else None


def _ends(samples: np.ndarray, events: np.ndarray, i: int, rate: float) -> list[tuple[int, int]]:
    """Where what begins at an event may be followed to: the next event then, and the sample."""
    latest = min(events[i] + round(_LASTING_S * rate), samples.shape[1])
    back, near = round(_BACK_S * rate), round(_NEAR_S * rate)
    ends = []
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


def _fit(samples: np.ndarray, going: _Fit | None, start: int, end: int) -> _Fit:
    """Damped sinusoids of a stretch, those that were going on before among them if they still do."""
    after = samples[:, start:end]
    total = float(np.sum(after**2)) + np.finfo(float).tiny
    alone = _damped(after, start, total)
    if going is None:
        return alone
    left = after - going.sound(start, end, going.slow)
    if np.sum(left**2) > _STILL * total:
        return alone
    new = _damped(left, start, total)
    if new.error > _WORSE * alone.error + _GOOD:
        return alone
    poles = going.poles[going.slow]
    amplitudes = going.amplitudes[going.slow] * poles[:, None] ** (start - going.start)
    return _Fit(
        start,
        end,
        np.concatenate([poles, new.poles]),
        np.concatenate([amplitudes, new.amplitudes]),
        np.concatenate([np.ones(len(poles), bool), new.slow]),
        new.error,
    )


def _damped(part: np.ndarray, start: int, total: float) -> _Fit:
    """Damped sinusoids of (channel, time) samples from ``start`` on."""
    n = part.shape[1]
    poles = _poles(part)
    turning = poles[None] ** np.arange(n)[:, None]
    amplitudes = np.linalg.lstsq(turning, part.T.astype(complex), rcond=_RCOND)[0]
    error = float(np.sum((part.T - (turning @ amplitudes).real) ** 2)) / total
    return _Fit(start, start + n, poles, amplitudes, _is_slow(poles), error)


def _is_slow(poles: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(poles) > _SLOW)


def _poles(part: np.ndarray) -> np.ndarray:
    """Poles that the channels share, (pole,)."""
    n = part.shape[1]
    rows = n // 2
    table = np.concatenate([sliding_window_view(channel, n - rows + 1) for channel in part], axis=1)
    power, basis = np.linalg.eigh(table @ table.T)
    n = int(np.sum(power > _NOISE**2 * power[-1]))
    basis = basis[:, ::-1][:, : max(1, min(n, _MOST, rows - 2))]
    poles = np.linalg.eigvals(np.linalg.lstsq(basis[:-1], basis[1:], rcond=None)[0])
    size = np.abs(poles)
    poles = np.where(size > 1.0, poles / np.maximum(size, 1.0), poles)
    return np.asarray(poles[size > 0.9])


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
