"""Signals that end the command: heard once and for all, or held back while that would do harm."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator
from types import FrameType

_NUMBERS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)  # Windows has no SIGHUP
# Those that come closer to each other are one wish: `timeout` sends two. The first has begun to
# clean up, and is not to be disturbed.
_APART_S = 1.0

_heard: list[int] = []  # since the command began
_raised_at = -float("inf")


def end_on_signals() -> None:
    """From now on a signal raises what ends the command, and is remembered.

    One that the command was started to ignore stays ignored: SIGHUP under ``nohup``, SIGINT in the
    background.
    """
    global _raised_at
    _heard.clear()
    _raised_at = -float("inf")
    for number in _NUMBERS:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _end)


def heed() -> None:
    """Raise again what a signal has raised.

    Between two steps of the work: some libraries swallow whatever is raised while they are
    imported or called back, and the command would go on.
    """
    if _heard:
        _raise(_heard[0])


@contextlib.contextmanager
def held_signals(came: list[int]) -> Iterator[None]:
    """Signals that end the command are put into ``came``, and do what they do after the block.

    A second one does so at once.
    """
    before = {number: signal.getsignal(number) for number in _NUMBERS}
    kept = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    first_at = 0.0

    def hold(number: int, frame: FrameType | None) -> None:
        nonlocal first_at
        if not came:
            first_at = time.monotonic()
        came.append(number)
        if time.monotonic() - first_at >= _APART_S:
            _end(number, frame)

    for number in kept:
        signal.signal(number, hold)
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
    for number in came[:1]:
        signal.raise_signal(number)


def _end(number: int, _: FrameType | None) -> None:
    global _raised_at
    _heard.append(number)
    now = time.monotonic()
    if now - _raised_at >= _APART_S:
        _raised_at = now
        _raise(number)


def _raise(number: int) -> None:
    """What unwinds as an error does, so that partial files are removed."""
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)
