"""What is to be trained: networks of one config, in one way, each on an assignment of its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from rnn.tasks.delay_match import DelayMatch
from rnn.trainable.config import RateConfig
from rnn.trainable.optimiser import OptimiserConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """How networks are trained, and when one is done.

    A network reaches the criterion when the least of the four conditions' accuracies, in the mean
    of the last validations, is high enough; with ``every_delay`` the least of all delays too.
    """

    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    dt_s: float = 0.02
    batch: int = 64  # trials
    gradient_weight: float = 0.0  # of Ω, the vanishing-gradient term
    widen_at: float = 0.93  # smoothed accuracy above which delays widen, where there are levels
    validate_every: int = 50  # updates
    validation_delays: int = 5  # evenly through the range; the ends included
    validation_trials: int = 100  # of each condition, shared out to the delays, rounded up
    criterion: float = 0.9
    validations: int = 3  # the last ones, whose mean counts
    every_delay: bool = False
    max_updates: int = 20_000
    max_restarts: int = 2  # of a network whose numbers are no longer finite, or that is stuck
    patience: int | None = None  # updates after which a network still at chance is stuck

    def __post_init__(self) -> None:
        for name in (
            "batch",
            "validate_every",
            "validation_delays",
            "validation_trials",
            "validations",
            "max_updates",
        ):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}.")
        if self.patience is not None and self.patience < 1:
            raise ValueError(f"patience must be at least 1, got {self.patience}.")
        if self.max_restarts < 0:
            raise ValueError(f"max_restarts must not be negative, got {self.max_restarts}.")
        for name in ("criterion", "widen_at"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise ValueError(f"{name} must lie in (0, 1], got {getattr(self, name)}.")
        if not (self.gradient_weight >= 0.0 and np.isfinite(self.gradient_weight)):
            raise ValueError(
                f"gradient_weight must be finite and not negative, got {self.gradient_weight}."
            )
        if not (self.dt_s > 0.0 and np.isfinite(self.dt_s)):
            raise ValueError(f"dt_s must be positive and finite, got {self.dt_s}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What one network of a stack is to learn, and from which seed."""

    task: DelayMatch
    seed: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Networks of one config, trained in one way, each on an assignment of its own.

    Raises:
        ValueError: if a task cannot be told in steps of this length or by such a network, or
            tasks differ in more than their delays.
    """

    network: RateConfig
    training: TrainingConfig
    assignments: tuple[Assignment, ...]

    def __post_init__(self) -> None:
        if not self.assignments:
            raise ValueError("there is no network to train.")
        self.network.alpha(self.training.dt_s)
        if self.network.n_contexts:
            raise ValueError(
                f"these tasks have no context, the network has {self.network.n_contexts}."
            )
        for assignment in self.assignments:
            task = assignment.task
            task.check_step(self.training.dt_s)
            if (task.n_inputs, 2) != (self.network.n_inputs, self.network.n_outputs):
                raise ValueError(
                    f"the {task.form} form needs {task.n_inputs} inputs and 2 outputs, the network "
                    f"has {self.network.n_inputs} and {self.network.n_outputs}."
                )
        alike = {_without_delays(assignment.task) for assignment in self.assignments}
        if len(alike) > 1:
            raise ValueError("the tasks of a stack may differ in their delays only.")


def _without_delays(task: DelayMatch) -> DelayMatch:
    return replace(task, shortest_s=0.0, longest_s=0.0, widening_s=0.0, first_limit_s=0.0)
