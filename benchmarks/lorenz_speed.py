"""Speed and memory of the Lorenz suite: ``python -m benchmarks.lorenz_speed``.

One translate experiment of the study's size on one core with its peak of memory; steps in the
closed loop beside ReservoirPy's at each size of a batch, in the same run; and what the command
takes as a whole. Each is run several times in turn; the middle of them is printed.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.runner import one_thread, say, write_json

N_UNITS, DENSITY = 500, 0.1
BATCHES = (1, 2, 4, 8, 16, 64)
STUDY_STEPS = 880_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--teach-study", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    one_thread()
    if args.teach_study:
        _teach_study()
        return
    figures: dict[str, Any] = {}
    _time_steps(figures, args.runs)
    _time_study(figures, args.runs)
    _time_command(figures, args.runs)
    if args.json:
        write_json(args.json, figures)


def _time_steps(figures: dict[str, Any], runs: int) -> None:
    """Closed-loop steps of one network size, ours and ReservoirPy's in turn."""
    print(f"closed loop, {N_UNITS} units, density {DENSITY:g}, us for a step of each run. Ours is")
    print("a Runge-Kutta step, four evaluations of the network; ReservoirPy's is one, and its runs")
    print("go one after another: it steps one at a time.")
    print("runs   ReservoirPy     ours   times as fast   an evaluation")
    figures["steps"] = []
    theirs = _their_stepper()
    for n_runs in BATCHES:
        ours = _our_stepper(n_runs)
        times: list[tuple[float, float]] = []
        for _ in range(3 * runs):
            times.append((theirs(n_runs, -(-2_000 // n_runs)), ours(-(-4_000 // n_runs))))
        peer, own = (1e6 * statistics.median(each) / n_runs for each in zip(*times, strict=True))
        figures["steps"].append({"runs": n_runs, "reservoirpy_us": peer, "ours_us": own})
        ratio = peer / own
        print(f"{n_runs:4d} {peer:13.1f} {own:8.1f} {ratio:15.2f} {4 * ratio:15.2f}")


def _our_stepper(n_runs: int) -> Callable[[int], float]:
    """Seconds a step of all runs."""
    from rnn import FlowConfig, Readout, ReservoirConfig, closed_loop, draw_reservoir

    config = ReservoirConfig(
        n_units=N_UNITS,
        n_inputs=3,
        density=DENSITY,
        spectral_abscissa=0.95,
        input_scale=0.008,
        operating_point=(0.8, 1.0),
    )
    rng = np.random.default_rng(0)
    reservoir = draw_reservoir(config, rng=rng)
    # What is read does not change how long it takes.
    readout = Readout(rng.standard_normal((N_UNITS, 3)), np.zeros(3))
    contexts, state = np.zeros((1, n_runs)), np.zeros((N_UNITS, n_runs))
    closed_loop(reservoir, FlowConfig(), readout, contexts, state, n_steps=1)

    def seconds(n_steps: int) -> float:
        start = time.perf_counter()
        closed_loop(reservoir, FlowConfig(), readout, contexts, state, n_steps=n_steps)
        return (time.perf_counter() - start) / n_steps

    return seconds


def _their_stepper() -> Callable[[int, int], float]:
    """Seconds a step of so many runs, one after another, each of so many steps."""
    from reservoirpy.nodes import Reservoir, Ridge

    model = Reservoir(N_UNITS, lr=1.0, sr=0.95, rc_connectivity=DENSITY, seed=0) >> Ridge(1e-6)
    walk = 0.01 * np.cumsum(np.random.default_rng(0).standard_normal((600, 3)), axis=0)
    model.fit(walk[:-1], walk[1:], warmup=100)
    start_point = model.run(walk[-50:])[-1]

    def seconds(n_runs: int, n_steps: int) -> float:
        start = time.perf_counter()
        for _ in range(n_runs):
            point = start_point
            for _ in range(n_steps):
                point = model(point)
        return (time.perf_counter() - start) / n_steps

    return seconds


def _teach_study() -> None:
    """In a process of its own: teach the study's network, print seconds and MiB at the peak."""
    from rnn.experiments.lorenz.jobs import Job, setting_of, teach_draw

    job = Job(name="translate", preset="study", seed=0, asked=(), runs=1, seconds=5.0)
    setting = setting_of(job)
    n_runs = len(setting.contexts) * setting.runs_per_context
    if n_runs * setting.n_steps != STUDY_STEPS:
        raise RuntimeError(f"expected {STUDY_STEPS} steps, got {n_runs * setting.n_steps}.")
    start = time.perf_counter()
    teach_draw(job)
    seconds = time.perf_counter() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _time_study(figures: dict[str, Any], runs: int) -> None:
    args = [sys.executable, "-m", "benchmarks.lorenz_speed", "--teach-study"]
    seconds, peaks = [], []
    for run in range(runs + 1):
        output = subprocess.run(args, check=True, capture_output=True, text=True).stdout
        if run:  # the first may have compiled
            seconds.append(float(output.split()[0]))
            peaks.append(float(output.split()[1]))
        say(f"study: {output.strip()}")
    figures |= {"study_s": statistics.median(seconds), "study_peak_mib": max(peaks)}
    print(
        f"translate of the study's size, {STUDY_STEPS} driven Runge-Kutta steps of 450 units, "
        f"one core: {figures['study_s']:.1f} s, peak {figures['study_peak_mib']:.0f} MiB"
    )


def _time_command(figures: dict[str, Any], runs: int) -> None:
    command = [str(Path(sys.executable).parent / "ctxaudio"), "bench", "lorenz", "translate", "-q"]
    with tempfile.TemporaryDirectory() as folder:
        fresh = {**os.environ, "NUMBA_CACHE_DIR": folder}
        first = _wall([*command, "--quick"], fresh)
        warm = [_wall([*command, "--quick"], dict(os.environ)) for _ in range(runs)]
        whole = _wall(command, dict(os.environ))
    figures |= {
        "first_quick_s": first,
        "quick_s": statistics.median(warm),
        "default_s": whole,
    }
    print(f"ctxaudio bench lorenz translate: {whole:.1f} s; --quick: {figures['quick_s']:.1f} s")
    print(f"the first time, nothing compiled yet: {first - figures['quick_s']:+.1f} s")


def _wall(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
