"""Where a sound was read from: what tells a file that was read before from any other.

Not its name, but what the system says of it: its device and number, its size, when it was changed
and when that was last told, with its first and last bytes, and with the libraries that decode it.
On systems that keep such times, whatever is written into a file changes them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import time
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO

from ctxaudio.sound.containers.recording import read_at

_BYTES = 1 << 14  # at either end
_SETTLED_NS = 2_000_000_000  # the coarsest clock of a file system, that of FAT


def origin_of_path(path: str | Path) -> str | None:
    """As :func:`origin_of`; None too if the file cannot be read, as whoever opens it will say."""
    with contextlib.suppress(OSError, ValueError):
        if Path(path).is_file():  # a pipe would be waited for
            with Path(path).open("rb") as file:
                return origin_of(file)
    return None


def origin_of(file: BinaryIO) -> str | None:
    """A digest of it all, for a file that the system knows.

    None if it is no regular file, or was changed so lately that a change now might leave no trace.
    """
    about = os.fstat(file.fileno())
    changed_ns = max(about.st_mtime_ns, about.st_ctime_ns)
    if not stat.S_ISREG(about.st_mode) or time.time_ns() - changed_ns < _SETTLED_NS:
        return None
    facts = (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)
    digest = hashlib.sha256(json.dumps([*facts, *_decoders()]).encode())
    for position in (0, max(about.st_size - _BYTES, 0)):
        digest.update(read_at(file, position, _BYTES))
    return digest.hexdigest()


@cache
def _decoders() -> tuple[str, str | None]:
    import soundfile

    try:
        of_ffmpeg = version("av")
    except PackageNotFoundError:
        of_ffmpeg = None
    return soundfile.__libsndfile_version__, of_ffmpeg
