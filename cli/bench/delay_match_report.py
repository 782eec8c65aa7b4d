"""What a call of ``ctxaudio bench delay-match`` leaves: numbers, tables, figures and a page."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

from cli.bench.delay_match_run import Trained
from cli.bench.delay_match_table import map_table, span, training_table
from cli.bench.files import write_figure, write_pages
from cli.output import Reporter
from rnn.experiments.delay_match import study
from rnn.experiments.page import Section
from rnn.trainable.analysis.account import MemoryAccount, explain
from rnn.trainable.training import REACHED
from rnn.trainable.workers import Workers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# What is tested in a quick run, whose networks are trained at up to 1 s, or 2 s.
QUICK_DELAYS_S = (0.0, 0.5, 1.0, 1.5, 2.0)
QUICK_LONG_DELAYS_S = (5.0, 10.0, 20.0)
TRIALS = 100  # of each condition, at each delay
_EXPLAIN = 5  # what random numbers are for, after those of rnn.experiments.delay_match.study
_MEMORY = "how a network remembers"
_PULSES = {"frequency": ("high", "low"), "input": ("A", "B")}
_WHAT = {
    "delays": "Networks each trained at one delay",
    "ranges": "Networks each trained on a range of delays around one middle",
    "inputs": "Networks that tell by which of two inputs a pulse came",
}


def tested_delays(variant: str, preset: str, *, quick: bool) -> tuple[float, ...]:
    """At which delays, in s, the networks of a variant are tested."""
    delays = QUICK_DELAYS_S if quick else study.DELAYS_S
    if (variant, preset) == ("inputs", "modern"):
        return delays + (QUICK_LONG_DELAYS_S if quick else study.LONG_DELAYS_S)
    return delays


def result_of(
    trained: Trained, delays_s: tuple[float, ...]
) -> tuple[dict[str, Any], MemoryAccount | None]:
    """All numbers of one preset, as JSON has them, and how one of its networks remembers."""
    plan, state = trained.plan, trained.state
    index, memory, account = _explained(trained), None, None
    measured = study.measure_networks(plan, state, delays_s, trials_per_condition=TRIALS)
    if index is not None:
        # Threads of libraries would wait for each other at each of many small products.
        with Workers(1):
            memory, account = _memory(trained, index)
    reached = [
        [
            network["updates"]
            for network in measured["networks"]
            if network["trained_s"] == row and network["outcome"] == REACHED
        ]
        for row in measured["trained_s"]
    ]
    result = measured | {
        "mean_updates": [sum(row) / len(row) if row else None for row in reached],
        "memory": memory,
        "training_s": round(trained.seconds, 3),
        "updates_before": trained.updates_before,
        "network": asdict(plan.network),
        "training": asdict(plan.training),
    }
    return _finite(result), account


def sections_of(report: dict[str, Any]) -> list[Section]:
    """The tables, without figures: of the training, of each preset, and of what remembers."""
    variant, results = report["variant"], report["presets"]
    return [
        Section(f"{variant}: training", training_table(results), ()),
        *(
            Section(f"{variant}, {preset}", map_table(result), ())
            for preset, result in results.items()
        ),
        Section(_MEMORY, memory_lines(results), ()),
    ]


def write_report(
    reporter: Reporter, folder: Path, report: dict[str, Any], accounts: dict[str, MemoryAccount]
) -> None:
    """Write ``report.json``, figures and ``index.html`` into a folder."""
    from cli.bench import delay_match_figures as figures

    variant, results = report["variant"], report["presets"]
    by_range = variant == "ranges"
    # By the title of the section that shows them.
    drawn: dict[str, dict[str, Figure]] = {section.title: {} for section in sections_of(report)}
    training, memory = drawn[f"{variant}: training"], drawn[_MEMORY]
    with reporter.stage("Drawing"):
        if variant == "inputs":
            training["inputs-curves.png"] = figures.curves(results)
        else:
            training[f"{variant}-updates.png"] = figures.updates(results, by_range=by_range)
        for preset, result in results.items():
            name = f"{variant}-{preset}"
            if len(result["trained_s"]) > 1:
                n = report["seeds"]
                title = f"{variant}, {preset}" + f": mean of {n} networks a row" * (n > 1)
                drawn[f"{variant}, {preset}"][f"{name}-map.png"] = figures.maps(
                    result, title, by_range=by_range
                )
            if preset in accounts:
                memory[f"{name}-memory.png"] = figures.memory(
                    accounts[preset],
                    _PULSES[result["form"]],
                    f"{preset}, trained at {span(result['memory']['trained_s'])} s: "
                    f"{accounts[preset].kind}",
                )
        for file_name, figure in (pair for part in drawn.values() for pair in part.items()):
            write_figure(figure, folder / file_name)
    sections = [
        section._replace(figures=tuple(drawn[section.title])) for section in sections_of(report)
    ]
    write_pages(folder, report, f"Delay match: {variant}", _about(report), sections)


def memory_lines(results: dict[str, dict[str, Any]]) -> list[str]:
    """How one network of each preset remembers, in words."""
    lines = []
    for preset, result in results.items():
        memory = result["memory"]
        if memory is None:
            lines.append(f"{preset}: no network has reached the criterion.")
            continue
        lines.append(f"{preset}, trained at {span(memory['trained_s'])} s, seed {memory['seed']}:")
        lines += wrap(memory["sentence"], 78, initial_indent="  ", subsequent_indent="  ")
    return lines


def _about(report: dict[str, Any]) -> str:
    n = report["seeds"]
    return (
        f"{_WHAT[report['variant']]}; {n} seed{'s' * (n > 1)} of each. Right answers are shares "
        f"of {TRIALS} trials of each condition, with noise; 50 % is chance."
    )


def _explained(trained: Trained) -> int | None:
    """The first network that reached the criterion, of the task that is nearest to the middle."""
    tasks = list(dict.fromkeys(assignment.task for assignment in trained.plan.assignments))
    middle = len(tasks) // 2
    reached = [
        (abs(tasks.index(assignment.task) - middle), i)
        for i, assignment in enumerate(trained.plan.assignments)
        if trained.state.outcome[i] == REACHED
    ]
    return min(reached)[1] if reached else None


def _memory(trained: Trained, index: int) -> tuple[dict[str, Any], MemoryAccount | None]:
    """How a network remembers: for JSON, and for a figure."""
    assignment = trained.plan.assignments[index]
    about: dict[str, Any] = {
        "network": index,
        "trained_s": [assignment.task.shortest_s, assignment.task.longest_s],
        "seed": assignment.seed,
    }
    try:
        account = explain(
            trained.state.networks.select([index]).to("cpu"),
            0,
            assignment.task,
            trained.plan.training.dt_s,
            rng=np.random.default_rng((_EXPLAIN, assignment.seed)),
        )
    except (ArithmeticError, ValueError) as error:
        return about | {"kind": None, "sentence": f"Cannot be explained: {error}"}, None
    return about | {
        "kind": account.kind,
        "sentence": account.sentence,
        "lifetime_s": account.lifetime.lifetime_s,  # null: longer than was looked at
        "points": [
            {
                "kind": point.kind,
                "speed": point.speed,
                "n_unstable": point.n_unstable,
                "slowest": [point.slowest.real, point.slowest.imag],
                "distance": float(distance),
            }
            for point, distance in zip(account.points, account.distances, strict=True)
        ],
    }, account


def _finite(value: Any) -> Any:
    """JSON knows no number that is not finite: null instead."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
