"""What is to be measured of an experiment: which draws, at which contexts, and how long."""

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


# A quick one is long enough to tell, too: see :mod:`rnn.experiments.lorenz.verdict`.
DEFAULT = Size(seeds=4, runs=8, seconds=40.0, grid=GRID)
QUICK = Size(seeds=1, runs=12, seconds=25.0, grid=QUICK_GRID)


def make_jobs(
    experiment: str,
    preset: str,
    size: Size,
    *,
    changes: tuple[tuple[str, float], ...] = (),
    context: tuple[float, ...] | None = None,
) -> list[Job]:
    """All jobs of an experiment, or of all of them, draw by draw.

    Args:
        changes: numbers of the preset that are set anew.
        context: the only one to ask for, instead of those of the size's grid.

    Raises:
        ValueError: if a change is none that its preset can take, or the context none of the
            experiment's.
    """
    if context is not None:
        _check_context(experiment, context)
    names = EXPERIMENTS.get(experiment, tuple(name for e in EXPERIMENTS.values() for name in e))
    jobs = [
        Job(
            name=name,
            preset=preset,
            seed=seed,
            asked=_asked(name, size.grid) if context is None else (context,),
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


def _check_context(experiment: str, context: tuple[float, ...]) -> None:
    if experiment not in EXPERIMENTS or experiment in ("bifurcation", "mechanism"):
        raise ValueError(f"a context does not go with {experiment}.")
    n_contexts = FAMILIES[EXPERIMENTS[experiment][0]].n_contexts
    if len(context) != n_contexts:
        given = ", ".join(f"{c:+g}" if c else "0" for c in context)
        raise ValueError(
            f"{experiment} has {n_contexts} context{'s' * (n_contexts > 1)}, "
            f"got {len(context)}: {given}."
        )


def _asked(name: str, grid: tuple[float, ...]) -> tuple[tuple[float, ...], ...]:
    if name not in FAMILIES:
        return ()
    if name == "flight":
        return tuple((c, sign * 0.75 * c) for c in grid for sign in (1.0, -1.0) if c or sign > 0)
    return tuple((c,) for c in grid)
