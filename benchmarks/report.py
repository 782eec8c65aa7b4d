"""Scores in, tables and verdicts out. Text only: nothing here listens to a sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.columns import COLUMNS, Column
from benchmarks.peers.found import CONTROL


class Score(NamedTuple):
    """What one metric gave for one peer, material and shift."""

    peer: str
    material: str
    kind: str
    shift: int  # semitones
    metric: str
    value: float


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


def _measured(column: Column, scores: Sequence[Score], shift: int | None = None) -> bool:
    return any(
        score.metric == column.metric
        and column.kind in (None, score.kind)
        and shift in (None, score.shift)
        for score in scores
    )


def table(
    scores: Sequence[Score],
    peers: Sequence[str],
    columns: Sequence[Column] = COLUMNS,
    *,
    shift: int | None = None,
) -> str:
    """A Markdown table, one row a peer; the control's row is named as the input that it is.

    Columns and peers that nothing was measured for are left out; empty where that is all.
    """
    columns = [column for column in columns if _measured(column, scores, shift)]
    if not columns:
        return ""
    rows = [["", *(column.title for column in columns)]]
    for peer in peers:
        cells = [
            f"{summarise(scores, column, peer=peer, shift=shift):.{column.digits}f}"
            for column in columns
        ]
        if all(cell == "nan" for cell in cells):  # formants to be kept, or not
            continue
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
        if np.isnan(mine) and np.isnan(theirs):
            continue
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
        if not _measured(column, scores):
            continue
        if not column.control_is_last:
            lines.append(f"{column.title}: the control is the reference, an untouched input")
            continue
        sign = 1 if column.better == "high" else -1
        overall = {peer: sign * summarise(scores, column, peer=peer) for peer in peers}
        # peers that this was not measured for are NaN, and compare as false
        last = not any(overall[CONTROL] >= overall[peer] for peer in others)
        cases, losses = 0, []
        for material, shift in sorted({(score.material, score.shift) for score in scores}):
            case = [s for s in scores if (s.material, s.shift) == (material, shift)]
            values = {peer: sign * summarise(case, column, peer=peer) for peer in peers}
            if np.isnan(values[CONTROL]):
                continue
            cases += 1
            losers = [peer for peer in others if values[CONTROL] >= values[peer]]
            losses += [f"{peer} on {material} {shift:+d}" for peer in losers]
        answer = "yes" if last else "NO"
        below = f"; not before it: {', '.join(losses)}" if losses else ""
        lines.append(f"{column.title}: control ranked last: {answer} (of {cases} cases{below})")
    return lines
