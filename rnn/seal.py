"""Files with the digest of their content at their end: one without it counts as not there.

What is wrong with them is told once for all functions, and stops no work.
"""

from __future__ import annotations

import contextlib
import hashlib
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def seal(content: bytes) -> bytes:
    """What stands at the end of a file with this content."""
    return hashlib.sha256(content).digest()


def unsealed(path: Path) -> bytes | None:
    """The content of a file that is there and whole; that it is there and is not is told once."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    size = len(content) - len(seal(b""))
    if size > 0 and seal(content[:size]) == content[size:]:
        return content[:size]
    warn_of_damage()
    return None


@cache  # once for all functions; Python's own "once" ends where numba sets its filters
def warn_of_damage() -> None:
    """Say it."""
    warnings.warn(
        "compiled code that was kept from an earlier run is damaged, and is compiled anew.",
        RuntimeWarning,
        stacklevel=1,
    )


@contextlib.contextmanager
def told_if_not_kept() -> Iterator[None]:
    """A block that keeps code: where the system does not let it, that is told once."""
    try:
        yield
    except OSError:
        _warn_of_no_room()


@cache  # as above
def _warn_of_no_room() -> None:
    warnings.warn(
        "compiled code cannot be kept, so that every run takes long to begin: is its folder full, "
        "or may it not be written? NUMBA_CACHE_DIR names another.",
        RuntimeWarning,
        stacklevel=1,
    )
