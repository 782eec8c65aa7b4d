"""What a shift costs on one thread: ``python -m benchmarks.speed``.

Times are those of the whole ``ctxaudio shift`` process: start, reading, teaching, recall, writing.
Rubber Band R3 is timed in between on the same sound, its processing alone. What else the machine
does shows in the spread of the runs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from benchmarks.peers import REFERENCE, find_peers, rubberband_r3
from benchmarks.runner import one_thread, say, write_json
from benchmarks.truths import RATE, Samples, additive_pieces

SHIFT = 4  # semitones
_TRANSPOSED = (0, 2, -3, 5, -5, 3, -2)  # a piece at several pitches makes a longer, varied one

# A child inherits its parent's peak on the way to exec, so a small interpreter does the waiting
# and reports the peak of its own only child.
_WATCH = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


class Times(NamedTuple):
    """Wall-clock seconds of several runs."""

    median: float
    fastest: float
    slowest: float


class Figures(NamedTuple):
    """Everything that is measured."""

    ctxaudio: Times
    rubberband: Times | None  # None where it is not installed
    first_run_s: float
    peak_mib: float


def music(seconds: float) -> Samples:
    """Music-like stereo of this length: an additive piece, repeated at changing pitches."""
    piece = additive_pieces()[0]
    once = np.concatenate([piece.render(semitones) for semitones in _TRANSPOSED], axis=1)
    length = round(seconds * RATE)
    return np.tile(once, -(-length // once.shape[1]))[:, :length]


def command(source: Path, target: Path) -> list[str]:
    """The command line that is measured."""
    shift, to = f"{SHIFT:+d}", ["-o", str(target), "--force", "--threads", "1"]
    return [sys.executable, "-m", "cli", "shift", str(source), shift, *to]


def _run(arguments: Sequence[str], environment: Mapping[str, str], typed: str = "") -> str:
    done = subprocess.run(
        arguments, env=dict(environment), input=typed, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the command failed ({done.returncode}): {done.stderr.strip()[-500:]}")
    return done.stdout


def wall(arguments: Sequence[str], environment: Mapping[str, str]) -> float:
    """Seconds from start to end of a process."""
    start = time.perf_counter()
    _run(arguments, environment)
    return time.perf_counter() - start


def peak_mebibytes(
    arguments: Sequence[str], environment: Mapping[str, str], typed: str = ""
) -> float:
    """Largest resident memory of a process, in MiB."""
    printed = _run([sys.executable, "-c", _WATCH, *arguments], environment, typed)
    unit = 1 if sys.platform == "darwin" else 1024  # Linux counts in KiB
    return int(printed.split()[-1]) * unit / 2**20


def _times(seconds: Sequence[float]) -> Times:
    return Times(float(np.median(seconds)), min(seconds), max(seconds))


def _time_both(shift: Sequence[str], sound: Samples, runs: int) -> tuple[Times, Times | None]:
    """The command and Rubber Band in turns, so that both see the same machine."""
    has_peer = bool(find_peers([REFERENCE])[0])
    ours, theirs = [], []
    for run in range(runs):
        ours.append(wall(shift, os.environ))
        if has_peer:
            start = time.perf_counter()
            rubberband_r3(sound, RATE, SHIFT)
            theirs.append(time.perf_counter() - start)
        say(f"run {run + 1} of {runs}: {ours[-1]:.2f} s")
    return _times(ours), _times(theirs) if theirs else None


def measure(seconds: float, long_seconds: float, runs: int) -> Figures:
    """All figures; progress goes to stderr."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source.wav"
        sound = music(seconds)
        soundfile.write(source, sound.T, RATE)
        shift = command(source, folder / "target.wav")
        fresh = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "compiled")}
        first = wall(shift, fresh)
        say(f"first run: {first:.2f} s")
        wall(shift, os.environ)  # warms the usual cache and the file system's
        ours, theirs = _time_both(shift, sound, runs)
        soundfile.write(source, music(long_seconds).T, RATE)
        return Figures(ours, theirs, first, peak_mebibytes(shift, os.environ))


def _line(label: str, times: Times, seconds: float) -> str:
    return (
        f"{label}: {times.median:.2f} s ({times.fastest:.2f} to {times.slowest:.2f}), "
        f"{seconds / times.median:.1f} x realtime"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit status is 1 where the command does not work."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of sound to time (default 60)")
    parser.add_argument("--long", type=float, default=180.0, help="of sound for memory (180)")
    parser.add_argument("--runs", type=int, default=5, help="timed runs (default 5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    options = parser.parse_args(arguments)
    one_thread()
    try:
        figures = measure(options.seconds, options.long, options.runs)
    except RuntimeError as error:
        say(str(error))
        return 1
    ours, theirs = figures.ctxaudio, figures.rubberband
    print(f"{options.seconds:g} s of 44.1 kHz stereo, {SHIFT:+d} semitones, one thread")
    print(_line("ctxaudio shift, whole process", ours, options.seconds))
    if theirs is None:
        print(f"{REFERENCE} is missing")
    else:
        print(_line(f"{REFERENCE}, processing alone", theirs, options.seconds))
        print(f"ctxaudio takes {ours.median / theirs.median:.2f} times as long")
    print(f"first run, nothing compiled yet: {figures.first_run_s:.2f} s")
    print(f"peak memory with {options.long:g} s: {figures.peak_mib:.0f} MiB")
    content = {
        "seconds": options.seconds,
        "memory_seconds": options.long,
        "ctxaudio_s": ours._asdict(),
        "rubberband_r3_s": None if theirs is None else theirs._asdict(),
        "first_run_s": figures.first_run_s,
        "peak_mib": figures.peak_mib,
    }
    write_json(options.json, content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
