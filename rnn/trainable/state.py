"""Where a training stands, and the keys of all that is drawn in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn.random_streams import Stream
from rnn.tasks.task import Task
from rnn.trainable.networks import RateNetworks
from rnn.trainable.optimiser import Moments
from rnn.trainable.plan import Plan

TRAINING, REACHED, STOPPED, FAILED = "training", "reached", "stopped", "failed"
OUTCOMES = (TRAINING, REACHED, STOPPED, FAILED)


@dataclass(slots=True)
class Training:
    """Where the training of a stack stands: all that a checkpoint keeps.

    ``history`` has one list a network, of validations: updates, level, accuracy (fork,
    condition), and what the task says of its forks. ``incidents`` are the restarts and failures,
    in words.
    """

    networks: RateNetworks
    moments: Moments
    n_updates: np.ndarray  # (network,)
    restarts: np.ndarray  # (network,)
    level: np.ndarray  # (network,)
    smoothed: np.ndarray  # (network,): accuracy in training
    loss: np.ndarray  # (network,)
    outcome: list[str]
    history: list[list[dict[str, Any]]]
    incidents: list[str]

    @property
    def active(self) -> np.ndarray:
        """Indices of the networks that are still trained."""
        return np.flatnonzero([outcome == TRAINING for outcome in self.outcome])


def stream_key(plan: Plan[Task], state: Training, i: int, stream: Stream) -> tuple[int, ...]:
    """The key of a stream of a network, as often as it was restarted and updated."""
    return (stream, plan.assignments[i].seed, int(state.restarts[i]), int(state.n_updates[i]))
