"""Atanasov's delay-match study (2016), and the same tasks with a network that learns them better.

Three variants: *delays*, networks each trained at one delay and tested at all; *ranges*, networks
each trained on a range of delays around the same middle; *inputs*, the form of the task in which
a pulse comes by one of two inputs, which the study could hardly train.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from rnn.random_streams import Stream, generator
from rnn.tasks.delay_match import DelayMatch
from rnn.trainable.accuracy import forked_accuracy
from rnn.trainable.config import RateConfig
from rnn.trainable.dynamics import Noise, acting
from rnn.trainable.networks import RateNetworks
from rnn.trainable.optimiser import OptimiserConfig
from rnn.trainable.plan import Assignment, Plan, TrainingConfig
from rnn.trainable.training import REACHED, Training
from rnn.trainable.workers import Workers

VARIANTS = ("delays", "ranges", "inputs")
PRESETS = ("modern", "study")

DELAYS_S = tuple(0.5 * k for k in range(11))  # trained and tested
LONG_DELAYS_S = (7.5, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0)  # tested beyond the training
RANGES_S = DELAYS_S  # of delays around MIDDLE_S
MIDDLE_S = 2.5
TEST_FIXATION_S = 0.5

# The study's network: four fifths of it excite, it is sparse, and its weights are large at first.
STUDY_NETWORK = RateConfig(
    excitatory_share=0.8,
    excitatory_density=0.1,
    inhibitory_density=0.5,
    self_connections=False,
    weights="gamma",
    spectral_radius=1.5,
)
STUDY_TRAINING = TrainingConfig(
    optimiser=OptimiserConfig(method="adam", learning_rate=1e-3),
    batch=20,
    gradient_weight=2.0,
    # Trained at one long delay from the start, most draws of this network never find the answer.
    patience=1600,
    max_restarts=30,
)
# As in the study's own code; it takes tens of thousands of updates.
STUDY_SGD = OptimiserConfig(method="sgd", learning_rate=0.01)

# Units that nearly keep what they have are a memory from the start.
MODERN_NETWORK = RateConfig(weights="identity")
MODERN_TRAINING = TrainingConfig(optimiser=OptimiserConfig(learning_rate=1e-3), batch=64)


def plan_for(
    variant: str, preset: str, *, seeds: int, quick: bool = False, sgd: bool = False
) -> Plan[DelayMatch]:
    """What is to be trained: all networks of a variant.

    Raises:
        ValueError: if there is no such variant or preset.
    """
    if variant not in VARIANTS:
        raise ValueError(f"there is no variant {variant!r}; there are {', '.join(VARIANTS)}.")
    if preset not in PRESETS:
        raise ValueError(f"there is no preset {preset!r}; there are {' and '.join(PRESETS)}.")
    study = preset == "study"
    network, training = (
        (STUDY_NETWORK, STUDY_TRAINING) if study else (MODERN_NETWORK, MODERN_TRAINING)
    )
    if variant == "inputs":
        network = replace(network, n_inputs=2)
    if study and sgd:
        training = replace(
            training,
            optimiser=STUDY_SGD,
            validate_every=500,
            max_updates=150_000,
            patience=None,  # at chance for long is how it learns
        )
    elif study and variant == "inputs":
        # Longer than most of those take that learn it at all.
        training = replace(training, max_restarts=3, max_updates=5_000)
    elif variant == "inputs":
        training = replace(
            training,
            every_delay=True,
            validate_every=25,
            validation_delays=len(DELAYS_S),
            validation_trials=50 * len(DELAYS_S),
        )
    tasks = _tasks(variant, study=study, quick=quick)
    if not study:
        # What is not the same in training and in the test is not learned: the fixation is.
        tasks = [replace(task, fixation_s=TEST_FIXATION_S) for task in tasks]
    return Plan(
        network,
        training,
        tuple(Assignment(task=task, seed=seed) for task in tasks for seed in range(seeds)),
    )


def _tasks(variant: str, *, study: bool, quick: bool) -> list[DelayMatch]:
    if variant == "ranges":
        ranges = RANGES_S if not quick else (0.0, 1.0)
        middle = MIDDLE_S if not quick else 0.5
        return [DelayMatch(shortest_s=middle - r / 2.0, longest_s=middle + r / 2.0) for r in ranges]
    if variant == "inputs" and not study:
        longest = 2.0 if quick else DELAYS_S[-1]
        return [DelayMatch(form="input", longest_s=longest, widening_s=0.5)]
    delays = DELAYS_S if not quick else (0.0, 0.5, 1.0)
    one = DelayMatch(form="input" if variant == "inputs" else "frequency")
    return [replace(one, shortest_s=delay, longest_s=delay) for delay in delays]


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
