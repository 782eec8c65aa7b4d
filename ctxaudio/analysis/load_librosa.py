"""librosa, whose compiled code is made by one process at a time."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

# Those that would compile for every user as they are imported, and are of use here.
_COMPILED = ("librosa.core.audio", "librosa.core.pitch", "librosa.util.utils")


@functools.cache
def load_librosa() -> Any:
    """Import librosa; what it would compile as it is imported is compiled when it is called.

    All of it takes many seconds the first time, and next to nothing of it is ever called. What was
    compiled is kept beside librosa's source. Two processes that do so at once could each keep a
    half that calls into the other's, and every later process would crash: so they take turns.
    """
    librosa = importlib.import_module("librosa")  # next to nothing: its parts are imported late
    with _compiling_late(librosa.__path__[0]):
        for module in _COMPILED:
            importlib.import_module(module)
    return librosa


@contextlib.contextmanager
def _compiling_late(folder: str) -> Iterator[None]:
    """Have what is decorated meanwhile compiled when it is called."""
    numba = importlib.import_module("numba")

    def late(compiler: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *types, **options: (
            lambda function: _Late(lambda: compiler(*types, **options)(function), folder)
        )

    # They are told the types that they compile for, and so would not wait for a call.
    eager = {name: getattr(numba, name) for name in ("guvectorize", "vectorize")}
    try:
        for name, compiler in eager.items():
            setattr(numba, name, late(compiler))
        yield
    finally:
        for name, compiler in eager.items():
            setattr(numba, name, compiler)


class _Late:
    """A function that is compiled when it is first called, by one process at a time."""

    def __init__(self, compiled: Callable[[], Callable[..., Any]], folder: str) -> None:
        self._compiled, self._folder = compiled, folder

    @functools.cached_property
    def _function(self) -> Callable[..., Any]:
        with _alone(self._folder):
            return self._compiled()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Wait until no other process is in such a block (on Windows, folders have no locks)."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # no folder to be read, no locks on this file system
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
