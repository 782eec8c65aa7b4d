"""Tables of what many draws did, for a terminal 80 columns wide."""

from __future__ import annotations

from typing import Any

from rnn.experiments.lorenz.bifurcation import TRUE_HOPF
from rnn.experiments.lorenz.truth import LARGEST_EXPONENT, Floor

_HEAD = (
    f"{'context':>11} {'kept':>7}  {'mean - true':^20}  {'std / true':^17}  "
    f"{'distance':>8} {'exponent':>8}"
)


def contexts_table(rows: list[dict[str, Any]], floor: Floor) -> list[str]:
    """One line for each context: medians over draws, of those that did not diverge."""
    lines = [_HEAD]
    for row in rows:
        context = ", ".join(f"{c:+g}" if c else "0" for c in row["context"])
        n = sum(row["outcomes"].values())
        kept = f"{row['outcomes'].get('kept', 0)}/{n}"
        lines.append(
            f"{context:>11} {kept:>7}  {_three(row['mean_error'], '+6.2f')}  "
            f"{_three(row['std_ratio'], '5.2f')}  {_one(row['distance'], '8.3f')} "
            f"{_one(row['exponent'], '8.3f')}"
        )
        others = {name: n for name, n in row["outcomes"].items() if name != "kept"}
        if others:
            lines.append(" " * 21 + ", ".join(f"{n} {name}" for name, n in others.items()))
    mean = " ".join(f"{value:6.2f}" for value in floor.mean)
    std = " ".join(f"{value:5.2f}" for value in floor.std_ratio)
    lines.append(
        f"{'two true runs':>19}  {mean}  {std}  {floor.distance:8.3f} {LARGEST_EXPONENT:8.3f}"
    )
    return lines


def bifurcation_table(summary: dict[str, Any]) -> list[str]:
    """Where the fixed points lose their stability, and what is there at context 5."""
    outcomes = ", ".join(f"{n} {name}" for name, n in summary["outcomes"].items())
    return [
        f"{'':32}{'true':>8} {'median':>8} {'10 %':>8} {'90 %':>8} {'found':>6}",
        _spread_line("Hopf context, eigenvalues", TRUE_HOPF, summary["hopf_eigenvalues"]),
        _spread_line("Hopf context, swings", TRUE_HOPF, summary["hopf_swings"]),
        _spread_line("exponent at context 5, 1/s", LARGEST_EXPONENT, summary["exponent"]),
        _spread_line("time on the rarer wing", 0.5, summary["wings"]),
        f"context 5: {outcomes} (kept: every run visits both wings)",
    ]


def mechanism_table(summary: dict[str, Any]) -> list[str]:
    """How well theory foretells the response to a context."""
    return [
        f"{'':32}{'true':>8} {'median':>8} {'10 %':>8} {'90 %':>8} {'found':>6}",
        _spread_line("correlation, zeroth order", 1.0, summary["zeroth_correlation"], "8.6f"),
        _spread_line("correlation, first order", 1.0, summary["first_correlation"], "8.6f"),
        _spread_line("relative error, zeroth order", 0.0, summary["zeroth_error"], "8.5f"),
        _spread_line("relative error, first order", 0.0, summary["first_error"], "8.5f"),
        _spread_line("output off by, at most", 0.0, summary["output_error"], "8.5f"),
    ]


def _spread_line(label: str, true: float, spread: dict[str, Any], form: str = "8.4f") -> str:
    numbers = " ".join(
        f"{'-':>8}" if spread[name] is None else f"{spread[name]:{form}}"
        for name in ("median", "low", "high")
    )
    return f"{label:32}{true:{form}} {numbers} {spread['n']:6}"


def _three(spread: dict[str, Any], form: str) -> str:
    width = int(form.strip("+").split(".")[0])
    values = spread["median"] or [None] * 3
    return " ".join(f"{'-':>{width}}" if v is None else f"{v:{form}}" for v in values)


def _one(spread: dict[str, Any], form: str) -> str:
    return f"{'-':>8}" if spread["median"] is None else f"{spread['median']:{form}}"
