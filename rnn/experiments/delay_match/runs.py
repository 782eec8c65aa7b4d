"""Training that can be stopped and goes on: with a checkpoint, and with what a caller watches."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from textwrap import shorten
from typing import BinaryIO, Generic, NamedTuple

import torch

from rnn.files.whole_file import whole_file
from rnn.trainable.files import load_training, save_networks, save_training
from rnn.trainable.gradients.gradients import compile_ahead
from rnn.trainable.plan import Learned, Plan
from rnn.trainable.state import Training
from rnn.trainable.training import begin, train

CHECKPOINT_S = 20.0  # between checkpoints

Write = Callable[[Path, Callable[[BinaryIO], None]], None]


class Trained(NamedTuple, Generic[Learned]):
    """A stack after its training, and what of the training this run did."""

    plan: Plan[Learned]
    state: Training
    seconds: float
    updates_before: int  # of all networks together: done by earlier runs


def check_device(device: str) -> None:
    """Try a device.

    Raises:
        ValueError: if torch cannot compute there.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (torch.zeros(1, device=device) + 1.0).cpu()
    except (AssertionError, NotImplementedError, RuntimeError) as error:
        there = "cpu or cuda" if torch.cuda.is_available() else "cpu"
        reason = shorten(str(error) or "there is none of that name", 80, placeholder=" …")
        raise ValueError(
            f"expected a device that torch can use here ({there}), got {device!r}: {reason}"
        ) from error


def checkpoint_of(stem: Path) -> Path:
    """Where a training stands, of networks that are kept beside it as ``<stem>.networks``."""
    return stem.with_name(f"{stem.name}.training")


def begin_or_go_on(plan: Plan[Learned], stem: Path | None, device: str) -> Training:
    """The state of a training: that of its checkpoint, if there is one, or that of a new one.

    What is compiled is compiled here, where an interrupt ends it at once.

    Raises:
        OSError: if the checkpoint cannot be read.
        ValueError: if it is of another plan, or damaged.
        MemoryError: if the networks do not fit.
    """
    with _memory_errors():
        if torch.device(device).type == "cpu":
            compile_ahead()
        if stem is None or not checkpoint_of(stem).exists():
            return begin(plan, device)
        return load_training(plan, checkpoint_of(stem), device)


def write_whole(path: Path, save: Callable[[BinaryIO], None]) -> None:
    """Write a file that appears whole or not at all; one that is there is replaced."""
    with whole_file(path, replace=True) as file:
        save(file)


def train_kept(
    plan: Plan[Learned],
    state: Training,
    *,
    stem: Path | None = None,
    write: Write = write_whole,
    holding: AbstractContextManager[None] | None = None,
    stopping: Callable[[], bool] = lambda: False,
    show: Callable[[int, str], None] = lambda _, __: None,
    note: Callable[[str], None] = lambda _: None,
) -> Trained[Learned]:
    """Train to the end, and keep now and then where the training stands.

    Args:
        plan: what is to be trained.
        state: where it stands (:func:`begin_or_go_on`); it is changed.
        stem: of ``<stem>.training``, the checkpoint, and ``<stem>.networks``; None keeps nothing.
        write: writes a file whole.
        holding: entered while there is something to be kept: it holds back what would end the
            caller in the middle of that.
        stopping: whether to keep what there is and stop; asked often.
        show: told how many networks are done, and what to say beside it.
        note: told where a training that was stopped is kept.

    Raises:
        OSError: if a file cannot be written.
        MemoryError: if the networks do not fit.
    """
    checkpoint = None if stem is None else checkpoint_of(stem)
    before, start = int(state.n_updates.sum()), time.monotonic()
    kept = start

    def keep() -> None:
        if checkpoint is not None:
            write(checkpoint, lambda file: save_training(plan, state, file))

    def after(state: Training) -> None:
        nonlocal kept
        show(len(plan.assignments) - len(state.active), beside(state))
        if time.monotonic() - kept >= CHECKPOINT_S:
            keep()
            kept = time.monotonic()

    with _memory_errors(), holding or nullcontext():
        if len(state.active):
            keep()  # a folder that cannot be written is known before the work
            train(plan, state, after=after, stopping=stopping)
            keep()
        if stopping() and len(state.active):
            note(f"kept {checkpoint}: the same command goes on from there")
    seconds = time.monotonic() - start
    if stem is not None:
        networks = stem.with_name(f"{stem.name}.networks")
        write(networks, lambda file: save_networks(state.networks, file))
    return Trained(plan, state, seconds, before)


def beside(state: Training) -> str:
    """What a bar says of a training: of the networks that are still trained, on average."""
    active = state.active
    words = f"update {state.n_updates.max():,}"
    if len(active):
        loss = state.loss[active]
        loss = loss[loss < float("inf")]  # neither infinite nor NaN
        mean = f"{loss.mean():.4f}" if len(loss) else "-"
        percent = 100.0 * state.smoothed[active].mean()
        words += f", {len(active)} left, loss {mean}, {percent:.0f} %"
    return words


@contextlib.contextmanager
def _memory_errors() -> Iterator[None]:
    """What torch says when memory is short, as Python says it."""
    try:
        yield
    except RuntimeError as error:
        if any(words in str(error) for words in ("out of memory", "allocate memory")):
            raise MemoryError from error
        raise
