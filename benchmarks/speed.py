"""What a shift costs: ``python -m benchmarks.speed``.

Costs are those of whole processes, as a user starts them: start, reading, teaching, recall,
writing. First where the time of one goes; then songs of several lengths, on one thread and on two,
with the peak of resident memory, and how both grow; then other shifters on the same file, in turns
with ours so that all see the same machine. An hour takes minutes: ``--seconds 3600 7200`` adds it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.costs import Cost, cost_of, write_music
from benchmarks.peers.command_lines import COMMAND_LINES
from benchmarks.runner import one_thread, say, write_json

SHIFT = "+4"  # semitones
OURS = "ctxaudio"
TAUGHT = "ctxaudio, taught before"
AGAIN = "ctxaudio, second time"  # which remembers the first
_LENGTHS_S = (1.0, 10.0, 60.0, 180.0)
_TOLD = 0.01  # of all time: a stage that takes less is not told by itself


def command(source: Path, target: Path, *more: str) -> list[str]:
    """The command that is measured, which teaches each time."""
    return [sys.executable, "-m", "cli", *_words(source, target), "--no-cache", *more]


def _words(source: Path, target: Path) -> list[str]:
    return ["shift", str(source), SHIFT, "-o", str(target), "--force", "-q"]


def stages(source: Path, target: Path) -> dict[str, float]:
    """Processor seconds of each stage of a shift on one thread."""
    words = [*_words(source, target), "--no-cache", "--threads", "1"]
    run = [sys.executable, "-m", "benchmarks.stages", *words]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    taken: dict[str, float] = json.loads(done.stdout)
    return taken


def medians(commands: dict[str, list[str]], runs: int) -> dict[str, Cost]:
    """What each of some commands costs, in the middle of several runs that take turns."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for run in range(runs):
        for name, words in commands.items():
            costs[name].append(cost_of(words))
            say(f"run {run + 1} of {runs}, {name}: {costs[name][-1].seconds:.2f} s")
    return {
        name: Cost(float(np.median([c.seconds for c in each])), max(c.peak_mib for c in each))
        for name, each in costs.items()
    }


def straight_line(lengths: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """Offset and slope that leave the least in parts of the values.

    >>> [round(number, 6) for number in straight_line([1.0, 10.0, 60.0], [0.7, 2.5, 12.5])]
    [0.5, 0.2]
    """
    rows = np.stack([np.ones(len(values)), np.asarray(lengths)], axis=1)
    weights = 1.0 / np.asarray(values)
    (offset, slope), *_ = np.linalg.lstsq(rows * weights[:, None], np.ones(len(values)), rcond=None)
    return float(offset), float(slope)


def print_stages(taken: dict[str, float], seconds: float) -> None:
    """Stages in the order of the time they take."""
    total = sum(taken.values())
    print(f"{seconds:g} s of stereo, one thread, where {total:.2f} processor seconds go:")
    told = {name: spent for name, spent in taken.items() if spent >= _TOLD * total}
    for name, spent in sorted(told.items(), key=lambda item: -item[1]):
        print(f"  {spent / total:4.0%}  {name}")


def print_growth(by_length: dict[float, Cost], threads: int) -> dict[str, float]:
    """A line a length, and the straight lines through them."""
    print(f"whole process, {threads} thread{'s' * (threads > 1)}:")
    for seconds, cost in by_length.items():
        print(
            f"  {seconds:6g} s of sound {cost.seconds:8.2f} s, "
            f"{seconds / cost.seconds:5.1f} x realtime, {cost.peak_mib:4.0f} MiB"
        )
    if len(by_length) < 2:
        return {}
    start, slope = straight_line([*by_length], [cost.seconds for cost in by_length.values()])
    held, more = straight_line([*by_length], [cost.peak_mib for cost in by_length.values()])
    print(f"  that is {start:.2f} s and {1 / slope:.1f} x realtime from there on,")
    print(f"  and {held:.0f} MiB with {3600 * more:.0f} MiB for each hour")
    return {"start_s": start, "realtime": 1 / slope, "mib": held, "mib_an_hour": 3600 * more}


def print_peers(costs: dict[str, Cost], seconds: float) -> None:
    """Ratios to each peer."""
    print(f"{seconds:g} s of stereo, {SHIFT} semitones, whole processes, ctxaudio on one thread:")
    for name, cost in costs.items():
        ratio = costs[OURS].seconds / cost.seconds
        print(
            f"  {name:24}{cost.seconds:7.2f} s {seconds / cost.seconds:6.1f} x realtime, "
            f"{cost.peak_mib:4.0f} MiB; ctxaudio takes {ratio:.2f} times its time"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit status is 1 where a command does not work."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--seconds", type=float, nargs="*", default=[], help="more lengths of song")
    parser.add_argument("--runs", type=int, default=5, help="runs of each short command (5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    options = parser.parse_args(arguments)
    one_thread()
    try:
        with tempfile.TemporaryDirectory() as folder:
            write_json(options.json, measure(Path(folder), options.seconds, options.runs))
    except (RuntimeError, subprocess.CalledProcessError) as error:
        say(str(error))
        return 1
    return 0


def measure(folder: Path, more_lengths: Sequence[float], runs: int) -> dict[str, Any]:
    """All figures, printed on the way."""
    source, target, minute_s = folder / "source.wav", folder / "target.wav", 60.0
    os.environ["CTXAUDIO_CACHE_DIR"] = str(folder)  # the user's own stays as it is
    write_music(source, minute_s)
    fresh = cost_of(command(source, target), {"NUMBA_CACHE_DIR": str(folder / "compiled")})
    cost_of(command(source, target))  # fills the usual folder of compiled loops
    taken = stages(source, target)
    print_stages(taken, minute_s)

    memory = folder / "song.memory"
    cost_of([sys.executable, "-m", "cli", "teach", str(source), "-o", str(memory), "-q"])
    one = ("--threads", "1")
    commands = {
        OURS: command(source, target, *one),
        TAUGHT: command(source, target, *one, "--memory", str(memory)),
        AGAIN: [sys.executable, "-m", "cli", *_words(source, target), *one],
    }
    cost_of(commands[AGAIN])  # the first time
    for peer in COMMAND_LINES:
        if peer.is_here():
            commands[peer.name] = peer.on(str(source), str(target), SHIFT)
        else:
            say(f"{peer.name} is missing: there is no {peer.needs}")
    peers = medians(commands, runs)
    print_peers(peers, minute_s)
    more = fresh.seconds - peers[OURS].seconds
    print(f"the first run, nothing compiled yet, takes {more:.1f} s more")

    growth: dict[str, Any] = {}
    for threads in (1, 2):
        by_length = {}
        for seconds in sorted({*_LENGTHS_S, *more_lengths}):
            write_music(source, seconds)
            run = {f"{seconds:g} s": command(source, target, "--threads", str(threads))}
            # What takes minutes is measured once: what else the machine does is a small part.
            by_length[seconds] = medians(run, runs if seconds < 600.0 else 1).popitem()[1]
        line = print_growth(by_length, threads)
        growth[f"{threads}"] = {"by_length": by_length, "line": line}
    return {"stages_s": taken, "peers": peers, "first_more_s": more, "threads": growth}


if __name__ == "__main__":
    sys.exit(main())
