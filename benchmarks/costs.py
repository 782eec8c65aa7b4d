"""What a process costs, on music of any length: its time, and its peak of resident memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from benchmarks.truths import RATE, Samples, additive_pieces

_TRANSPOSED = (0, 2, -3, 5, -5, 3, -2)  # a piece at several pitches makes a longer, varied one
_PIECE_S = 60.0  # repeated in longer songs

# A child inherits its parent's peak on the way to exec, so a small interpreter does the waiting
# and reports of its own only child.
_WATCH = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - start
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))
sys.exit(code)
"""


class Cost(NamedTuple):
    """Of one process."""

    seconds: float  # from its start to its end
    peak_mib: float  # largest resident size


def cost_of(
    arguments: Sequence[str], environment: dict[str, str] | None = None, typed: str = ""
) -> Cost:
    """What a process costs.

    Args:
        arguments: its command line.
        environment: what is added to this process's.
        typed: its standard input.

    Raises:
        RuntimeError: if it fails, with the end of what it said.
    """
    around = {**os.environ, **(environment or {})}
    # Where nothing keeps Python's own code compiled, each start compiles it: no user's does.
    around.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", _WATCH, *arguments],
        env=around,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{arguments[:3]} failed: {done.stderr.strip()[-500:]}")
    seconds, size = json.loads(done.stdout)
    return Cost(seconds, size * (1 if sys.platform == "darwin" else 1024) / 2**20)  # KiB elsewhere


def music(seconds: float) -> Samples:
    """Music-like stereo of this length: an additive piece, repeated at changing pitches."""
    piece = additive_pieces()[0]
    once = np.concatenate([piece.render(semitones) for semitones in _TRANSPOSED], axis=1)
    length = round(seconds * RATE)
    return np.tile(once, -(-length // once.shape[1]))[:, :length]


def write_music(path: Path, seconds: float) -> None:
    """Stereo music of any length, without holding it."""
    piece = music(min(seconds, _PIECE_S)).T
    left = round(seconds * RATE)
    with soundfile.SoundFile(path, "w", RATE, piece.shape[1]) as file:
        while left > 0:
            file.write(piece[:left])
            left -= len(piece)
