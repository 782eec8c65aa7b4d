"""What trained delay-match networks do: numbers as JSON has them, and how one remembers."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch

from rnn.experiments.delay_match.runs import Trained
from rnn.experiments.delay_match.settings import TEST_FIXATION_S
from rnn.random_streams import Stream, generator
from rnn.tasks.delay_match import DelayMatch
from rnn.trainable.accuracy import forked_accuracy
from rnn.trainable.analysis.account import MemoryAccount, explain
from rnn.trainable.dynamics import Noise, acting
from rnn.trainable.networks import RateNetworks
from rnn.trainable.plan import Plan
from rnn.trainable.state import REACHED, Training
from rnn.trainable.workers import Workers

TRIALS = 100  # of each condition, at each delay


def result_of(
    trained: Trained, delays_s: tuple[float, ...]
) -> tuple[dict[str, Any], MemoryAccount | None]:
    """All numbers of one preset, as JSON has them, and how one of its networks remembers."""
    plan, state = trained.plan, trained.state
    index, memory, account = _explained(trained), None, None
    measured = measure_networks(plan, state, delays_s, trials_per_condition=TRIALS)
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


def measure_networks(
    plan: Plan[DelayMatch],
    state: Training,
    delays_s: tuple[float, ...],
    *,
    trials_per_condition: int = 100,
) -> dict[str, Any]:
    """What a trained stack does at each delay, as JSON has it: all networks, and maps of them.

    A map has a row for each task that was trained and a column for each delay: the share of right
    answers, in the mean of the seeds, overall and of each condition.
    """
    form = plan.assignments[0].task.form
    share = accuracy_of(
        state.networks,
        plan.assignments[0].task,
        delays_s,
        seeds=[assignment.seed for assignment in plan.assignments],
        dt_s=plan.training.dt_s,
        trials_per_condition=trials_per_condition,
    )
    names = plan.assignments[0].task.conditions
    tasks = list(dict.fromkeys(assignment.task for assignment in plan.assignments))
    rows = [
        [i for i, assignment in enumerate(plan.assignments) if assignment.task == task]
        for task in tasks
    ]
    by_row = np.array([share[row].mean(0) for row in rows])  # (task, delay, condition)
    return {
        "form": form,
        "trained_s": [[task.shortest_s, task.longest_s] for task in tasks],
        "delays_s": list(delays_s),
        "maps": {"overall": by_row.mean(2).tolist()}
        | {name: by_row[:, :, k].tolist() for k, name in enumerate(names)},
        "updates": [[int(state.n_updates[i]) for i in row] for row in rows],
        "reached": [sum(state.outcome[i] == REACHED for i in row) for row in rows],
        "networks": [
            {
                "trained_s": [assignment.task.shortest_s, assignment.task.longest_s],
                "seed": assignment.seed,
                "outcome": state.outcome[i],
                "updates": int(state.n_updates[i]),
                "restarts": int(state.restarts[i]),
                "history": state.history[i],
                "accuracy": share[i].tolist(),
            }
            for i, assignment in enumerate(plan.assignments)
        ],
        "incidents": list(state.incidents),
    }


def accuracy_of(
    networks: RateNetworks,
    task: DelayMatch,
    delays_s: tuple[float, ...],
    *,
    seeds: list[int],
    dt_s: float,
    trials_per_condition: int,
) -> np.ndarray:
    """Share of right answers (network, delay, condition), after the study's longer fixation.

    Networks of one seed hear the same noise.
    """
    device = networks.weights.matrix.device
    test = replace(task, fixation_s=TEST_FIXATION_S)
    trials = test.forked_at(delays_s, dt_s, n_trials=trials_per_condition)
    share = np.empty((len(networks), len(delays_s), trials.n_conditions))

    def of_seed(seed: int) -> None:
        own = [i for i, other in enumerate(seeds) if other == seed]
        noise = Noise(
            [generator(Stream.TEST, seed)], torch.zeros(len(own), dtype=torch.long, device=device)
        )
        share[own] = forked_accuracy(
            networks.config,
            acting(networks.select(own), dt_s),
            [trials] * len(own),
            dt_s,
            noise=noise,
            check=workers.check,
        )

    with Workers.for_device(device) as workers:
        workers.map(of_seed, sorted(set(seeds)))
    return share


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
            rng=generator(Stream.EXPLANATION, assignment.seed),
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
