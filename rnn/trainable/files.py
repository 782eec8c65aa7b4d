"""Files of trained networks, and of trainings that are to go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import torch

from rnn.files.codec import Array, Arrays, Kind, load, save
from rnn.files.typed_json import typed
from rnn.tasks.task import Task
from rnn.trainable.config import RateConfig
from rnn.trainable.networks import RateNetworks, Weights, Wiring
from rnn.trainable.optimiser import Moments
from rnn.trainable.plan import Plan, describe_plan, is_of_plan, plan_from
from rnn.trainable.state import OUTCOMES, Training

_REAL, _WHOLE = ("float32", "float64"), ("int64",)
_MATRIX, _STATE = ("network", "row", "column"), ("network", "unit")
_NETWORKS: Mapping[str, Array] = {
    "matrix": Array(types=_REAL, shape=_MATRIX),
    "initial": Array(types=_REAL, shape=_STATE),
    "mask": Array(types=_REAL, shape=_MATRIX, low=-1.0, high=1.0),
    "tau_s": Array(types=_REAL, shape=_STATE),
}
_MOMENTS = {
    f"{order}_{name}": Array(types=_REAL, shape=_NETWORKS[name].shape, low=low)
    for order, low in (("first", -np.inf), ("second", 0.0))
    for name in Weights._fields
}
_COUNTS = ("n_updates", "restarts", "level")
_TRAINING: Mapping[str, Array] = {
    **_NETWORKS,
    **_MOMENTS,
    **{name: Array(types=_WHOLE, shape=("network",), low=0, high=2**31) for name in _COUNTS},
    "smoothed": Array(types=("float64",), shape=("network",), low=0.0, high=1.0),
    "loss": Array(types=("float64",), shape=("network",), finite=False),  # not known at first
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _AboutNetworks:
    config: RateConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class _AboutTraining:
    plan: dict[str, Any]
    outcome: list[str]
    history: list[list[dict[str, Any]]]
    incidents: list[str]

    def __post_init__(self) -> None:
        if not set(self.outcome) <= set(OUTCOMES):
            raise ValueError("it has an outcome that there is not")
        for one in (validation for history in self.history for validation in history):
            _check_validation(one)

    def check_count(self, n_networks: int) -> None:
        """Whether it tells of so many networks."""
        for name, part in (("outcomes", self.outcome), ("histories", self.history)):
            if len(part) != n_networks:
                raise ValueError(f"expected {n_networks} {name}, got {len(part)}")


class _Told(NamedTuple):
    """What a checkpoint says of itself, and the plan that it is of."""

    plan: Plan[Task]
    about: _AboutTraining


def save_networks(networks: RateNetworks, target: str | Path | BinaryIO) -> None:
    """Write a stack of networks to a path, where it replaces a file, or to an open one.

    Raises:
        OSError: if the file cannot be written.
        ValueError: if a number in it is not finite.
    """
    save(NETWORKS, networks, target)


def load_networks(source: str | Path | BinaryIO) -> RateNetworks:
    """Read a stack of networks, from a path or an open file.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is no such file, of another version, or damaged.
    """
    return load(NETWORKS, source)


def save_training(plan: Plan[Task], state: Training, target: str | Path | BinaryIO) -> None:
    """Write where a training stands: all that is needed to go on to the same end.

    Raises:
        OSError: if the file cannot be written.
        ValueError: if it is not of this plan, or a number in it is not finite.
    """
    save(_checkpoint(_same(plan), _training_from("cpu")), Checkpoint(plan, state), target)


def load_plan(source: str | Path | BinaryIO, *, tasks: Iterable[type[Task]] = ()) -> Plan[Task]:
    """Read what networks are trained on: the plan of a file of a training.

    Args:
        source: path of the file, or the file, open.
        tasks: classes of a user's own, which the file may name.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is no such file, is damaged, or names a task that is not known.
    """
    own = tuple(tasks)
    kind = _checkpoint(lambda described: plan_from(described, own), _training_from("cpu"))
    return load(kind, source).plan


def load_training(plan: Plan[Task], source: str | Path | BinaryIO, device: str = "cpu") -> Training:
    """Read where the training of just this plan stands, from a path or an open file.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is no such file, damaged, or of another plan.
    """
    kind = _checkpoint(
        _same(plan),
        _training_from(device),
        noun="checkpoint of this training",
        advice="remove it to begin anew",
    )
    return load(kind, source).state


def _networks_apart(networks: RateNetworks) -> tuple[dict[str, Any], Arrays]:
    return {"config": asdict(networks.config)}, _arrays(networks)


def _arrays(networks: RateNetworks) -> dict[str, np.ndarray]:
    both = {**networks.weights._asdict(), **networks.wiring._asdict()}
    return {name: part.cpu().numpy() for name, part in both.items()}


def _networks_from(config: RateConfig, arrays: Arrays, device: str = "cpu") -> RateNetworks:
    # As Python's numbers: a config's may be beyond what float32 holds.
    shortest, longest = float(arrays["tau_s"].min()), float(arrays["tau_s"].max())
    # Of a config's numbers, rounded to float32.
    if not config.shortest_tau_s * 0.9999 <= shortest <= longest <= config.longest_tau_s * 1.0001:
        raise ValueError(
            f"time constants must lie between {config.shortest_tau_s:g} and "
            f"{config.longest_tau_s:g} s, got {shortest:g} to {longest:g} s"
        )
    return RateNetworks(
        config,
        Weights(*(_tensor(arrays[name], device) for name in Weights._fields)),
        Wiring(*(_tensor(arrays[name], device) for name in Wiring._fields)),
    )


def _tensor(array: np.ndarray, device: str) -> torch.Tensor:
    return torch.from_numpy(array).to(device)


def _sizes(config: RateConfig) -> dict[str, int]:
    n_columns = config.n_units + config.n_inputs + config.n_contexts + 1
    return {
        "unit": config.n_units,
        "row": config.n_units + config.n_outputs,
        "column": n_columns,
    }


NETWORKS = Kind(
    noun="file of rate networks",
    format="rnn rate networks",
    arrays=_NETWORKS,
    describe=partial(typed, _AboutNetworks),
    sizes=lambda about: _sizes(about.config),
    take_apart=_networks_apart,
    put_together=lambda about, arrays: _networks_from(about.config, arrays),
)


class Checkpoint(NamedTuple):
    """A plan, and where its training stands."""

    plan: Plan[Task]
    state: Training


def _same(plan: Plan[Task]) -> Callable[[dict[str, Any]], Plan[Task]]:
    """Takes descriptions of just this plan, whose tasks need not be known by name."""

    def plan_of(described: dict[str, Any]) -> Plan[Task]:
        if not is_of_plan(described, plan):
            raise ValueError("it is of another plan: other networks, tasks or settings")
        return plan

    return plan_of


def _checkpoint(
    plan_of: Callable[[dict[str, Any]], Plan[Task]],
    put_together: Callable[[_Told, Arrays], Checkpoint],
    *,
    noun: str = "file of a training",
    advice: str | None = None,
) -> Kind[_Told, Checkpoint]:
    """The kind of file that a checkpoint is, of plans that may be described so."""

    def describe(value: object) -> _Told:
        about = typed(_AboutTraining, value)
        plan = plan_of(about.plan)
        about.check_count(len(plan.assignments))
        return _Told(plan, about)

    return Kind(
        noun=noun,
        format="rnn training",
        advice=advice,
        arrays=_TRAINING,
        describe=describe,
        sizes=lambda told: {"network": len(told.plan.assignments), **_sizes(told.plan.network)},
        longest_header=2**28,  # the history of hundreds of networks
        take_apart=_training_apart,
        put_together=put_together,
    )


def _training_apart(checkpoint: Checkpoint) -> tuple[dict[str, Any], Arrays]:
    plan, state = checkpoint
    arrays = _arrays(state.networks)
    for order, moments in zip(("first", "second"), state.moments, strict=True):
        for name, part in zip(Weights._fields, moments, strict=True):
            arrays[f"{order}_{name}"] = part.cpu().numpy()
    for name in (*_COUNTS, "smoothed", "loss"):
        arrays[name] = getattr(state, name)
    about = {
        "plan": describe_plan(plan),
        "outcome": state.outcome,
        "history": state.history,
        "incidents": state.incidents,
    }
    return about, arrays


def _training_from(device: str) -> Callable[[_Told, Arrays], Checkpoint]:
    def put_together(told: _Told, arrays: Arrays) -> Checkpoint:
        moments = (
            Weights(*(_tensor(arrays[f"{order}_{name}"], device) for name in Weights._fields))
            for order in ("first", "second")
        )
        state = Training(
            networks=_networks_from(told.plan.network, arrays, device),
            moments=Moments(*moments),
            **{name: arrays[name] for name in (*_COUNTS, "smoothed", "loss")},
            outcome=told.about.outcome,
            history=told.about.history,
            incidents=told.about.incidents,
        )
        return Checkpoint(told.plan, state)

    return put_together


def _check_validation(one: dict[str, Any]) -> None:
    """Whether it says when it was and how many answers were right; the rest is the task's."""
    if not {"updates", "level", "accuracy"} <= one.keys():
        raise ValueError("a validation in it is incomplete")
    if min(typed(int, one[name], name) for name in ("updates", "level")) < 0:
        raise ValueError("a count in it is negative")
    rows = typed(list[list[float]], one["accuracy"], "accuracy")
    shares = [share for row in rows for share in row]
    if not shares or len({len(row) for row in rows}) > 1:
        raise ValueError("the accuracy of a validation is no table")
    if not 0.0 <= min(shares) <= max(shares) <= 1.0:
        raise ValueError("an accuracy in it is no share")
