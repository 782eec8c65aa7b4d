"""A picture of where each tool wins: a row for a column of the tables, a square for a shift."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Patch, Rectangle

from benchmarks.cells import Cell, winner
from benchmarks.columns import COLUMNS, Column
from benchmarks.peers import CONTROL, OURS
from benchmarks.report import Score, summarise

matplotlib.use("Agg")  # a file is written, no screen is needed


def summed_up(scores: Sequence[Score], column: Column, shift: int) -> Cell:
    """A column's values at a shift, of all peers that have one."""
    peers = dict.fromkeys(score.peer for score in scores)
    values = {peer: summarise(scores, column, peer=peer, shift=shift) for peer in peers}
    return Cell("all", shift, column, {p: v for p, v in values.items() if not np.isnan(v)})


def draw_winners(scores: Sequence[Score], path: Path) -> None:
    """Write the picture; in a square stands how far ctxaudio is from the best, in percent."""
    shifts = sorted({score.shift for score in scores})
    grid = [[summed_up(scores, column, shift) for shift in shifts] for column in COLUMNS]
    rows = [(c, row) for c, row in zip(COLUMNS, grid, strict=True) if any(map(winner, row))]
    tools = [
        tool
        for tool in dict.fromkeys(score.peer for score in scores)
        if tool not in (CONTROL, OURS)
    ]
    colours = {OURS: "#2c7fb8"} | {
        tool: plt.get_cmap("tab20")((index + 2) % 20) for index, tool in enumerate(tools)
    }
    figure, axes = plt.subplots(figsize=(2.6 + 1.1 * len(shifts), 1.2 + 0.27 * len(rows)))
    won = set()
    for height, (_, row) in enumerate(rows):
        for place, cell in enumerate(row):
            best = winner(cell)
            if best is None:
                continue
            lead = cell.lead(OURS, best) if OURS in cell.values else np.nan
            best = OURS if lead == 0 else best  # level with the best
            won.add(best)
            axes.add_patch(Rectangle((place, height), 1, 1, color=colours[best], ec="white"))
            text = "" if np.isnan(lead) or lead == 0 else f"{100 * lead:.0f} %"
            axes.text(place + 0.5, height + 0.5, text, ha="center", va="center", fontsize=7)
    axes.set_xlim(0, len(shifts))
    axes.set_ylim(len(rows), 0)
    axes.set_xticks(np.arange(len(shifts)) + 0.5, [f"{shift:+d}" for shift in shifts])
    axes.set_yticks(np.arange(len(rows)) + 0.5, [column.title for column, _ in rows], fontsize=7)
    axes.set_xlabel("semitones")
    axes.legend(
        handles=[Patch(color=colours[tool], label=tool) for tool in colours if tool in won],
        loc="upper left",
        bbox_to_anchor=(1.02, 1),
        fontsize=7,
        frameon=False,
    )
    figure.savefig(path, dpi=110, bbox_inches="tight")
    plt.close(figure)
