"""Tables of what many draws did, as data."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn.experiments.lorenz.bifurcation import CHAOS, TRUE_HOPF
from rnn.experiments.lorenz.truth import LARGEST_EXPONENT, Floor
from rnn.experiments.lorenz.verdict import NEAR_BY, Tolerance
from rnn.experiments.table import Cell, Column, Row, Table

_BY_CONTEXT = (
    Column(heading="context", width=11),
    Column(heading="kept", width=7),
    Column(heading="mean - true", form="+6.2f", width=20, align="^", gap=2),
    Column(heading="std / true", form="5.2f", width=17, align="^", gap=2),
    Column(heading="distance", form="8.3f", gap=2),
    Column(heading="exponent", form="8.3f"),
)
_SPREADS = (
    Column(width=32, align="<"),
    Column(heading="true", form="8.4f", width=8, gap=0),
    *(Column(heading=name, form="8.4f", width=8) for name in ("median", "10 %", "90 %")),
    Column(heading="found", width=6),
)
_WORDS = {"too short": "too short to tell"}


def contexts_table(title: str, rows: list[dict[str, Any]], floor: Floor) -> Table:
    """One row for each context: medians over draws, of those that did not diverge.

    Below them stand the truth, and by how much true runs of this length are off it by chance.
    """
    chance: tuple[Cell, ...] = (
        "by chance",
        "",
        " ".join(f"{value:6.2f}" for value in floor.mean),
        " ".join(f"{value:5.2f}" for value in floor.std_ratio),
        floor.distance,
        floor.exponent * LARGEST_EXPONENT,
    )
    return Table(
        title=title,
        columns=_BY_CONTEXT,
        rows=(
            *(_context_row(row) for row in rows),
            Row(("truth", "", (0.0,) * 3, (1.0,) * 3, 0.0, LARGEST_EXPONENT)),
            Row(chance),
        ),
        notes=(
            "by chance: what true runs of this length are off by, in 95 % of cases",
            *_tolerance_notes(rows),
        ),
        remark_indent=21,
    )


def bifurcation_table(title: str, summary: dict[str, Any]) -> Table:
    """Where the fixed points lose their stability, and what is there at context 5."""
    share = f"{100 * summary['hopf_tolerance']:g} %"
    hopf = [summary[name] for name in ("hopf_eigenvalues", "hopf_swings")]
    by_eigenvalues, by_swings = (f"{one['within']} of {one['of']}" for one in hopf)
    return Table(
        title=title,
        columns=_SPREADS,
        rows=(
            _spread_row("Hopf context, eigenvalues", TRUE_HOPF, hopf[0]),
            _spread_row("Hopf context, swings", TRUE_HOPF, hopf[1]),
            _spread_row("exponent at context 5, 1/s", LARGEST_EXPONENT, summary["exponent"]),
            _spread_row("time on the rarer wing", 0.5, summary["wings"]),
        ),
        notes=(
            f"Hopf contexts within {share}: {by_eigenvalues} by eigenvalues, {by_swings} by swings",
            f"context {CHAOS:g}: every run visits both wings in {summary['both_wings']} of "
            f"{summary['draws']} draws",
            f"context {CHAOS:g}: {_counted(summary['outcomes'])} "
            f"(kept: both wings, {Tolerance(**summary['tolerance']).words})",
        ),
    )


def mechanism_table(title: str, summary: dict[str, Any]) -> Table:
    """How well theory foretells the response to a context."""
    return Table(
        title=title,
        columns=_SPREADS,
        rows=(
            _spread_row("correlation, zeroth order", 1.0, summary["zeroth_correlation"], "8.6f"),
            _spread_row("correlation, first order", 1.0, summary["first_correlation"], "8.6f"),
            _spread_row("relative error, zeroth order", 0.0, summary["zeroth_error"], "8.5f"),
            _spread_row("relative error, first order", 0.0, summary["first_error"], "8.5f"),
            _spread_row("output off by, at most", 0.0, summary["output_error"], "8.5f"),
        ),
    )


def _context_row(row: dict[str, Any]) -> Row:
    context = ", ".join(f"{c:+g}" if c else "0" for c in row["context"])
    outcomes = row["outcomes"]
    others = {name: n for name, n in outcomes.items() if name != "kept"}
    return Row(
        (
            context,
            f"{outcomes.get('kept', 0)}/{sum(outcomes.values())}",
            row["mean_error"]["median"] or (None,) * 3,
            row["std_ratio"]["median"] or (None,) * 3,
            row["distance"]["median"],
            row["exponent"]["median"],
        ),
        remark=_counted(others),
    )


def _counted(outcomes: dict[str, int]) -> str:
    return ", ".join(f"{n} {_WORDS.get(name, name)}" for name, n in outcomes.items())


def _tolerance_notes(rows: list[dict[str, Any]]) -> list[str]:
    """By what each verdict was given, nearest first."""
    used = {Tolerance(**row["tolerance"]): None for row in rows}
    near = [t for t in used if t == Tolerance.at(np.zeros(1))]
    far = [t for t in used if t not in near]
    if not (near and far):
        return [f"kept: {tolerance.words}" for tolerance in used]
    return [
        f"kept within context {NEAR_BY:g}: {near[0].words}",
        *(f"kept beyond: {tolerance.words}" for tolerance in far),
    ]


def _spread_row(label: str, true: float, spread: dict[str, Any], form: str = "") -> Row:
    values = (spread["median"], spread["low"], spread["high"])
    return Row((label, true, *values, spread["n"]), form=form)
