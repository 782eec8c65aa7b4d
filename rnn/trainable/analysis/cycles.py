"""What becomes of a network that is left alone for long: it rests, drifts, or goes round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnn.trainable.analysis.velocity import Velocity

BOUND = 1e15  # what is beyond has grown without bounds; its square is finite in single precision
_SAMPLE_S = 0.01  # runs are kept at steps of about this
_REST = 1e-4  # largest speed of a run that rests, in sizes per second
_NEAR = 0.05  # a run that comes back is nearer than this, of how far it went
_STEADY = (
    0.01  # largest change of a cycle's amplitude, from the first half of the periods to the last
)
_CHANGED = 0.2  # least change of what grows or dies away while it winds about
_SETTLED = 0.1  # in sizes: a run has settled when it stays nearer than this to where it rests


@dataclass(frozen=True, slots=True)
class LongRun:
    """How a long run without noise ends.

    "rest": it stands still. "cycle": it returns, period by period, to where it was. "drift": it
    moves on without turning back, or in swings that shrink or grow, which have a period.
    "irregular": it winds about and does not return. "growth": beyond all bounds.
    """

    kind: Literal["rest", "drift", "cycle", "irregular", "growth"]
    state: np.ndarray  # (unit,) at the end
    speed: float  # |dx/dt| at the end, 1/s
    run_s: float  # how long it was
    settled_s: float  # since when it has been near where it rests; NaN unless it rests
    period_s: float  # of a cycle, or of a drift in swings; else NaN
    amplitude: float  # root of the mean squared distance to the mean of its last periods; else NaN


@dataclass(frozen=True, slots=True)
class Separation:
    """The distance between two runs, by time since their start."""

    start: float
    end: float  # the largest in the last tenth of the runs
    halving_s: float  # from when on it is less than half of the start; infinite if it never is
    decay_s: float  # in which it then falls e-fold; infinite if it does not, 0 if at once


def long_runs(
    velocity: Velocity,
    starts: np.ndarray,
    dt_s: float,
    *,
    size: float,
    shortest_s: float = 30.0,
    longest_s: float = 240.0,
) -> tuple[tuple[LongRun, ...], np.ndarray, float]:
    """Run from starts (start, unit) without noise until all rest or go round, or time is up.

    Args:
        velocity: of the network, under the input that it is left with.
        starts: states just after the cues.
        dt_s: Euler's step.
        size: of what the network does (:func:`rnn.trainable.analysis.slow_points.size_of`).
        shortest_s: of the first run; each further one is twice as long.
        longest_s: after which time is up.

    Returns:
        How each run ends, the runs (time, start, unit), as far as all are within bounds, and the
        time in s from one kept state to the next.
    """
    if not 0.0 < size < np.inf:
        raise ValueError(f"size must be positive and finite, got {size:g}: are all states one?")
    every = max(1, round(_SAMPLE_S / dt_s))
    sample_s = every * dt_s
    path, run_s = starts[None], shortest_s
    while True:
        missing = round(run_s / sample_s) + 1 - len(path)
        more = velocity.trajectory(path[-1], missing * every, dt_s, every=every)
        path = np.concatenate([path, more[1:]])
        beyond = ~(np.abs(path).max(2) < BOUND)  # (time, start); NaN is beyond too
        if beyond.any():
            end = max(1, int(beyond.any(1).argmax()))
            lost, path = beyond[end], path[:end]
        else:
            lost = np.zeros(len(starts), bool)
        runs = tuple(
            _grown(path[:, i], sample_s) if lost[i] else judge(velocity, path[:, i], sample_s, size)
            for i in range(len(starts))
        )
        decided = all(run.kind in ("rest", "cycle") for run in runs)
        if decided or lost.any() or run_s >= longest_s:
            return runs, path, sample_s
        run_s = min(2.0 * run_s, longest_s)


def judge(velocity: Velocity, path: np.ndarray, sample_s: float, size: float) -> LongRun:
    """Tell how a run (time, unit) with so much time from sample to sample ends."""
    last, run_s = path[-1], (len(path) - 1) * sample_s
    heading = velocity(last[None])[0]
    speed = float(np.linalg.norm(heading))
    if speed < _REST * size:
        away = np.flatnonzero(np.linalg.norm(path - last, axis=1) > _SETTLED * size)
        settled_s = (away[-1] + 1) * sample_s if len(away) else 0.0
        return LongRun("rest", last, speed, run_s, float(settled_s), np.nan, np.nan)
    late = path[len(path) // 2 :]
    returns = _returns(late, heading)
    if len(returns) >= 2:
        period = returns[-1] / len(returns)  # in samples
        n = round(period * (len(returns) // 2))  # whole periods, so that phases do not matter
        first, final = (_amplitude(part) for part in (late[: n + 1], late[-n - 1 :]))
        kind: Literal["cycle", "drift"] = "cycle" if abs(first / final - 1.0) < _STEADY else "drift"
        return LongRun(kind, last, speed, run_s, np.nan, float(period * sample_s), final)
    way = np.linalg.norm(np.diff(late, axis=0), axis=1).sum()
    first, final = (_amplitude(part) for part in np.array_split(late, 2))
    winding = way > 3.0 * np.linalg.norm(late - last, axis=1).max()
    winding &= abs(first / final - 1.0) < _CHANGED
    return LongRun("irregular" if winding else "drift", last, speed, run_s, np.nan, np.nan, np.nan)


def _grown(path: np.ndarray, sample_s: float) -> LongRun:
    run_s = (len(path) - 1) * sample_s
    return LongRun("growth", path[-1], np.inf, run_s, np.nan, np.nan, np.nan)


def separation(path: np.ndarray, sample_s: float, *, ended: bool, same: float) -> Separation:
    """How two runs (time, 2, unit) draw together.

    Runs that have ``ended``, in rest or in cycles, and not nearer to each other than ``same``,
    stay apart for ever.
    """
    distance = np.linalg.norm(path[:, 0] - path[:, 1], axis=1)
    start, end = float(distance[0]), float(distance[-(len(distance) // 10) - 1 :].max())
    apart = np.flatnonzero(distance >= 0.5 * start)
    half = int(apart[-1]) + 1
    halving_s = half * sample_s if half < len(distance) else np.inf
    if ended and end > same:
        return Separation(start, end, halving_s, np.inf)
    if np.isinf(halving_s):
        half = len(distance) // 2
    # Below a thousandth there is little left to see, and then only rounding.
    gone = np.flatnonzero(distance < 1e-3 * start)
    seen = distance[half : int(gone[0]) if len(gone) else None]
    if len(seen) < 2:
        return Separation(start, end, halving_s, 0.0)
    slope = np.polyfit(sample_s * np.arange(len(seen)), np.log(seen), 1)[0]
    return Separation(start, end, halving_s, float(-1.0 / slope) if slope < 0.0 else np.inf)


def _returns(path: np.ndarray, heading: np.ndarray) -> np.ndarray:
    """How many samples ago a path (time, unit) crossed, as now, the plane through its last state.

    The plane is at right angles to ``heading``, the velocity there. Crossings count where they
    are near the last state and in the same direction; between samples by interpolation.
    """
    past = path[::-1] - path[-1]
    scale = np.linalg.norm(past, axis=1).max()
    ahead = past @ heading / np.linalg.norm(heading)
    # Back in time: just before it came through here it was ahead of the plane, then behind.
    at = 1 + np.flatnonzero((ahead[1:-1] > 0.0) & (ahead[2:] <= 0.0))
    part = ahead[at] / (ahead[at] - ahead[at + 1])
    where = past[at] + part[:, None] * (past[at + 1] - past[at])
    return (at + part)[np.linalg.norm(where, axis=1) < _NEAR * scale]


def _amplitude(path: np.ndarray) -> float:
    return float(np.sqrt(((path - path.mean(0)) ** 2).sum(1).mean()))
