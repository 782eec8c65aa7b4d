"""What this program is, for what is kept from one run of it to the next."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

import ctxaudio
import rnn


@cache
def program() -> tuple[str, ...]:
    """All of it that a result depends on: the code, for a version says little of one that is
    written on, and numpy, whose versions round differently.
    """
    source = hashlib.sha256()
    for package in (ctxaudio, rnn):
        for folder in package.__path__:
            for path in sorted(Path(folder).rglob("*.py")):
                source.update(path.read_bytes())
    return ctxaudio.__version__, np.__version__, source.hexdigest()
