"""Figures as the paper shows them: examples, what was extrapolated, the bifurcation, the theory.

Each is made of numbers that were found before: of reports, or by the portraits beside this file.
"""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnn.experiments.lorenz.bifurcation import TRUE_HOPF
from rnn.experiments.lorenz.mechanism import Response, agreement
from rnn.experiments.lorenz.portraits import Attractors, Path
from rnn.experiments.lorenz.truth import LARGEST_EXPONENT, Floor

_COLOURS = matplotlib.colormaps["coolwarm"]
_REACH = 3.0  # of taught contexts, for their colours


def attractors(seen: Attractors) -> Figure:
    """X against z at contexts: recalled in colour over the truth in grey.

    The first panel is what was taught.
    """
    reach = np.abs(seen.asked).max() or 1.0
    figure = Figure(figsize=(12, 5.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1, 2])
    for context, example in zip(seen.taught, seen.examples, strict=True):
        left.plot(example[:, 0], example[:, 2], lw=0.6, color=_colour(context, _REACH))
    left.set(title="taught", xlabel="x", ylabel="z")
    for context, true, recalled in zip(seen.asked, seen.truth, seen.recalled, strict=True):
        right.plot(true[:, 0], true[:, 2], lw=2.5, color="0.85", zorder=1)
        right.plot(recalled[:, 0], recalled[:, 2], lw=0.5, color=_colour(context, reach), zorder=2)
    right.set(title=f"{seen.name}: recalled, truth behind it in grey", xlabel="x", ylabel="z")
    _limit(right)
    return figure


def errors(rows: list[dict[str, Any]], floor: Floor, title: str) -> Figure:
    """Errors against context: median and 10 to 90 % of the draws, chance, and what is tolerated."""
    figure = Figure(figsize=(12, 6.5), layout="constrained")
    axes = figure.subplots(2, 3).ravel()
    c = [row["context"][0] for row in rows]
    axes[0].plot(c, [100.0 * row["success_rate"] for row in rows], "k.-")
    axes[0].set(title="draws that keep the attractor within the dashed lines, %", ylim=(-5, 105))
    exponent_chance = floor.exponent * LARGEST_EXPONENT
    for panel, name, label, chance, true in (
        (axes[1], "mean_error", "mean - true", floor.mean.max(), 0.0),
        (axes[2], "std_ratio", "standard deviation / true", floor.std_ratio.max(), 1.0),
        (axes[3], "distance", "distance, true standard deviations", floor.distance, 0.0),
        (axes[4], "exponent", "largest exponent, 1/s", exponent_chance, LARGEST_EXPONENT),
        (axes[5], "return_map", "return map, 95 % within", floor.return_map, 0.0),
    ):
        _band(panel, rows, name)
        panel.axhspan(true - chance, true + chance, color="0.9", zorder=0)
        panel.axhline(true, color="0.5", lw=0.8)
        panel.set(title=label)
        if name in ("distance", "return_map"):
            panel.set_ylim(bottom=0.0)
    for panel, name, scale, true in (
        (axes[1], "centre", 1.0, 0.0),
        (axes[2], "std", 1.0, 1.0),
        (axes[4], "exponent", LARGEST_EXPONENT, LARGEST_EXPONENT),
    ):
        allowed = np.array([scale * row["tolerance"][name] for row in rows])
        for side in (-1.0, 1.0):
            panel.plot(c, true + side * allowed, "k--", lw=0.8)
    for panel in axes:
        panel.set_xlabel("context")
    figure.suptitle(
        f"{title}: median and 10–90 % of the draws; grey: true runs by chance; dashed: tolerance"
    )
    return figure


def sweep(seen: Path) -> Figure:
    """The bifurcation: x while the context goes 0, 5, 0, 5."""
    figure = Figure(figsize=(12, 5), layout="constrained")
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[1, 3])
    top.plot(seen.schedule.times_s, seen.schedule.contexts[:, 0, 0], color="k")
    top.axhline(TRUE_HOPF, color="C3", lw=0.8, ls="--")
    top.set(
        ylabel="context", title=f"taught at 0 and 1; dashed: the true Hopf point, {TRUE_HOPF:.3f}"
    )
    bottom.plot(seen.times_s, seen.outputs[:, 0], lw=0.4)
    bottom.set(xlabel="s", ylabel="x")
    return figure


def flight(seen: Path) -> Figure:
    """The path of the attractor through the plane of both contexts."""
    figure = Figure(figsize=(12, 6), layout="constrained")
    axes = figure.subplots()
    shade = np.linspace(0.0, 1.0, len(seen.outputs))
    axes.scatter(seen.outputs[:, 0], seen.outputs[:, 2], s=0.3, c=shade, cmap="viridis")
    axes.plot(seen.centre[:, 0], seen.centre[:, 2], color="C3", lw=1.0)
    axes.set(xlabel="x", ylabel="z", title="flight; red: where the contexts put the centre")
    return figure


def response(seen: Response) -> Figure:
    """Predicted against simulated displacement of every unit."""
    figure = Figure(figsize=(11, 5.2), layout="constrained")
    for axes, predicted, name in zip(
        figure.subplots(1, 2), (seen.zeroth, seen.first), ("zeroth", "first"), strict=True
    ):
        correlation, error = agreement(predicted, seen.simulated)
        axes.plot(seen.simulated[::8].ravel(), predicted[::8].ravel(), ".", ms=2)
        axes.axline((0.0, 0.0), slope=1.0, color="0.5", lw=0.8)
        axes.set(
            xlabel="simulated displacement of a unit",
            ylabel="predicted",
            title=f"{name} order: correlation {correlation:.6f}, error {100 * error:.2f} %",
        )
    return figure


def _colour(context: np.ndarray, reach: float) -> Any:
    return _COLOURS(0.5 + 0.5 * float(context[0]) / reach)


def _limit(axes: Axes) -> None:
    """A run that has left the picture is not to shrink it."""
    axes.autoscale_view()
    low, high = axes.get_xlim()
    if high - low > 1000.0:
        axes.set(xlim=(-150, 150), ylim=(-60, 110))


def _band(axes: Axes, rows: list[dict[str, Any]], name: str) -> None:
    known = [row for row in rows if row[name]["median"] is not None]
    if not known:
        return
    c = [row["context"][0] for row in known]
    low, median, high = (
        np.array([row[name][part] for row in known]).reshape(len(known), -1)
        for part in ("low", "median", "high")
    )
    for i in range(median.shape[1]):
        label = "xyz"[i] if median.shape[1] == 3 else None
        axes.plot(c, median[:, i], ".-", color=f"C{i}", label=label)
        axes.fill_between(c, low[:, i], high[:, i], color=f"C{i}", alpha=0.2)
    if median.shape[1] == 3:
        axes.legend(fontsize="small")
