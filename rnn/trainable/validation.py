"""Validation of networks in training, and whether they have reached the criterion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from rnn.random_streams import Stream
from rnn.tasks.task import ForkedTrials, Task
from rnn.trainable.accuracy import alike, forked_accuracy, plain_accuracy
from rnn.trainable.dynamics import Noise, acting
from rnn.trainable.plan import Plan, TrainingConfig
from rnn.trainable.state import Training, stream_key
from rnn.trainable.workers import Workers


def validate(plan: Plan[Task], state: Training, due: list[int], workers: Workers) -> list[int]:
    """Validate networks: side by side where their trials fork alike, else one by one.

    Returns:
        Those of them that have reached the criterion.
    """
    training = plan.training
    forked: dict[int, ForkedTrials] = {}
    groups: dict[tuple[object, ...], list[int]] = {}
    plain = []
    for i in due:
        trials = plan.assignments[i].task.forked(
            training.dt_s,
            level=int(state.level[i]),
            n_forks=training.validation_delays,
            n_trials=training.validation_trials,
        )
        if trials is None:
            plain.append(i)
        else:
            forked[i] = trials
            groups.setdefault((len(trials.forks), alike(trials)), []).append(i)
    shares = [group[k :: workers.n] for group in groups.values() for k in range(workers.n)]
    shares = [share for share in shares if share]
    found = workers.map(
        lambda share: _forked(plan, state, share, [forked[i] for i in share], workers), shares
    )
    rows = workers.map(lambda i: _plain(plan, state, i, workers), plain)
    # All or none: what was stopped is done again in the same company, and so to the last bit.
    for share, accuracy in zip(shares, found, strict=True):
        for i, row in zip(share, accuracy, strict=True):
            _enter(state, i, row[: len(forked[i].forks)], forked[i].about)
    for i, row in zip(plain, rows, strict=True):
        _enter(state, i, row[None], {})
    return [i for i in due if _is_last(plan, state, i) and _reached(training, state.history[i])]


def _forked(
    plan: Plan[Task], state: Training, due: list[int], trials: list[ForkedTrials], workers: Workers
) -> np.ndarray:
    """Accuracy (network, fork, condition) in trials that fork alike."""
    acts = acting(state.networks.select(due), plan.training.dt_s)
    keys = [stream_key(plan, state, i, Stream.VALIDATION) for i in due]
    streams = list(dict.fromkeys(keys))
    listens = torch.tensor([streams.index(key) for key in keys], device=acts.matrix.device)
    noise = Noise([np.random.default_rng(key) for key in streams], listens)
    return forked_accuracy(
        plan.network, acts, trials, plan.training.dt_s, noise=noise, check=workers.check
    )


def _plain(plan: Plan[Task], state: Training, i: int, workers: Workers) -> np.ndarray:
    """Accuracy (condition,) in whole trials."""
    return plain_accuracy(
        state.networks,
        i,
        plan.assignments[i].task,
        plan.training.dt_s,
        n_trials=plan.training.validation_trials,
        key=stream_key(plan, state, i, Stream.VALIDATION)[1:],
        level=int(state.level[i]),
        check=workers.check,
    )


def _enter(state: Training, i: int, accuracy: np.ndarray, about: Mapping[str, Any]) -> None:
    """Enter a validation (fork, condition) into the history."""
    state.history[i].append(
        {
            "updates": int(state.n_updates[i]),
            "level": int(state.level[i]),
            **about,
            "accuracy": accuracy.tolist(),
        }
    )


def _is_last(plan: Plan[Task], state: Training, i: int) -> bool:
    """Whether a network is at the last level of its task."""
    return bool(state.level[i] == plan.assignments[i].task.last_level)


def _reached(training: TrainingConfig, history: list[dict[str, Any]]) -> bool:
    """Whether the last validations, all of them at one level, meet the criterion."""
    last = history[-training.validations :]
    if len(last) < training.validations or len({one["level"] for one in last}) > 1:
        return False
    return bool(
        np.mean([least(one["accuracy"], training.every_delay) for one in last])
        >= training.criterion
    )


def least(accuracy: Sequence[Sequence[float]], every_delay: bool = False) -> float:
    """The least accuracy of the conditions, (fork, condition): at each fork, or overall.

    >>> least([[1.0, 0.9, 1.0, 1.0], [1.0, 0.7, 1.0, 1.0]])
    0.8
    """
    array = np.asarray(accuracy)
    return float((array if every_delay else array.mean(0)).min())
