"""librosa, whose compiled code is made by one process at a time."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import sys
from collections.abc import Iterator
from typing import Any

# Those that compile for every user as they are imported, and are of use here.
_COMPILED = ("librosa.core.audio", "librosa.core.pitch", "librosa.util.utils")


@functools.cache
def load_librosa() -> Any:
    """Import librosa with what it compiles as it is imported.

    That takes many seconds the first time, and what was compiled is kept beside librosa's source.
    Two processes that do so at once could each keep a half that calls into the other's, and every
    later process would crash: so they take turns.
    """
    librosa = importlib.import_module("librosa")  # next to nothing: its parts are imported late
    with _alone(librosa.__path__[0]):
        for module in _COMPILED:
            importlib.import_module(module)
    return librosa


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
