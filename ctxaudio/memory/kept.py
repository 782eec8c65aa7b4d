"""Files that are kept in a folder as long as there is room: those that were used last.

Processes may share the folder, and another may remove what is looked at, or all of it.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import NamedTuple

from rnn.files.parts import sweep


class KeptFile(NamedTuple):
    """One of them."""

    used_ns: int  # when it was last
    n_bytes: int
    path: Path


def kept_files(folder: Path, name: re.Pattern[str]) -> list[KeptFile]:
    """Those whose names match, in no order; none if the folder is not there.

    Raises:
        OSError: if the folder cannot be read.
    """
    found = []
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for path in folder.iterdir():
            if name.fullmatch(path.name):
                with contextlib.suppress(FileNotFoundError):
                    about = path.stat()
                    found.append(KeptFile(about.st_mtime_ns, about.st_size, path))
    return found


def let_go(folder: Path, name: re.Pattern[str], most_bytes: int) -> None:
    """Remove those that were not used for longest, until the others fit."""
    held = 0
    for file in sorted(kept_files(folder, name), reverse=True):
        if held + file.n_bytes <= most_bytes:
            held += file.n_bytes
        else:
            with contextlib.suppress(OSError):  # elsewhere in use, on Windows
                file.path.unlink(missing_ok=True)


def clear(folder: Path, name: re.Pattern[str]) -> list[int]:
    """Remove them all, and nothing else; bytes of each.

    Raises:
        OSError: if one cannot be removed.
    """
    sweep(folder)
    files = kept_files(folder, name)
    for file in files:
        file.path.unlink(missing_ok=True)
    return [file.n_bytes for file in files]
