"""Scores in, tables and verdicts out. Text only: nothing here listens to a sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from benchmarks.peers import CONTROL


class Score(NamedTuple):
    """What one metric gave for one peer, material and shift."""

    peer: str
    material: str
    kind: str
    shift: int  # semitones
    metric: str
    value: float


Reducer = Callable[[Sequence[float]], float]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def _mean_size(values: Sequence[float]) -> float:
    return float(np.mean(np.abs(values)))


def _median(values: Sequence[float]) -> float:
    return float(np.median(values))


def _95th(values: Sequence[float]) -> float:
    return float(np.percentile(values, 95))


def _worst(values: Sequence[float]) -> float:
    return float(np.max(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Which scores a column of the table sums up, how, and which way is better.

    ``near-control`` is for what the input has of itself: the nearer to it, the better.
    """

    title: str
    metric: str
    kind: str | None = None  # of material; None takes all that were scored
    reduce: Reducer = _mean
    better: Literal["high", "low", "near-control"] = "low"
    digits: int = 2
    control_is_last: bool = True  # False where an untouched sound is perfect by nature


COLUMNS = (
    Column(title="CQT-cos MIDI", metric="cqt_cosine", kind="midi", better="high", digits=3),
    Column(title="CQT-cos additive", metric="cqt_cosine", kind="additive", better="high", digits=3),
    Column(title="LSD additive dB", metric="lsd_db"),
    Column(title="CQT-cos vibrato", metric="cqt_cosine", kind="vibrato", better="high", digits=3),
    Column(title="LSD vibrato dB", metric="vibrato_lsd_db"),
    Column(title="cents median", metric="cents", reduce=_median),
    Column(title="cents p95", metric="cents", reduce=_95th),
    Column(title="onset lag ms", metric="lag_ms", reduce=_mean_size, control_is_last=False),
    Column(title="jitter ms", metric="jitter_ms", control_is_last=False),
    Column(
        title="width ms",
        metric="width_ms",
        better="near-control",
        digits=1,
        control_is_last=False,
    ),
    Column(title="early dB", metric="early_db", digits=1, control_is_last=False),
    Column(title="texture dB", metric="texture_db", control_is_last=False),
    Column(title="stereo worst", metric="stereo", reduce=_worst, digits=3, control_is_last=False),
    Column(title="jump dB", metric="jump_db", control_is_last=False),
    Column(title="clicks/s", metric="clicks", control_is_last=False),
)


def summarise(
    scores: Sequence[Score], column: Column, *, peer: str, shift: int | None = None
) -> float:
    """One cell of a table; NaN where nothing was scored. All shifts where ``shift`` is None."""
    values = [
        score.value
        for score in scores
        if score.peer == peer
        and score.metric == column.metric
        and column.kind in (None, score.kind)
        and shift in (None, score.shift)
    ]
    return column.reduce(values) if values else float("nan")


def table(scores: Sequence[Score], peers: Sequence[str], *, shift: int | None = None) -> str:
    """A Markdown table, one row a peer; the control's row is named as the input that it is."""
    rows = [["", *(column.title for column in COLUMNS)]]
    for peer in peers:
        cells = [
            f"{summarise(scores, column, peer=peer, shift=shift):.{column.digits}f}"
            for column in COLUMNS
        ]
        name = f"{peer} (the input)" if peer == CONTROL else peer
        rows.append([name, *("-" if cell == "nan" else cell for cell in cells)])
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def verdicts(scores: Sequence[Score], ours: str, reference: str) -> list[str]:
    """A line a column: is ``ours`` ahead of ``reference``, equal as printed, or behind?"""
    lines = []
    for column in COLUMNS:
        mine, theirs, control = (
            summarise(scores, column, peer=peer) for peer in (ours, reference, CONTROL)
        )
        if np.isnan(mine) or np.isnan(theirs):
            lines.append(f"{column.title}: not measured for both")
            continue
        mine, theirs, control = (round(value, column.digits) for value in (mine, theirs, control))
        if column.better == "near-control":
            gain = abs(theirs - control) - abs(mine - control)
        else:
            gain = mine - theirs if column.better == "high" else theirs - mine
        gain = round(gain, column.digits)  # of rounded values, but not of their rounding errors
        word = "equal"
        if gain:
            word = f"{'ahead' if gain > 0 else 'behind'} by {abs(gain):.{column.digits}f}"
        lines.append(
            f"{column.title}: {word} ({mine:.{column.digits}f}, "
            f"{reference} {theirs:.{column.digits}f})"
        )
    return lines


def control_ranks(scores: Sequence[Score], peers: Sequence[str]) -> list[str]:
    """A line a column: is the unshifted control last, in the mean and in each single case?

    A case is one material at one shift, a column's reduction being that of its materials otherwise.
    """
    lines = []
    others = [peer for peer in peers if peer != CONTROL]
    for column in COLUMNS:
        if not column.control_is_last:
            lines.append(f"{column.title}: the control is the reference, an untouched input")
            continue
        sign = 1 if column.better == "high" else -1
        overall = {peer: sign * summarise(scores, column, peer=peer) for peer in peers}
        if np.isnan(overall[CONTROL]):
            lines.append(f"{column.title}: not measured")
            continue
        last = all(overall[CONTROL] < overall[peer] for peer in others)
        cases, losses = 0, []
        for material, shift in sorted({(score.material, score.shift) for score in scores}):
            case = [s for s in scores if (s.material, s.shift) == (material, shift)]
            values = {peer: sign * summarise(case, column, peer=peer) for peer in peers}
            if np.isnan(values[CONTROL]):
                continue
            cases += 1
            losers = [peer for peer in others if not values[CONTROL] < values[peer]]
            losses += [f"{peer} on {material} {shift:+d}" for peer in losers]
        answer = "yes" if last else "NO"
        below = f"; not before it: {', '.join(losses)}" if losses else ""
        lines.append(f"{column.title}: control ranked last: {answer} (of {cases} cases{below})")
    return lines
