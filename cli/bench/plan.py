"""What a call of ``ctxaudio bench lorenz`` is to do: its jobs, from its options."""

from __future__ import annotations

from dataclasses import dataclass

from rnn.experiments.lorenz.families import FAMILIES
from rnn.experiments.lorenz.jobs import EXPERIMENTS, Job, setting_of

# Contexts of the paper's figures; the second context of a flight goes to three quarters.
GRID = (-40.0, -30.0, -20.0, -10.0, 0.0, 10.0, 20.0, 30.0, 40.0)
QUICK_GRID = (-40.0, -20.0, 20.0, 40.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured: draws, and runs of so many seconds at each context."""

    seeds: int
    runs: int
    seconds: float
    grid: tuple[float, ...]


DEFAULT = Size(seeds=4, runs=8, seconds=40.0, grid=GRID)
QUICK = Size(seeds=1, runs=4, seconds=20.0, grid=QUICK_GRID)


def make_jobs(
    experiment: str, preset: str, size: Size, changes: tuple[tuple[str, float], ...]
) -> list[Job]:
    """All jobs of an experiment, or of all of them, draw by draw.

    Raises:
        ValueError: if a change is none that its preset can take.
    """
    names = EXPERIMENTS.get(experiment, tuple(name for e in EXPERIMENTS.values() for name in e))
    jobs = [
        Job(
            name=name,
            preset=preset,
            seed=seed,
            asked=_asked(name, size.grid),
            runs=size.runs,
            seconds=size.seconds,
            changes=changes,
        )
        for name in names
        for seed in range(size.seeds)
    ]
    for job in jobs[:: size.seeds]:
        setting_of(job)
    return jobs


def _asked(name: str, grid: tuple[float, ...]) -> tuple[tuple[float, ...], ...]:
    if name not in FAMILIES:
        return ()
    if name == "flight":
        return tuple((c, sign * 0.75 * c) for c in grid for sign in (1.0, -1.0) if c or sign > 0)
    return tuple((c,) for c in grid)
