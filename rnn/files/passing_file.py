"""Files by which one process hands on to another what is not to last."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from rnn.files.parts import Part, sweep


@contextlib.contextmanager
def passing_file(path: str | Path) -> Iterator[Path]:
    """An empty file of a hidden name beside ``path``, on whose disk it is; gone after the block.

    It is open meanwhile, so that nobody takes it for what a dead process has left.

    Raises:
        NoPlaceError: if the folder cannot take it; an OSError.
    """
    path = Path(path)
    sweep(path.parent)
    part = Part(path)
    try:
        with part.open(hidden=True):
            yield cast(Path, part.name)
    finally:
        part.remove()
