"""Threads that share out the work of a stack, and stop in the middle of it where they are asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import scipy.linalg  # noqa: F401  its BLAS has to be there to be told how many threads it has
import threadpoolctl
import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


class Stopped(Exception):  # noqa: N818  nothing went wrong
    """Work was asked to stop before it was done."""


class Workers:
    """So many threads, each of which works alone: libraries start none of their own meanwhile.

    Sharing out whole networks takes less waiting than sharing out each small product.

    Args:
        n: threads.
        stopping: whether to stop; asked before each item, and wherever the work calls ``check``.
    """

    def __init__(self, n: int, stopping: Callable[[], bool] = lambda: False) -> None:
        self.n = n
        self._stopping = stopping
        self._leaving = threading.Event()
        self._pool = ThreadPoolExecutor(n) if n > 1 else None

    @classmethod
    def for_device(
        cls, device: torch.device, stopping: Callable[[], bool] = lambda: False
    ) -> Workers:
        """As many as torch has threads, on a processor; a GPU is driven by one."""
        return cls(torch.get_num_threads() if device.type == "cpu" else 1, stopping)

    def __enter__(self) -> Workers:
        self._torch_threads = torch.get_num_threads()
        self._limits = threadpoolctl.threadpool_limits(limits=1)
        torch.set_num_threads(1)
        return self

    def __exit__(self, *error: object) -> None:
        self._leaving.set()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._limits.restore_original_limits()
        torch.set_num_threads(self._torch_threads)

    def check(self) -> None:
        """What long work calls now and then.

        Raises:
            Stopped: if it is not to go on.
        """
        if self._leaving.is_set() or self._stopping():
            raise Stopped

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """The results of some work, in order; when this returns or raises, no thread works on.

        Raises:
            Stopped: if it was asked to stop.
        """

        def checked(item: Item) -> Result:
            self.check()
            return work(item)

        if self._pool is None:
            return list(map(checked, items))
        futures = [self._pool.submit(checked, item) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            # What has begun ends at its next check: an interrupt does not wait for all the rest.
            self._leaving.set()
            for future in futures:
                future.cancel()
            wait(futures)
            self._leaving.clear()
            raise
