"""Files of trained networks, and of trainings that are to go on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch

from rnn.codec import Array, Arrays, Kind, load, save
from rnn.trainable.config import RateConfig
from rnn.trainable.networks import RateNetworks, Weights, Wiring
from rnn.trainable.optimiser import Moments
from rnn.trainable.plan import Plan
from rnn.trainable.training import OUTCOMES, Training
from rnn.typed_json import typed

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


def save_training(plan: Plan, state: Training, target: str | Path | BinaryIO) -> None:
    """Write where a training stands: all that is needed to go on to the same end.

    Raises:
        OSError: if the file cannot be written.
        ValueError: if it is not of this plan, or a number in it is not finite.
    """
    save(_training_of(plan), state, target)


def load_training(plan: Plan, source: str | Path | BinaryIO, device: str = "cpu") -> Training:
    """Read where the training of just this plan stands, from a path or an open file.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is no such file, damaged, or of another plan.
    """
    return load(_training_of(plan, device), source)


def _networks_apart(networks: RateNetworks) -> tuple[dict[str, Any], Arrays]:
    return {"config": asdict(networks.config)}, _arrays(networks)


def _arrays(networks: RateNetworks) -> dict[str, np.ndarray]:
    both = {**networks.weights._asdict(), **networks.wiring._asdict()}
    return {name: part.cpu().numpy() for name, part in both.items()}


def _networks_from(config: RateConfig, arrays: Arrays, device: str = "cpu") -> RateNetworks:
    shortest, longest = arrays["tau_s"].min(), arrays["tau_s"].max()
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


def _training_of(plan: Plan, device: str = "cpu") -> Kind[_AboutTraining, Training]:
    """The kind of file that a plan's checkpoints are."""

    def describe(value: object) -> _AboutTraining:
        about = typed(_AboutTraining, value)
        if about.plan != _plain(plan):
            raise ValueError("it is of another plan: other networks, tasks or settings")
        for name, part in (("outcomes", about.outcome), ("histories", about.history)):
            if len(part) != len(plan.assignments):
                raise ValueError(f"expected {len(plan.assignments)} {name}, got {len(part)}")
        if not set(about.outcome) <= set(OUTCOMES):
            raise ValueError("it has an outcome that there is not")
        for one in (validation for history in about.history for validation in history):
            _check_validation(one)
        return about

    return Kind(
        noun="checkpoint of this training",
        format="rnn training",
        advice="remove it to begin anew",
        arrays=_TRAINING,
        describe=describe,
        sizes=lambda _: {"network": len(plan.assignments), **_sizes(plan.network)},
        longest_header=2**28,  # the history of hundreds of networks
        take_apart=partial(_training_apart, plan),
        put_together=partial(_training_from, plan, device),
    )


def _training_apart(plan: Plan, state: Training) -> tuple[dict[str, Any], Arrays]:
    arrays = _arrays(state.networks)
    for order, moments in zip(("first", "second"), state.moments, strict=True):
        for name, part in zip(Weights._fields, moments, strict=True):
            arrays[f"{order}_{name}"] = part.cpu().numpy()
    for name in (*_COUNTS, "smoothed", "loss"):
        arrays[name] = getattr(state, name)
    about = {
        "plan": _plain(plan),
        "outcome": state.outcome,
        "history": state.history,
        "incidents": state.incidents,
    }
    return about, arrays


def _training_from(plan: Plan, device: str, about: _AboutTraining, arrays: Arrays) -> Training:
    moments = (
        Weights(*(_tensor(arrays[f"{order}_{name}"], device) for name in Weights._fields))
        for order in ("first", "second")
    )
    return Training(
        networks=_networks_from(plan.network, arrays, device),
        moments=Moments(*moments),
        **{name: arrays[name] for name in (*_COUNTS, "smoothed", "loss")},
        outcome=about.outcome,
        history=about.history,
        incidents=about.incidents,
    )


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


def _plain(plan: Plan) -> Any:
    """A plan as JSON gives it back: lists instead of tuples."""
    return json.loads(json.dumps(asdict(plan)))
