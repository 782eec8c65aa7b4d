"""Files of trained networks, and of trainings that are to go on: safetensors, which run nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch

from rnn.codec import DAMAGE, digest, pack, unpack
from rnn.tasks.task import Task
from rnn.trainable.config import RateConfig
from rnn.trainable.networks import RateNetworks, Weights, Wiring
from rnn.trainable.optimiser import Moments
from rnn.trainable.plan import Plan, describe_plan, is_of_plan, plan_from
from rnn.trainable.training import OUTCOMES, Training, begin

FORMATS = {"networks": "rnn rate networks", "training": "rnn training"}
FORMAT_VERSION = 1


def save_networks(networks: RateNetworks, target: BinaryIO) -> None:
    """Write a stack of networks; the same one gives the same bytes.

    Raises:
        ValueError: if a number in it is not finite.
    """
    arrays = _arrays(networks)
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds values that are not finite: it is not saved.")
    _write("networks", arrays, {"config": asdict(networks.config)}, target)


def load_networks(path: str | Path) -> RateNetworks:
    """Read a stack of networks.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is no such file, of another version, or damaged.
    """
    try:
        about, arrays = _read("networks", path)
        return _networks(RateConfig(**about["config"]), arrays)
    except DAMAGE as error:
        raise ValueError(f"{path} holds no rate networks, or is damaged: {error}.") from error


def save_training(plan: Plan[Task], state: Training, target: BinaryIO) -> None:
    """Write where a training stands: all that is needed to go on to the same end."""
    arrays = _arrays(state.networks)
    for kind, moments in zip(("first", "second"), state.moments, strict=True):
        for name, part in zip(Weights._fields, moments, strict=True):
            arrays[f"{kind}_{name}"] = part.cpu().numpy()
    for name in ("n_updates", "restarts", "level", "smoothed", "loss"):
        arrays[name] = getattr(state, name)
    about = {
        "plan": describe_plan(plan),
        "outcome": state.outcome,
        "history": state.history,
        "incidents": state.incidents,
    }
    _write("training", arrays, about, target)


def load_plan(path: str | Path, *, tasks: Iterable[type[Task]] = ()) -> Plan[Task]:
    """Read what networks are trained on: the plan of a file of a training.

    Args:
        path: of the file.
        tasks: classes of a user's own, which the file may name.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is no such file, is damaged, or names a task that is not known.
    """
    try:
        about, _ = _read("training", path)
        return plan_from(about["plan"], tasks)
    except DAMAGE as error:
        raise ValueError(f"{path} holds no training, or is damaged: {error}.") from error


def load_training(plan: Plan[Task], path: str | Path, device: str = "cpu") -> Training:
    """Read where the training of just this plan stands.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is no such file, damaged, or of another plan.
    """
    try:
        about, arrays = _read("training", path)
        if not is_of_plan(about["plan"], plan):
            raise ValueError("it is of another plan: other networks, tasks or settings")
        if not set(about["outcome"]) <= set(OUTCOMES):
            raise ValueError("it has an outcome that there is not")
        networks = _networks(plan.network, arrays).to(device)
        moments = Moments(
            *(
                Weights(
                    *(
                        torch.tensor(arrays[f"{kind}_{name}"], device=device)
                        for name in Weights._fields
                    )
                )
                for kind in ("first", "second")
            )
        )
        counts = ("n_updates", "restarts", "level")
        if any((arrays[name] < 0).any() for name in counts):
            raise ValueError("a count in it is negative")
        for one in (validation for history in about["history"] for validation in history):
            if not {"updates", "level", "accuracy"} <= set(one):
                raise ValueError("a validation in it is incomplete")
        fresh = begin(plan, device)
        state = Training(
            networks=networks,
            moments=moments,
            **{
                name: arrays[name]
                for name in ("n_updates", "restarts", "level", "smoothed", "loss")
            },
            outcome=list(about["outcome"]),
            history=list(about["history"]),
            incidents=list(about["incidents"]),
        )
        for got, expected in zip(_shapes(state), _shapes(fresh), strict=True):
            if got != expected:
                raise ValueError(f"expected an array of {expected}, got {got}")
        return state
    except DAMAGE as error:
        raise ValueError(
            f"{path} is no checkpoint of this training, or is damaged: {error}; "
            "remove it to begin anew."
        ) from error


def _arrays(networks: RateNetworks) -> dict[str, np.ndarray]:
    both = {**networks.weights._asdict(), **networks.wiring._asdict()}
    return {name: part.cpu().numpy() for name, part in both.items()}


def _networks(config: RateConfig, arrays: dict[str, np.ndarray]) -> RateNetworks:
    n, n_outputs = config.n_units, config.n_outputs
    n_networks = len(arrays["matrix"])
    whole = (n_networks, n + n_outputs, n + config.n_inputs + config.n_contexts + 1)
    shapes = {
        "matrix": whole,
        "initial": (n_networks, n),
        "mask": whole,
        "tau_s": (n_networks, n),
    }
    for name, shape in shapes.items():
        if arrays[name].shape != shape or n_networks < 1:
            raise ValueError(f"{name} must have shape {shape}, got {arrays[name].shape}")
        if arrays[name].dtype not in (np.float32, np.float64):
            raise ValueError(f"{name} must be floating point, got {arrays[name].dtype}")
        if not np.isfinite(arrays[name]).all():
            raise ValueError(f"{name} holds values that are not finite")
        if name == "tau_s" and not (arrays[name] > 0.0).all():
            raise ValueError("time constants must be positive")
    return RateNetworks(
        config,
        Weights(*(torch.tensor(arrays[name]) for name in Weights._fields)),
        Wiring(*(torch.tensor(arrays[name]) for name in Wiring._fields)),
    )


def _shapes(state: Training) -> list[tuple[str, tuple[int, ...]]]:
    tensors = (*state.networks.weights, *state.networks.wiring, *state.moments.first)
    arrays = (state.n_updates, state.restarts, state.level, state.smoothed, state.loss)
    return [
        *((str(part.dtype), tuple(part.shape)) for part in (*tensors, *state.moments.second)),
        *((str(part.dtype), part.shape) for part in arrays),
        *(("list", (len(part),)) for part in (state.outcome, state.history)),
    ]


def _write(
    kind: str, arrays: dict[str, np.ndarray], about: dict[str, Any], target: BinaryIO
) -> None:
    metadata = {"format": FORMATS[kind], "format_version": str(FORMAT_VERSION)}
    target.write(pack(arrays, json.dumps(about), metadata))


def _read(kind: str, path: str | Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    metadata, arrays = unpack(path)
    version = metadata.get("format"), metadata.get("format_version")
    if version != (FORMATS[kind], str(FORMAT_VERSION)):
        raise ValueError(f"expected {FORMATS[kind]} {FORMAT_VERSION}, got {version}")
    if metadata["digest"] != digest(metadata["about"], arrays):
        raise ValueError("its contents have changed since it was made")
    return json.loads(metadata["about"]), arrays
