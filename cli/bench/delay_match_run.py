"""Training for ``ctxaudio bench delay-match``: with progress, and a checkpoint to go on from."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import shorten
from typing import BinaryIO, NamedTuple

import numpy as np
import torch

from cli.output import Reporter, whole_file
from cli.signals import held_signals
from ctxaudio.errors import DataError, one_line
from rnn.tasks import DelayMatch
from rnn.trainable.files import load_training, save_networks, save_training
from rnn.trainable.plan import Plan
from rnn.trainable.training import Training, begin, train

CHECKPOINT_S = 20.0  # between checkpoints


class Trained(NamedTuple):
    """A stack after its training, and what of the training this run of the command did."""

    plan: Plan[DelayMatch]
    state: Training
    seconds: float
    updates_before: int  # of all networks together: done by earlier runs


class _Stopped(Exception):  # noqa: N818
    """A signal has come that ends the command."""


def check_device(device: str) -> None:
    """Try a device.

    Raises:
        DataError: if torch cannot compute there.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (torch.zeros(1, device=device) + 1.0).cpu()
    except (AssertionError, NotImplementedError, RuntimeError) as error:
        there = "cpu or cuda" if torch.cuda.is_available() else "cpu"
        reason = shorten(str(error) or "there is none of that name", 80, placeholder=" …")
        raise DataError(
            one_line(
                f"expected a device that torch can use here ({there}), got {device!r}: {reason}"
            )
        ) from error


def train_kept(
    plan: Plan[DelayMatch], reporter: Reporter, name: str, *, stem: Path | None, device: str
) -> Trained:
    """Train to the end, from where the checkpoint ``<stem>.training`` stands.

    A signal that ends the command waits until an update is over, so that what is kept is whole.
    Networks go to ``<stem>.networks``.

    Raises:
        DataError: if the checkpoint is of another plan or damaged, or a file cannot be written.
        MemoryError: if the networks do not fit.
    """
    checkpoint = None if stem is None else _beside(stem, "training")
    state = _start(plan, checkpoint, device)
    before, start = int(state.n_updates.sum()), time.monotonic()
    kept, came = start, list[int]()

    def keep() -> None:
        if checkpoint is not None:
            _write(checkpoint, lambda file: save_training(plan, state, file))

    def after(state: Training) -> None:
        nonlocal kept
        show(len(plan.assignments) - len(state.active), beside(state))
        if time.monotonic() - kept >= CHECKPOINT_S:
            keep()
            kept = time.monotonic()
        if came:
            raise _Stopped

    with (
        reporter.count(name, len(plan.assignments)) as show,
        _memory_errors(),
        contextlib.nullcontext() if checkpoint is None else held_signals(came),
    ):
        if len(state.active):
            keep()  # a folder that cannot be written is known before the work
            with contextlib.suppress(_Stopped):
                train(plan, state, after=after)
            keep()
        if came and len(state.active):
            reporter.note(f"kept {checkpoint}: the same command goes on from there")
    seconds = time.monotonic() - start
    if stem is not None:
        _write(_beside(stem, "networks"), lambda file: save_networks(state.networks, file))
    return Trained(plan, state, seconds, before)


def beside(state: Training) -> str:
    """What a bar says of a training: of the networks that are still trained, on average."""
    active = state.active
    words = f"update {state.n_updates.max():,}"
    if len(active):
        loss = state.loss[active]
        loss = loss[np.isfinite(loss)]
        mean = f"{loss.mean():.4f}" if len(loss) else "-"
        percent = 100.0 * state.smoothed[active].mean()
        words += f", {len(active)} left, loss {mean}, {percent:.0f} %"
    return words


def _start(plan: Plan[DelayMatch], checkpoint: Path | None, device: str) -> Training:
    if checkpoint is None or not checkpoint.exists():
        with _memory_errors():
            return begin(plan, device)
    try:
        return load_training(plan, checkpoint, device)
    except OSError as error:
        raise DataError(f"cannot read {checkpoint}: {error.strerror}.") from error
    except ValueError as error:
        raise DataError(one_line(error)) from error


def _beside(stem: Path, ending: str) -> Path:
    return stem.with_name(f"{stem.name}.{ending}")


def _write(path: Path, save: Callable[[BinaryIO], None]) -> None:
    with whole_file(path, force=True) as file:
        save(file)


@contextlib.contextmanager
def _memory_errors() -> Iterator[None]:
    """What torch says when memory is short, as Python says it."""
    try:
        yield
    except RuntimeError as error:
        if any(words in str(error) for words in ("out of memory", "allocate memory")):
            raise MemoryError from error
        raise
