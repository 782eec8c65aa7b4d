"""Processes that work for this one: none outlives it, and one that is killed is one line."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LOOK_S = 0.5  # between looks at whether the parent is still there


class WorkerError(OSError):
    """A process that was ended from outside; the message is one line."""


@contextmanager
def processes(n_jobs: int) -> Iterator[None]:
    """What joblib does within runs in so many processes, of one thread each, or here if it is one.

    Raises:
        WorkerError: if one of them is ended from outside.
    """
    import joblib

    if n_jobs == 1:
        with joblib.parallel_config(backend="sequential"):
            yield
        return
    from concurrent.futures.process import BrokenProcessPool

    try:
        with joblib.parallel_config(
            backend="loky",
            n_jobs=n_jobs,
            inner_max_num_threads=1,
            initializer=end_with_parent,
            initargs=(os.getpid(),),
        ):
            yield
    except BrokenProcessPool as error:
        raise WorkerError(
            "a process that did part of the work was ended from outside, as happens where memory "
            f"is short: fewer than {n_jobs} need less."
        ) from error


def end_with_parent(parent: int) -> None:
    """Have this process end soon after the one that started it, however that ended.

    A pipe does not tell: a worker holds the other end of the one that it waits at. A signal at
    the parent's death, as Linux has it, is sent when the *thread* ends that started the worker.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
