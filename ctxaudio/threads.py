"""Threads: parts of a song are worked on side by side, with the same result bit by bit."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from ctxaudio.errors import DataError

Item = TypeVar("Item")
Result = TypeVar("Result")


def workers_of(threads: int | None) -> int:
    """How many threads work beside one that waits for them, or none where one is to do all.

    Args:
        threads: that are to work; by default one a core.

    >>> workers_of(3), workers_of(1)
    (3, 0)

    Raises:
        DataError: if it is not a whole number from 1 on.
    """
    if threads is None:
        threads = (
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        )
    if not isinstance(threads, int) or threads < 1:
        raise DataError(f"threads must be a whole number from 1 on, or None, got {threads!r}.")
    return threads if threads > 1 else 0


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    """Results in the order of the items, some of which are worked on ahead in other threads.

    Compiled loops and transforms let each other run. What is done ahead is bounded: one item a
    worker, and one that waits.

    Args:
        work: called once an item, in order; with one worker, one call after the other.
        items: what it is called with.
        workers: threads beside the caller's; with none, the caller works.

    >>> list(in_order(abs, [-3, 2, -1], workers=2))
    [3, 2, 1]
    """
    if workers == 0:
        yield from map(work, items)
        return
    ahead: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                ahead.append(pool.submit(work, item))
                if len(ahead) > workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()
