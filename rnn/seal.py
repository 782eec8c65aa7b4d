"""Files with the digest of their content at their end: one without it counts as not there."""

from __future__ import annotations

import hashlib
import warnings
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
