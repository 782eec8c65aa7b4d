"""Tables of trained delay-match networks, for a terminal 80 columns wide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import Any

from rnn.experiments.table import Cell, Column, Row, Table

MEMORY_TITLE = "how a network remembers"
_MOST_NOTES = 8
_LONGEST_MAP = 17  # columns of four that fit
_SENTENCE = 78  # columns


def own_accuracy(result: Mapping[str, Any]) -> list[float | None]:
    """Share of right answers of each row at the delays it was trained on; None if none is tested.

    >>> own_accuracy(
    ...     {"trained_s": [[0, 1]], "delays_s": [0, 1, 2], "maps": {"overall": [[0.9, 1.0, 0.5]]}}
    ... )
    [0.95]
    """
    shares = []
    for (low, high), row in zip(result["trained_s"], result["maps"]["overall"], strict=True):
        own = [
            share
            for delay, share in zip(result["delays_s"], row, strict=True)
            if low - 1e-9 <= delay <= high + 1e-9
        ]
        shares.append(sum(own) / len(own) if own else None)
    return shares


def training_table(results: Mapping[str, dict[str, Any]], title: str) -> Table:
    """A row for each task that was trained, the presets side by side, and a summary of each.

    ``updates`` is the mean of the networks that reached the criterion, since their last restart;
    ``right`` is in percent, at the trained delays.
    """
    columns = tuple(
        column
        for k, preset in enumerate(results)
        for column in (
            Column(heading="trained, s", width=10, gap=4 if k else 0, group=preset),
            Column(heading="reached", width=7, group=preset),
            Column(heading="updates", width=8, form=",.0f", group=preset),
            Column(heading="right", width=5, form=".0f", group=preset),
        )
    )
    beyond: tuple[Cell, ...] = ("",) * 4
    rows = zip_longest(*(_trained(result) for result in results.values()), fillvalue=beyond)
    return Table(
        title=title,
        columns=columns,
        rows=tuple(Row(tuple(cell for part in parts for cell in part)) for parts in rows),
        notes=tuple(f"{preset}: {_summary(result)}" for preset, result in results.items()),
    )


def map_table(result: Mapping[str, Any], title: str) -> Table:
    """Right answers in percent: a row for each task, or, if there is but one, for each delay."""
    if len(result["trained_s"]) == 1 or len(result["delays_s"]) > _LONGEST_MAP:
        return _by_delay(result, title)
    about = "  right answers in %, by the delay tested, s"
    columns = [Column(width=10, group="trained, s", group_align=">")]
    for delay in result["delays_s"]:
        heading = f"{delay:g}"
        columns.append(
            Column(heading=heading, width=4, form=".0f", gap=0, group=about, group_align="<")
        )
    rows = zip(result["trained_s"], result["maps"]["overall"], strict=True)
    return Table(
        title=title,
        columns=tuple(columns),
        rows=tuple(Row((span(own), *(100.0 * share for share in row))) for own, row in rows),
    )


def memory_table(results: Mapping[str, dict[str, Any]]) -> Table:
    """How one network of each preset remembers, in words."""
    notes = []
    for preset, result in results.items():
        memory = result["memory"]
        if memory is None:
            notes.append(f"{preset}: no network has reached the criterion.")
            continue
        notes.append(f"{preset}, trained at {span(memory['trained_s'])} s, seed {memory['seed']}:")
        notes += wrap(memory["sentence"], _SENTENCE, initial_indent="  ", subsequent_indent="  ")
    return Table(title=MEMORY_TITLE, notes=tuple(notes))


def incident_notes(incidents: Sequence[str]) -> list[str]:
    """What befell networks in their training; of many only the first, numbers gone wrong before.

    >>> incident_notes([f"network {i}: it still answered by chance" for i in range(9)])[-1]
    'and 1 more such note, among the incidents in JSON'
    """
    notes = sorted(incidents, key=lambda incident: "finite" not in incident)
    more = len(notes) - _MOST_NOTES
    if more > 0:
        such = f"note{'s' * (more > 1)}, among the incidents in JSON"
        notes[_MOST_NOTES:] = [f"and {more} more such {such}"]
    return notes


def span(trained_s: Sequence[float]) -> str:
    """Delays that were trained.

    >>> span([0.5, 0.5]), span([1.25, 3.75])
    ('0.5', '1.25–3.75')
    """
    low, high = trained_s
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def _trained(result: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
    """What was trained, how many networks reached the criterion, in how many updates, how well."""
    return [
        (
            span(trained),
            f"{n_reached}/{len(all_updates)}",
            updates,
            None if own is None else 100.0 * own,
        )
        for trained, n_reached, all_updates, updates, own in zip(
            result["trained_s"],
            result["reached"],
            result["updates"],
            result["mean_updates"],
            own_accuracy(result),
            strict=True,
        )
    ]


def _summary(result: Mapping[str, Any]) -> str:
    outcomes = [network["outcome"] for network in result["networks"]]
    n = len(outcomes)
    reached = [one["updates"] for one in result["networks"] if one["outcome"] == "reached"]
    if len(reached) == n:
        words = "the one network" if n == 1 else f"all {n} networks"
    else:
        words = f"{len(reached)} of {n} networks"
    words += " reached the criterion"
    if len(reached) > 1:
        words += f" ({min(reached):,} to {max(reached):,} updates)"
    for outcome in ("stopped", "failed"):
        if outcome in outcomes:
            words += f"; {outcomes.count(outcome)} {outcome}"
    restarts = sum(network["restarts"] for network in result["networks"])
    if restarts:
        words += f"; {restarts} restart{'s' * (restarts > 1)}"
    return words


def _by_delay(result: Mapping[str, Any], title: str) -> Table:
    """Each delay in its own row: the mean, the worst network, its worst condition."""
    rows = []
    for k, delay in enumerate(result["delays_s"]):
        shares = [network["accuracy"][k] for network in result["networks"]]
        means = [sum(share) / len(share) for share in shares]
        worst = min(range(len(means)), key=lambda i: means[i])
        three = (sum(means) / len(means), means[worst], min(shares[worst]))
        rows.append(Row((delay, *(100.0 * share for share in three))))
    headings = ("right answers in %: mean", "worst network", "its worst condition")
    return Table(
        title=title,
        columns=(
            Column(heading="tested, s", width=10, form="g"),
            *(Column(heading=heading, form=".0f", gap=2) for heading in headings),
        ),
        rows=tuple(rows),
    )
