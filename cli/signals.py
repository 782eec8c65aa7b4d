"""Signals that end the command, held back while it is in the middle of something."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def held_signals(came: list[int]) -> Iterator[None]:
    """Signals that end the command are put into ``came``, and do what they do after the block."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.getsignal(getattr(signal, name)) for name in names}
    kept = {name: handler for name, handler in before.items() if handler is not signal.SIG_IGN}
    for name in kept:
        signal.signal(getattr(signal, name), lambda number, _: came.append(number))
    try:
        yield
    finally:
        for name, handler in kept.items():
            signal.signal(getattr(signal, name), handler)
    for number in came[:1]:
        signal.raise_signal(number)
