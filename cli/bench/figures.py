"""Figures as the paper shows them: examples, what was extrapolated, the bifurcation, the theory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnn.attractors.memory import AttractorMemory, free_run
from rnn.attractors.schedule import Schedule
from rnn.experiments.lorenz import mechanism
from rnn.experiments.lorenz.bifurcation import TRUE_HOPF, sweep_schedule
from rnn.experiments.lorenz.families import Family
from rnn.experiments.lorenz.flight import flight_path
from rnn.experiments.lorenz.truth import KEEP_S, LARGEST_EXPONENT, Floor, true_track

matplotlib.use("Agg")  # a file is written, no screen is needed

_COLOURS = matplotlib.colormaps["coolwarm"]
_DRAWN_S, _RAMP_S = 30.0, 30.0


def attractors(
    memory: AttractorMemory, family: Family, contexts: Sequence[Sequence[float]]
) -> Figure:
    """X against z at contexts (asked, context): recalled in colour over the truth in grey.

    The first panel is what was taught.
    """
    taught = np.unique(memory.contexts.T, axis=0)
    asked = np.array(contexts, dtype=np.float64)
    reach = np.abs(asked).max() or 1.0
    figure = Figure(figsize=(12, 5.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1, 2])
    true = true_track(n_runs=1, seconds=_DRAWN_S, rng=np.random.default_rng(0)).transpose(0, 2, 1)
    for context in taught:
        example = family.apply(true, context[:, None])
        left.plot(example[:, 0, 0], example[:, 2, 0], lw=0.6, color=_colour(context, 3.0))
    left.set(title="taught", xlabel="x", ylabel="z")
    outputs = _recall(memory, asked)
    for i, context in enumerate(asked):
        moved = family.apply(true, context[:, None])
        right.plot(moved[:, 0, 0], moved[:, 2, 0], lw=2.5, color="0.85", zorder=1)
        recalled = outputs[:, i]
        right.plot(recalled[:, 0], recalled[:, 2], lw=0.5, color=_colour(context, reach), zorder=2)
    right.set(title=f"{family.name}: recalled, truth behind it in grey", xlabel="x", ylabel="z")
    _limit(right)
    return figure


def errors(rows: list[dict[str, Any]], floor: Floor, title: str) -> Figure:
    """Errors against context: median and 10 to 90 % of the draws, and what chance leaves."""
    figure = Figure(figsize=(12, 6.5), layout="constrained")
    axes = figure.subplots(2, 3).ravel()
    c = [row["context"][0] for row in rows]
    axes[0].plot(c, [100.0 * row["success_rate"] for row in rows], "k.-")
    axes[0].set(title="draws that keep the attractor, %", ylim=(-5, 105))
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
    for panel in axes:
        panel.set_xlabel("context")
    figure.suptitle(f"{title}: median and 10–90 % of the draws; grey: two true runs")
    return figure


def sweep(memory: AttractorMemory) -> Figure:
    """The bifurcation: x while the context goes 0, 5, 0, 5."""
    duration_s = 280.0
    schedule = sweep_schedule(duration_s)
    n_steps = round(duration_s / memory.flow.dt)
    every = max(1, round(KEEP_S / memory.flow.dt))
    state, _ = memory.start(np.zeros((1, 1)))
    outputs, _ = free_run(memory, schedule, state, n_steps=n_steps, every=every)
    times = (np.arange(len(outputs)) + 1) * every * memory.flow.dt
    figure = Figure(figsize=(12, 5), layout="constrained")
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[1, 3])
    top.plot(schedule.times_s, schedule.contexts[:, 0, 0], color="k")
    top.axhline(TRUE_HOPF, color="C3", lw=0.8, ls="--")
    top.set(
        ylabel="context", title=f"taught at 0 and 1; dashed: the true Hopf point, {TRUE_HOPF:.3f}"
    )
    bottom.plot(times, outputs[:, 0, 0], lw=0.4)
    bottom.set(xlabel="s", ylabel="x")
    return figure


def flight(memory: AttractorMemory) -> Figure:
    """The path of the attractor through the plane of both contexts."""
    duration_s = 160.0
    schedule = flight_path(duration_s)
    state, start = memory.start(schedule.contexts[0])
    dt = memory.flow.dt
    approach = Schedule.ramp(start, schedule.contexts[0], _RAMP_S)
    n_steps = round(_RAMP_S / dt)
    _, state = free_run(memory, approach, state, n_steps=n_steps, every=n_steps)
    every = max(1, round(KEEP_S / dt))
    outputs, _ = free_run(memory, schedule, state, n_steps=round(duration_s / dt), every=every)
    figure = Figure(figsize=(12, 6), layout="constrained")
    axes = figure.subplots()
    shade = np.linspace(0.0, 1.0, len(outputs))
    axes.scatter(outputs[:, 0, 0], outputs[:, 0, 2], s=0.3, c=shade, cmap="viridis")
    centre = schedule.contexts[:, :, 0]
    axes.plot(centre[:, 0], centre[:, 1] + 23.55, color="C3", lw=1.0)
    axes.set(xlabel="x", ylabel="z", title="flight; red: where the contexts put the centre")
    return figure


def response(memory: AttractorMemory, family: Family) -> Figure:
    """Predicted against simulated displacement of every unit."""
    seen = mechanism.measure_response(memory, family)
    figure = Figure(figsize=(11, 5.2), layout="constrained")
    for axes, predicted, name in zip(
        figure.subplots(1, 2), (seen.zeroth, seen.first), ("zeroth", "first"), strict=True
    ):
        correlation, error = mechanism.agreement(predicted, seen.simulated)
        axes.plot(seen.simulated[::8].ravel(), predicted[::8].ravel(), ".", ms=2)
        axes.axline((0.0, 0.0), slope=1.0, color="0.5", lw=0.8)
        axes.set(
            xlabel="simulated displacement of a unit",
            ylabel="predicted",
            title=f"{name} order: correlation {correlation:.6f}, error {100 * error:.2f} %",
        )
    return figure


def _recall(memory: AttractorMemory, asked: np.ndarray) -> np.ndarray:
    """Outputs (time, asked, 3) after the contexts were turned to what is asked."""
    dt = memory.flow.dt
    state, start = memory.start(asked.T)
    n_steps = round(_RAMP_S / dt)
    ramp = Schedule.ramp(start, asked.T, _RAMP_S * 0.8)
    with np.errstate(over="ignore", invalid="ignore"):
        _, state = free_run(memory, ramp, state, n_steps=n_steps, every=n_steps)
        held = Schedule.constant(asked.T)
        every = max(1, round(KEEP_S / dt))
        outputs, _ = free_run(memory, held, state, n_steps=round(_DRAWN_S / dt), every=every)
    return outputs


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
