"""Tables of trained delay-match networks, for a terminal 80 columns wide."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import Any

_BLOCK = f"{'trained, s':>10} {'reached':>7} {'updates':>8} {'right':>5}"
_MOST_NOTES = 8
_LONGEST_MAP = 17  # columns of four that fit


def own_accuracy(result: dict[str, Any]) -> list[float | None]:
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


def training_table(results: dict[str, dict[str, Any]]) -> list[str]:
    """A line for each row that was trained, the presets side by side, and a summary of each.

    ``updates`` is the mean of the networks that reached the criterion, since their last restart;
    ``right`` is in percent, at the trained delays.
    """
    blocks = [[f"{preset:^{len(_BLOCK)}}", *_block(result)] for preset, result in results.items()]
    lines = [
        "    ".join(parts).rstrip() for parts in zip_longest(*blocks, fillvalue=" " * len(_BLOCK))
    ]
    for preset, result in results.items():
        lines += wrap(f"{preset}: {_summary(result)}", 80, subsequent_indent="  ")
    return lines


def map_table(result: dict[str, Any]) -> list[str]:
    """Right answers in whole percents: a line a row, or, if there is but one, a line a delay."""
    if len(result["trained_s"]) == 1 or len(result["delays_s"]) > _LONGEST_MAP:
        return _by_delay(result)
    head = "".join(f"{delay:4g}" for delay in result["delays_s"])
    lines = [f"{'trained, s':>10}  right answers in %, by the delay tested, s", f"{'':10}{head}"]
    for trained, row in zip(result["trained_s"], result["maps"]["overall"], strict=True):
        lines.append(f"{span(trained):>10}" + "".join(f"{100 * share:4.0f}" for share in row))
    return lines


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


def _block(result: dict[str, Any]) -> list[str]:
    lines = [_BLOCK]
    for trained, n_reached, all_updates, updates, own in zip(
        result["trained_s"],
        result["reached"],
        result["updates"],
        result["mean_updates"],
        own_accuracy(result),
        strict=True,
    ):
        reached = f"{n_reached}/{len(all_updates)}"
        mean = "-" if updates is None else f"{updates:,.0f}"
        right = "-" if own is None else f"{100 * own:.0f}"
        lines.append(f"{span(trained):>10} {reached:>7} {mean:>8} {right:>5}")
    return lines


def _summary(result: dict[str, Any]) -> str:
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


def _by_delay(result: dict[str, Any]) -> list[str]:
    """Each delay on its own line: the mean, the worst network, its worst condition."""
    lines = [f"{'tested, s':>10}  right answers in %: mean  worst network  its worst condition"]
    for k, delay in enumerate(result["delays_s"]):
        shares = [network["accuracy"][k] for network in result["networks"]]
        means = [sum(share) / len(share) for share in shares]
        worst = min(range(len(means)), key=lambda i: means[i])
        lines.append(
            f"{delay:10g}  {100 * sum(means) / len(means):24.0f}  {100 * means[worst]:13.0f}  "
            f"{100 * min(shares[worst]):19.0f}"
        )
    return lines
