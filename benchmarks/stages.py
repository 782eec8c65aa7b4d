"""Where the time of a command goes: ``python -m benchmarks.stages shift SONG +4 -o FILE``.

The command runs in this process, on one thread, and the processor's seconds of each stage are
printed as JSON. Within teaching and shifting, transforms and compiled loops count by themselves.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

# Stages and the functions that they are; what is in none is the command's start and what is left.
_STAGES = {
    "ctxaudio.sound.files:open_sound": "read",
    "ctxaudio.sound.encoding:encode_into": "write",
    "ctxaudio.effect.context_shift:ContextShift.teach": "teach",
    "ctxaudio.effect.context_shift:ContextShift.shift_into": "shift",
}
_TRANSFORMS = ("scipy.fft:rfft", "scipy.fft:irfft")
START = "start"


class Clock:
    """Processor seconds by stage; within a stage another may run, whose seconds are its own."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._running = [START]
        self._since = 0.0  # of the process: its start counts

    def timed(self, function: Callable[..., Any], name: str, *, part: bool) -> Callable[..., Any]:
        """A function that is a stage, or a part of the stage that it is called in."""

        @functools.wraps(function)
        def run(*args: Any, **options: Any) -> Any:
            stage = self._running[-1].split(": ")[0]
            self._switch()
            self._running.append(f"{stage}: {name}" if part else name)
            try:
                return function(*args, **options)
            finally:
                self._switch()
                self._running.pop()

        return run

    def _switch(self) -> None:
        now = time.process_time()
        self.seconds[self._running[-1]] += now - self._since
        self._since = now

    def stop(self) -> dict[str, float]:
        """Seconds by stage, those of parts as ``stage: part``."""
        self._switch()
        return dict(self.seconds)


def _owner(place: str) -> tuple[Any, str]:
    module, _, path = place.partition(":")
    *owners, name = path.split(".")
    return functools.reduce(getattr, owners, importlib.import_module(module)), name


def main() -> int:
    """Run the command that the arguments are, and print where its time went."""
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    clock = Clock()
    for place, name in _STAGES.items():
        owner, attribute = _owner(place)
        setattr(owner, attribute, clock.timed(getattr(owner, attribute), name, part=False))
    for place in _TRANSFORMS:
        owner, attribute = _owner(place)
        setattr(owner, attribute, clock.timed(getattr(owner, attribute), "transforms", part=True))
    _time_loops(clock)
    from cli.main import main as command

    try:
        command()
    except SystemExit as end:
        if end.code:
            raise
    print(json.dumps(clock.stop()))
    return 0


def _time_loops(clock: Clock) -> None:
    """Every compiled loop that Python calls, by its name."""
    from rnn.compiled import Compiled

    call = Compiled.__call__

    def timed_call(self: Compiled, *arguments: Any) -> Any:
        name = self.py_func.__name__.strip("_").replace("_", " ")
        return clock.timed(call, f"loop {name}", part=True)(self, *arguments)

    setattr(Compiled, "__call__", timed_call)  # noqa: B010 - mypy knows that it is a method


if __name__ == "__main__":
    sys.exit(main())
