"""Figures of trained delay-match networks: maps of accuracy, updates, long delays, a memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from rnn.trainable.analysis.account import MemoryAccount
from rnn.trainable.analysis.slow_points import SlowPoint

_CHANCE = 50.0
_COLOURS = "RdBu"  # white is chance
_BY_ROW = matplotlib.colormaps["viridis"]
_LONG_S = 5.0  # where longer ones are tested,
_LINEAR_TO_S = 1.0  # delays are shown evenly so far, then by their logarithms
_TICKS_S = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 45.0, 90.0)


def maps(result: dict[str, Any], title: str, *, by_range: bool) -> Figure:
    """Trained (up) by tested delay (across): right answers overall, and of each condition."""
    figure = Figure(figsize=(14.5, 6.6), layout="constrained")
    places = figure.add_gridspec(2, 4)
    overall, *conditions = result["maps"].items()
    large = figure.add_subplot(places[:, :2])
    image = _map(large, result, *overall, by_range=by_range)
    for k, (name, rows) in enumerate(conditions):
        axes = figure.add_subplot(places[k // 2, 2 + k % 2], sharex=large, sharey=large)
        _map(axes, result, name, rows, by_range=by_range)
        axes.tick_params(labelleft=k % 2 == 0, labelbottom=k > 1, labelsize="small")
    large.set_yticks(range(len(result["trained_s"])), _row_labels(result, by_range=by_range))
    large.set_xticks(range(len(result["delays_s"])), [f"{d:g}" for d in result["delays_s"]])
    large.set_xlabel("delay tested, s")
    large.set_ylabel("range of delays trained, s" if by_range else "delay trained, s")
    bar = figure.colorbar(image, ax=figure.axes, shrink=0.9, pad=0.01)
    bar.set_label("right answers, % (50: chance)")
    missing = " (in brackets: networks that reached the criterion)"
    figure.suptitle(title + missing * (min(_shares_reached(result)) < 1.0))
    return figure


def updates(results: dict[str, dict[str, Any]], *, by_range: bool) -> Figure:
    """Updates to the criterion against what was trained, the presets side by side."""
    figure = Figure(figsize=(6.0 * len(results) + 0.5, 4.4), layout="constrained")
    for axes, (preset, result) in zip(
        figure.subplots(1, len(results), squeeze=False, sharey=True)[0],
        results.items(),
        strict=True,
    ):
        places = [high - low if by_range else low for low, high in result["trained_s"]]
        for outcome, marker, label in (
            (True, {"marker": "o", "color": "C0", "alpha": 0.45}, "a network"),
            (False, {"marker": "x", "color": "C3"}, "a network that did not reach it"),
        ):
            seen = [
                (place, network["updates"])
                for place, trained in zip(places, result["trained_s"], strict=True)
                for network in result["networks"]
                if network["trained_s"] == trained and (network["outcome"] == "reached") == outcome
            ]
            if seen:
                axes.plot(*zip(*seen, strict=True), ls="", ms=5, label=label, **marker)
        mean = [np.nan if value is None else value for value in result["mean_updates"]]
        axes.plot(places, mean, color="C0", lw=2, label="mean of those that reached it")
        axes.set(
            title=preset,
            xlabel="range of delays trained, s" if by_range else "delay trained, s",
            yscale="log",
            xticks=places,
            xticklabels=[f"{place:g}" for place in places],
        )
        axes.grid(axis="y", which="both", color="0.9", lw=0.6)
        axes.set_axisbelow(True)
    figure.axes[0].set_ylabel("updates to the criterion")
    for axes in figure.axes:
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.yaxis.set_minor_formatter(_subset)
        axes.legend(fontsize="small")
    return figure


def _subset(value: float, _: float) -> str:
    """Labels between powers of ten: only of 2 and 5 times those."""
    digit = round(value / 10.0 ** np.floor(np.log10(value)))
    return f"{value:,.0f}" if digit in (2, 5) else ""


def curves(results: dict[str, dict[str, Any]]) -> Figure:
    """Accuracy against the delay tested, the presets side by side."""
    figure = Figure(figsize=(6.6 * len(results) + 0.5, 5.0), layout="constrained")
    for axes, (preset, result) in zip(
        figure.subplots(1, len(results), squeeze=False, sharey=True)[0],
        results.items(),
        strict=True,
    ):
        one = len(result["trained_s"]) == 1
        (_draw_one_task if one else _draw_tasks)(axes, result)
        axes.axhline(_CHANCE, color="0.5", lw=0.8, ls=":", label="chance")
        longest = max(result["delays_s"])
        if longest > _LONG_S:
            axes.set_xscale("symlog", linthresh=_LINEAR_TO_S, linscale=0.6)
            ticks = [tick for tick in _TICKS_S if tick <= longest]
            axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
            axes.set_xticks([], minor=True)
        axes.set(
            title=preset,
            xlabel="delay tested, s",
            xlim=(-0.02 * min(longest, _LONG_S), longest * 1.05),
            ylim=(-3, 103),
        )
        axes.legend(fontsize="small", loc="lower left")
    figure.axes[0].set_ylabel("right answers, %")
    return figure


def memory(account: MemoryAccount, title: str) -> Figure:
    """The delay without noise in the leading components, with the points that hold it up."""
    picture = account.picture
    pairs = [(0, 1), (0, 2)][: picture.ways.shape[2] - 1]
    figure = Figure(figsize=(6.2 * len(pairs) + 0.5, 5.4), layout="constrained")
    for axes, (across, up) in zip(
        figure.subplots(1, len(pairs), squeeze=False)[0], pairs, strict=True
    ):
        for k, way in enumerate(picture.ways):
            axes.plot(
                way[:, across], way[:, up], color=f"C{k}", lw=1.8, label=f"after {account.cues[k]}"
            )
            axes.plot(*way[0, [across, up]], marker="s", color=f"C{k}", ms=6, ls="")
        for words, look, chosen in _groups(account.points):
            if chosen.any():
                places = picture.points[chosen]
                axes.plot(places[:, across], places[:, up], ls="", label=words, zorder=3, **look)
        # What is far from where the network goes is not to shrink the picture.
        near = picture.points[account.distances < 1.0]
        limits = [
            _limits(np.append(picture.ways[..., part], near[:, part])) for part in (across, up)
        ]
        axes.set(
            xlabel=_component(picture.share, across),
            ylabel=_component(picture.share, up),
            xlim=limits[0],
            ylim=limits[1],
        )
    figure.axes[0].legend(fontsize="small")
    seconds = picture.times_s[-1]
    figure.suptitle(f"{title}; squares: the delay begins, {seconds:g} s of it are shown")
    return figure


def _map(
    axes: Axes, result: dict[str, Any], name: str, rows: list[list[float]], *, by_range: bool
) -> AxesImage:
    percent = 100.0 * np.array(rows)
    image = axes.imshow(percent, origin="lower", aspect="auto", cmap=_COLOURS, vmin=0, vmax=100)
    size = 9 if name == "overall" else 6.5
    for (row, column), value in np.ndenumerate(percent):
        dark = abs(value - _CHANCE) > 32.0
        axes.text(
            column,
            row,
            f"{value:.0f}",
            ha="center",
            va="center",
            fontsize=size,
            color="w" if dark else "k",
        )
    if not by_range and len(result["trained_s"]) > 1:
        for row, (trained, _) in enumerate(result["trained_s"]):
            if trained in result["delays_s"]:
                at = result["delays_s"].index(trained)
                axes.plot(
                    np.array([-0.5, 0.5, 0.5, -0.5, -0.5]) + at,
                    np.array([-0.5, -0.5, 0.5, 0.5, -0.5]) + row,
                    color="k",
                    lw=0.8,
                )
    axes.set_title(name)
    return image


def _shares_reached(result: dict[str, Any]) -> list[float]:
    return [n / len(row) for n, row in zip(result["reached"], result["updates"], strict=True)]


def _row_labels(result: dict[str, Any], *, by_range: bool) -> list[str]:
    labels = []
    for (low, high), n, row in zip(
        result["trained_s"], result["reached"], result["updates"], strict=True
    ):
        label = f"{high - low if by_range else low:g}"
        labels.append(label if n == len(row) else f"({n}/{len(row)}) {label}")
    return labels


def _draw_one_task(axes: Axes, result: dict[str, Any]) -> None:
    """One task: each network, their mean, and their worst condition."""
    delays, (low, high) = result["delays_s"], result["trained_s"][0]
    accuracy = 100.0 * np.array([network["accuracy"] for network in result["networks"]])
    axes.axvspan(low, high, color="0.92", zorder=0, label="trained")
    for k, network in enumerate(accuracy.mean(2)):
        axes.plot(delays, network, color="C0", lw=0.8, alpha=0.5, label=None if k else "a network")
    axes.plot(delays, accuracy.mean((0, 2)), color="C0", lw=2.5, label="mean of the networks")
    worst = accuracy.min((0, 2))
    axes.plot(delays, worst, color="C3", lw=1.2, ls="--", label="worst condition of any network")


def _draw_tasks(axes: Axes, result: dict[str, Any]) -> None:
    """A curve a task, the mean of its networks; a dot where it was trained."""
    delays, n = result["delays_s"], len(result["trained_s"])
    for row, (trained, means) in enumerate(
        zip(result["trained_s"], result["maps"]["overall"], strict=True)
    ):
        colour = _BY_ROW(0.95 * row / max(1, n - 1))
        percent = 100.0 * np.array(means)
        for network in result["networks"]:
            if network["trained_s"] == trained:
                own = 100.0 * np.array(network["accuracy"]).mean(1)
                axes.plot(delays, own, color=colour, lw=0.5, alpha=0.35)
        axes.plot(delays, percent, color=colour, lw=1.8)
        at = np.interp(trained[0], delays, percent)
        label = f"trained at {trained[0]:g} s" if row in (0, n - 1) else None
        axes.plot(trained[0], at, marker="o", ms=6, color=colour, ls="", label=label)


def _groups(points: Sequence[SlowPoint]) -> list[tuple[str, dict[str, Any], np.ndarray]]:
    """Points by what they are: words, how they are drawn, and which they are."""
    stable = np.array([point.n_unstable == 0 for point in points], bool)
    fixed = np.array([point.kind == "fixed" for point in points], bool)
    rest: dict[str, Any] = {"marker": "o", "ms": 7, "color": "k"}
    slow: dict[str, Any] = {"marker": "D", "ms": 5, "color": "0.4"}
    return [
        ("fixed point, stable", rest, fixed & stable),
        ("fixed point, unstable", rest | {"mfc": "w"}, fixed & ~stable),
        ("slow point, stable", slow, ~fixed & stable),
        ("slow point, unstable", slow | {"mfc": "w"}, ~fixed & ~stable),
    ]


def _limits(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    margin = 0.08 * (high - low)
    return low - margin, high + margin


def _component(share: np.ndarray, k: int) -> str:
    return f"component {k + 1}, {100 * share[k]:.0f} % of the variance"
