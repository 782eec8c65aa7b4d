"""What is to be trained: networks of one config, in one way, each on an assignment of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np

from rnn.files.typed_json import plain_number, typed
from rnn.tasks.registry import UNNAMED, describe_task, task_from
from rnn.tasks.task import Task
from rnn.trainable.accuracy import check_fit
from rnn.trainable.config import RateConfig
from rnn.trainable.optimiser import OptimiserConfig

Learned = TypeVar("Learned", bound=Task, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """How networks are trained, and when one is done.

    A network reaches the criterion when the least of its conditions' accuracies, in the mean of
    the last validations, is high enough; with ``every_delay`` the least of all delays (or what
    else a task's trials fork at) too.
    """

    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    dt_s: float = 0.02
    batch: int = 64  # trials
    gradient_weight: float = 0.0  # of Ω, the vanishing-gradient term
    widen_at: float = 0.93  # smoothed accuracy above which the next level begins, if there is one
    validate_every: int = 50  # updates
    validation_delays: int = 5  # or other forks; evenly through the range, the ends included
    validation_trials: int = 100  # of each condition, shared out to the forks, rounded up
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
class Assignment(Generic[Learned]):
    """What one network of a stack is to learn, and from which seed."""

    task: Learned
    seed: int


@dataclass(frozen=True, slots=True)
class Plan(Generic[Learned]):
    """Networks of one config, trained in one way, each on an assignment of its own.

    Raises:
        ValueError: if a task cannot be told in steps of this length or by such a network, or
            there is no network.
    """

    network: RateConfig
    training: TrainingConfig
    assignments: tuple[Assignment[Learned], ...]

    def __post_init__(self) -> None:
        if not self.assignments:
            raise ValueError("there is no network to train.")
        self.network.alpha(self.training.dt_s)
        for assignment in self.assignments:
            assignment.task.check_step(self.training.dt_s)
            check_fit(self.network, assignment.task)


def describe_plan(plan: Plan[Task]) -> dict[str, Any]:
    """A plan as JSON has it.

    Raises:
        TypeError: if a task cannot be described.
    """
    return {
        "network": asdict(plan.network),
        "training": asdict(plan.training),
        "assignments": [
            {"task": describe_task(one.task), "seed": one.seed} for one in plan.assignments
        ],
    }


def is_of_plan(description: Mapping[str, Any], plan: Plan[Task]) -> bool:
    """Whether a description is of just this plan; what it names is not needed for that."""
    try:
        named = [
            one | {"task": {"name": UNNAMED, **one["task"]}} for one in description["assignments"]
        ]
    except (LookupError, TypeError):  # it is of no plan at all
        return False
    told: bool = dict(description) | {"assignments": named} == json.loads(
        json.dumps(describe_plan(plan), default=plain_number)
    )
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Assigned:
    task: dict[str, Any]
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Described:
    """A plan as JSON has it; its tasks are read by their own classes."""

    network: RateConfig
    training: TrainingConfig
    assignments: list[_Assigned]


def plan_from(description: Mapping[str, Any], own: Iterable[type[Task]] = ()) -> Plan[Task]:
    """The plan that was described.

    Args:
        description: as :func:`describe_plan` made it.
        own: classes of tasks that do not ship (:func:`rnn.tasks.task_from`).

    Raises:
        ValueError: if it is no such description.
    """
    told, own = typed(_Described, description, "the plan"), tuple(own)
    return Plan(
        told.network,
        told.training,
        tuple(Assignment(task=task_from(one.task, own), seed=one.seed) for one in told.assignments),
    )
