"""Threads that share out the work of a stack."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import scipy.linalg  # noqa: F401  its BLAS has to be there to be told how many threads it has
import threadpoolctl
import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers:
    """So many threads, each of which works alone: libraries start none of their own meanwhile.

    Sharing out whole networks takes less waiting than sharing out each small product.
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self._pool = ThreadPoolExecutor(n) if n > 1 else None

    @classmethod
    def for_device(cls, device: torch.device) -> Workers:
        """As many as torch has threads, on a processor; a GPU is driven by one."""
        return cls(torch.get_num_threads() if device.type == "cpu" else 1)

    def __enter__(self) -> Workers:
        self._torch_threads = torch.get_num_threads()
        self._limits = threadpoolctl.threadpool_limits(limits=1)
        torch.set_num_threads(1)
        return self

    def __exit__(self, *error: object) -> None:
        if self._pool is not None:
            self._pool.shutdown()
        self._limits.restore_original_limits()
        torch.set_num_threads(self._torch_threads)

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """The results of some work, in order."""
        return list(map(work, items) if self._pool is None else self._pool.map(work, items))
