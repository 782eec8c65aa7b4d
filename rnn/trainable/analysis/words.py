"""The sentence that says how a network holds its memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from rnn.tasks.task import Memory
from rnn.trainable.analysis.cycles import LongRun, Separation
from rnn.trainable.analysis.lifetime import Lifetime
from rnn.trainable.analysis.slow_points import SlowPoint

Kind = Literal["fixed points", "slow points", "cycle", "passage", "none", "unclear"]


def sentence(
    kind: Kind,
    runs: Sequence[LongRun],
    rest: Sequence[SlowPoint],
    apart: Separation,
    holding: Sequence[SlowPoint],
    lifetime: Lifetime,
    size: float,
    memory: Memory,
    nearing: Sequence[str],
) -> str:
    """How the memory is held, and how long in noise.

    Args:
        kind: how.
        runs: one for each cue.
        rest: the states in which they end, described.
        apart: the distance between the two that draw together soonest.
        holding: points that explain a slow memory.
        lifetime: in noise.
        size: of the states in the delay, in which distances are told.
        memory: what is to be held.
        nearing: names of the two cues whose states draw together soonest.
    """
    each = [f"after {name} {_end(run)}" for name, run in zip(memory.names, runs, strict=True)]
    ends = " and ".join([", ".join(each[:-1]), each[-1]])
    of_two = "" if len(each) == 2 else f" of {' and '.join(nearing)}"
    gap = f"{apart.end / size:.2g} times the states' size apart"
    fading = (
        f"the distance between the memories{of_two} halves {_after(apart.halving_s)} "
        f"and falls e-fold in {_seconds(apart.decay_s)}"
    )
    said = f"No memory is held: without noise, {fading}"
    if kind == "fixed points":
        mode = _mode(max(rest, key=lambda point: point.time_constant_s))
        said = f"The memory is held in fixed points: without noise, {ends}, {gap}, and {mode}"
    elif kind == "cycle":
        said = f"The memory is held in a cycle: without noise, {ends}, at most {gap}"
    elif kind == "slow points":
        near = _near(holding, size)
        said = f"The memory is held in slow points: without noise, {fading}, near {near}"
    elif kind == "passage":
        said = f"The memory is held in passing, not in slow points: without noise, {fading}"
    elif kind == "unclear":
        said = f"How the memory is held is unclear: without noise, {ends}"
    rests_s = max(run.settled_s for run in runs) if kind == "fixed points" else 0.0
    early = ", before it is at rest" if 0.0 < lifetime.lifetime_s < rests_s else ""
    return f"{said}; {_lasting(lifetime, memory.what)}{early}."


def _end(run: LongRun) -> str:
    return {
        "rest": f"it is at rest from {run.settled_s:.1f} s on",
        "cycle": f"it returns every {run.period_s:.3g} s",
        "drift": f"it still drifts after {run.run_s:.0f} s",
        "irregular": f"it moves irregularly for {run.run_s:.0f} s",
        "growth": "it grows without bounds",
    }[run.kind]


def _near(holding: Sequence[SlowPoint], size: float) -> str:
    slow = [point for point in holding if point.kind == "slow"]
    if not slow:
        return f"a fixed point where {_mode(max(holding, key=lambda p: p.time_constant_s))}"
    count = "a slow point" if len(slow) == 1 else f"{len(slow)} slow points"
    least = min(point.speed for point in slow) / size
    return f"{count} (least speed {least:.2g} times the states' size in a second)"


def _mode(point: SlowPoint) -> str:
    slowest = point.slowest
    if np.isinf(point.time_constant_s):
        words = "the slowest mode stands still"
    else:
        verb = "decays" if slowest.real < 0.0 else "grows"
        words = f"the slowest mode {verb} e-fold in {_seconds(point.time_constant_s)}"
    if slowest.imag > abs(slowest.real):
        words += f" and swings every {_seconds(2.0 * np.pi / slowest.imag)}"
    return words


def _lasting(lifetime: Lifetime, what: str) -> str:
    if lifetime.lifetime_s == 0.0:
        return f"in noise, {what} is told at below {_asked(lifetime)} at every trained delay"
    if np.isinf(lifetime.lifetime_s):
        return (
            f"in noise, {what} can be told at above {_asked(lifetime)} for "
            f"{_seconds(lifetime.delays_s[-1])} or longer"
        )
    return (
        f"in noise, how well {what} can be told falls below {_asked(lifetime)} "
        f"{_after(lifetime.lifetime_s)} of delay"
    )


def _asked(lifetime: Lifetime) -> str:
    return f"{100.0 * lifetime.asked:.3g} %"


def _after(time_s: float) -> str:
    return f"after {_seconds(time_s)}" if np.isfinite(time_s) else "later than was looked"


def _seconds(time_s: float) -> str:
    """A time in words; one that is infinite was not seen to end.

    >>> _seconds(12.34), _seconds(0.456), _seconds(123.4)
    ('12 s', '0.46 s', '120 s')
    """
    if np.isinf(time_s):
        return "no time that was seen"
    return f"{float(f'{time_s:.2g}'):g} s"
