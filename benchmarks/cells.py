"""Every single cell of the benchmark: a metric of a truth at a shift, and who is ahead in it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.columns import COLUMNS, Column
from benchmarks.peers import CONTROL
from benchmarks.report import Score

TOLERANCE = 0.01  # of the larger value; what is nearer is level, and so is what is printed alike


class Cell(NamedTuple):
    """The values of all peers that were measured."""

    material: str
    shift: int  # semitones
    column: Column
    values: dict[str, float]  # by peer, the control's too

    def lead(self, ours: str, theirs: str) -> float:
        """By how much of the larger value ``ours`` is ahead; negative behind, 0 level."""
        mine, other = (
            abs(self.values[peer] - self.values[CONTROL])
            if self.column.better == "near-control"
            else self.values[peer]
            for peer in (ours, theirs)
        )
        gain = mine - other if self.column.better == "high" else other - mine
        largest = max(abs(mine), abs(other))
        if abs(gain) < 0.5 * 10.0**-self.column.digits or abs(gain) <= TOLERANCE * largest:
            return 0.0
        return gain / largest


def cells(scores: Sequence[Score]) -> list[Cell]:
    """All there are, in the order of the scores; a metric that no column shows is left out."""
    found: dict[tuple[str, int, str], Cell] = {}
    for score in scores:
        key = (score.material, score.shift, score.metric)
        if key not in found:
            columns = [
                column
                for column in COLUMNS
                if column.metric == score.metric and column.kind in (None, score.kind)
            ]
            if not columns:
                continue
            found[key] = Cell(score.material, score.shift, columns[0], {})
        if not np.isnan(score.value):
            found[key].values[score.peer] = score.value
    return list(found.values())


def winner(cell: Cell) -> str | None:
    """The peer that none is ahead of; None where only the control was measured."""
    peers = [peer for peer in cell.values if peer != CONTROL]
    if not peers:
        return None
    best = peers[0]
    for peer in peers[1:]:
        if cell.lead(peer, best) > 0:
            best = peer
    return best


def standing(scores: Sequence[Score], ours: str, reference: str) -> list[str]:
    """How many cells ``ours`` leads, and a line for each where ``reference`` is ahead."""
    ahead, level, measured, behind = 0, 0, 0, []
    for cell in cells(scores):
        others = [peer for peer in cell.values if peer not in (ours, CONTROL)]
        if ours not in cell.values or not others:
            continue
        measured += 1
        leads = [cell.lead(ours, peer) for peer in others]
        ahead += all(lead > 0 for lead in leads)
        level += all(lead >= 0 for lead in leads) and not all(lead > 0 for lead in leads)
        if reference in others and cell.lead(ours, reference) < 0:
            digits = cell.column.digits
            behind.append(
                f"  {cell.material} {cell.shift:+d}, {cell.column.title}: "
                f"{cell.values[ours]:.{digits}f}, {cell.values[reference]:.{digits}f}"
            )
    percent = f"{100 * TOLERANCE:g} %"
    return [
        f"cells ahead of every peer: {ahead} of {measured}, level with the best: {level}; "
        f"behind {reference} by more than {percent}: {len(behind)}",
        *behind,
    ]


def write_csv(path: Path, scores: Sequence[Score], versions: Mapping[str, str]) -> None:
    """A row for each truth, shift, tool and metric."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["truth", "kind", "semitones", "tool", "version", "metric", "value", "better"]
        )
        better = {column.metric: column.better for column in COLUMNS}
        for s in scores:
            version = versions.get(s.peer, "")
            row = [s.material, s.kind, s.shift, s.peer, version, s.metric, f"{s.value:.6g}"]
            writer.writerow([*row, better.get(s.metric, "")])
