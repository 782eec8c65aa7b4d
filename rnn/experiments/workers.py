"""Processes that work for this one, here or on a cluster: one that is killed is one line.

None of those here outlives this one.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

LOOK_S = 0.5  # between looks at whether the parent is still there
CONNECT_S = 10.0  # that a scheduler has to answer
_CALLS_AT_HAND = 2


class WorkerError(OSError):
    """A process that was ended from outside; the message is one line."""


class ClusterError(OSError):
    """A Dask scheduler that cannot be used; the message is one line."""


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


@contextmanager
def processes_of(address: str) -> Iterator[None]:
    """What joblib does within runs in the processes of a Dask cluster.

    Work of a process that is ended from outside is given to another.

    Raises:
        ClusterError: if no scheduler answers at the address.
    """
    import joblib

    with _client(address), joblib.parallel_config(backend="dask"):
        yield


@contextmanager
def calls_to(address: str) -> Iterator[Callable[..., Any]]:
    """What calls a function in a process of a Dask cluster, for threads that joblib runs within.

    They are a few more than that cluster's, so that what it is sent next is at hand: no more of
    it is in memory. A call of a process that is ended from outside is given to another.

    The call raises what the function raises, or WorkerError if processes end again and again.

    Raises:
        ClusterError: if no scheduler answers at the address, or it is lost.
    """
    import joblib

    with _client(address) as client:
        from dask import config
        from distributed import CancelledError, KilledWorker

        def call(function: Callable[..., Any], *args: Any) -> Any:
            try:
                return client.submit(function, *args, pure=False).result()
            except KilledWorker as error:
                raise WorkerError(
                    f"{error.allowed_failures + 1} workers that did it were ended from outside, as "
                    "happens where memory is short."
                ) from error
            except CancelledError as error:
                raise ClusterError(f"the Dask scheduler at {address!r} was lost.") from error

        n_calls = sum(client.nthreads().values()) + _CALLS_AT_HAND
        with (
            config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}),
            joblib.parallel_config(backend="threading", n_jobs=n_calls),
        ):
            yield call


def check_cluster(address: str) -> None:
    """Whether a Dask scheduler answers.

    Raises:
        ClusterError: if it does not.
    """
    with _client(address):
        pass


def _client(address: str) -> AbstractContextManager[Any]:
    # Dask starts a cluster of its own where it is given no address.
    if not re.fullmatch(r"(\w+://)?[^\s/]+:\d+", address):
        raise ClusterError(
            f"a Dask scheduler's address is like tcp://host:8786 or host:8786, got {address!r}."
        )
    from dask.distributed import Client

    try:
        return Client(address, timeout=CONNECT_S)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:  # the latter where it is no address
        raise ClusterError(f"no Dask scheduler answers at {address!r}: {error}") from error
