"""What a call of ``ctxaudio bench delay-match`` leaves: tables, figures and a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rnn.experiments.delay_match.measuring import TRIALS
from rnn.experiments.delay_match.tables import (
    MEMORY_TITLE,
    map_table,
    memory_table,
    span,
    training_table,
)
from rnn.experiments.files import pages, png
from rnn.experiments.page import Section
from rnn.experiments.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from rnn.trainable.analysis.account import MemoryAccount

_WHAT = {
    "delays": "Networks each trained at one delay",
    "ranges": "Networks each trained on a range of delays around one middle",
    "inputs": "Networks that tell by which of two inputs a pulse came",
}


def tables_of(report: Mapping[str, Any]) -> list[Table]:
    """Of the training, of each preset, and of what remembers."""
    variant, results = report["variant"], report["presets"]
    return [
        training_table(results, f"{variant}: training"),
        *(map_table(result, f"{variant}, {preset}") for preset, result in results.items()),
        memory_table(results),
    ]


def files_of(report: dict[str, Any], accounts: Mapping[str, MemoryAccount]) -> dict[str, bytes]:
    """The files of a report by name: figures, the numbers, and the page that shows them."""
    figures = _figures(report, accounts)
    drawn = {
        name: png(figure) for by_title in figures.values() for name, figure in by_title.items()
    }
    sections = [
        Section.of(table, tuple(figures.get(table.title, ()))) for table in tables_of(report)
    ]
    title = f"Delay match: {report['variant']}"
    return drawn | pages(report, title, _about(report), sections)


def _figures(
    report: Mapping[str, Any], accounts: Mapping[str, MemoryAccount]
) -> dict[str, dict[str, Figure]]:
    """Figures by the title of the table that they stand under, and by the name of their file."""
    from rnn.experiments.delay_match import figures

    variant, results = report["variant"], report["presets"]
    by_range = variant == "ranges"
    if variant == "inputs":
        training = {"inputs-curves.png": figures.curves(results)}
    else:
        training = {f"{variant}-updates.png": figures.updates(results, by_range=by_range)}
    drawn = {f"{variant}: training": training, MEMORY_TITLE: {}}
    for preset, result in results.items():
        if len(result["trained_s"]) > 1:
            n = report["seeds"]
            title = f"{variant}, {preset}" + f": mean of {n} networks a row" * (n > 1)
            drawn[f"{variant}, {preset}"] = {
                f"{variant}-{preset}-map.png": figures.maps(result, title, by_range=by_range)
            }
        if preset in accounts:
            account = accounts[preset]
            trained = span(result["memory"]["trained_s"])
            drawn[MEMORY_TITLE][f"{variant}-{preset}-memory.png"] = figures.memory(
                account, f"{preset}, trained at {trained} s: {account.kind}"
            )
    return drawn


def _about(report: Mapping[str, Any]) -> str:
    n = report["seeds"]
    return (
        f"{_WHAT[report['variant']]}; {n} seed{'s' * (n > 1)} of each. Right answers are shares "
        f"of {TRIALS} trials of each condition, with noise; 50 % is chance."
    )
