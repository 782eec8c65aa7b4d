"""Mutated files, memories and words against what reads them: ``python -m benchmarks.fuzz``.

Each draw is tried in a process that may crash, with ten seconds and a gigabyte; see
:mod:`benchmarks.fuzzing.targets` for what is a fault. Draws follow from the seed and their number;
what a fault was found with is written to the folder of seeds, which the tests try again for ever.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import select
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.fuzzing.targets import Draw, Fault, draw, fault_of
from benchmarks.fuzzing.words import configs
from benchmarks.runner import one_thread, say, write_json

SEEDS = Path(__file__).parents[1] / "tests" / "fuzz" / "seeds"
_MOST_S = 10.0
_MOST_KIB = 1 << 20  # more than at the start
_SHARE = 200  # draws of one process


def drawn(seed: int, number: int) -> Draw:
    """One of the draws of a seed."""
    return draw(np.random.default_rng([seed, number]))


def faults(seed: int, numbers: Sequence[int]) -> Iterator[Fault]:
    """Those of some draws of a seed, each in a process that may crash or be ended."""
    configs()  # imported here, for what takes seconds is not the fault of a draw
    left = list(numbers)
    while left:
        share = left[:_SHARE]
        done = 0
        for number, reason in _told(seed, share):
            done += 1
            if reason is not None:
                yield Fault(drawn(seed, number), reason)
        left = left[done:]


def _told(seed: int, numbers: Sequence[int]) -> Iterator[tuple[int, str | None]]:
    """Numbers and what was wrong with them, from a child, as far as it came."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _try_all(seed, numbers, writer)
    os.close(writer)
    with os.fdopen(reader) as lines:
        for number in numbers:
            ready, _, _ = select.select([lines], [], [], _MOST_S + 1.0)
            line = lines.readline() if ready else ""
            if line:
                yield number, json.loads(line)
                continue
            if not ready:
                os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            took = f"more than {_MOST_S:g} s" if not ready else f"ended by {status & 127}"
            yield number, f"the process took {took}" if not ready else f"the process was {took}"
            return
    os.waitpid(child, 0)


def _try_all(seed: int, numbers: Sequence[int], writer: int) -> None:
    """In the child: a line for each. What libraries say on the way is of no interest."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in numbers:
        reason = fault_of(drawn(seed, number))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if reason is None and peak - start > _MOST_KIB:
            reason, start = f"{(peak - start) >> 10} MiB were taken", peak
        os.write(writer, (json.dumps(reason) + "\n").encode())
    os._exit(0)


def keep(fault: Fault, folder: Path) -> Path:
    """Write what a fault was found with; its kind is its name's beginning."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(fault.draw.data).hexdigest()[:12]
    prefix = "-cut" if fault.draw.is_prefix else ""
    path = folder / f"{fault.draw.kind.replace(' ', '-')}{prefix}-{digest}.bin"
    path.write_bytes(fault.draw.data)
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit status is 1 where there is a fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000, help="how many (default 10000)")
    parser.add_argument("--seed", type=int, default=0, help="of the draws (default 0)")
    parser.add_argument("--keep", action="store_true", help=f"write faults to {SEEDS.name}/")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the counts to FILE")
    options = parser.parse_args(arguments)
    one_thread()
    kinds: Counter[str] = Counter()
    found = []
    for begin in range(0, options.draws, _SHARE):
        numbers = range(begin, min(begin + _SHARE, options.draws))
        kinds.update(drawn(options.seed, number).kind for number in numbers)
        for fault in faults(options.seed, numbers):
            found.append(fault)
            say(f"{fault.draw.kind}: {fault.reason[:300]}")
            if options.keep:
                say(f"kept as {keep(fault, SEEDS)}")
    for kind, n_draws in sorted(kinds.items()):
        n_faults = sum(fault.draw.kind == kind for fault in found)
        print(f"{kind:24}{n_draws:7} draws {n_faults:5} faults")
    print(f"{'all':24}{options.draws:7} draws {len(found):5} faults")
    write_json(options.json, {"draws": dict(kinds), "faults": [fault.reason for fault in found]})
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
