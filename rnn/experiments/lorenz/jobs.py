"""Draws of experiments: what is to be measured, by name and seed, and what it gives."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import threadpoolctl

from rnn.attractors.memory import AttractorMemory
from rnn.experiments.lorenz import bifurcation, flight, mechanism
from rnn.experiments.lorenz.extrapolation import MAX_TANGENTS, recall_family, teach_family
from rnn.experiments.lorenz.families import FAMILIES, MULTI, Family
from rnn.experiments.lorenz.settings import PRESETS, Setting, setting_for
from rnn.experiments.lorenz.truth import Floor, Truth, find_truth, noise_floor
from rnn.random_streams import Stream, generator

# Jobs that compare theory and network, and the families they do it for.
MECHANISMS = {f"mechanism-{name}": FAMILIES[name] for name in ("translate", "transform")}
# What a user names, and the jobs it stands for.
EXPERIMENTS = {
    "translate": ("translate",),
    "transform": ("transform",),
    "multi": tuple(family.name for family in MULTI),
    "bifurcation": ("bifurcation",),
    "flight": ("flight",),
    "mechanism": tuple(MECHANISMS),
}
MIN_SECONDS = 5.0  # of a run: several turns of the attractor
# Raised when a record would no longer mean what it meant.
RECORD_VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One draw of one experiment.

    ``asked`` (context, ...) are the contexts of a family; ``changes`` are numbers of the preset
    that are set anew, see :meth:`rnn.experiments.lorenz.settings.Setting.changed`.
    """

    name: str
    preset: str
    seed: int
    asked: tuple[tuple[float, ...], ...]
    runs: int
    seconds: float
    changes: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        if self.name not in {*FAMILIES, *MECHANISMS, "bifurcation"}:
            raise ValueError(f"there is no experiment {self.name!r}.")
        if self.preset not in PRESETS:
            raise ValueError(f"there is no preset {self.preset!r}.")
        if self.seed < 0 or self.runs < 1:
            raise ValueError(
                "seed must not be negative and runs must be at least 1, "
                f"got {self.seed} and {self.runs}."
            )
        if not MIN_SECONDS <= self.seconds < np.inf:
            raise ValueError(
                f"seconds must be at least {MIN_SECONDS:g} and finite, got {self.seconds}."
            )
        if not np.isfinite(np.array(self.asked, dtype=np.float64)).all():
            raise ValueError(f"contexts must be finite, got {self.asked}.")

    @property
    def path(self) -> str:
        """The name of its record."""
        return f"{self.name}-{self.preset}-{self.seed:04d}.json"

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON gives it back: lists instead of tuples."""
        return dict(json.loads(json.dumps(asdict(self))))


def setting_of(job: Job) -> Setting:
    """How the network of a job is drawn and taught."""
    family = family_of(job)
    own = [name for name, _ in job.changes if "taught" in name]
    if own and job.name in ("bifurcation", "flight"):
        raise ValueError(f"{job.name} teaches contexts of its own: {own[0]} cannot be set.")
    setting = setting_for(job.preset, deforming=family is not None and family.deforms)
    return setting.changed(job.changes)


def family_of(job: Job) -> Family | None:
    """The attractors a job teaches; None for the bifurcation."""
    return (FAMILIES | MECHANISMS).get(job.name)


def taught_contexts(job: Job) -> np.ndarray:
    """Contexts (taught, context) of a job's examples."""
    if job.name == "flight":
        return np.array(flight.TAUGHT[job.preset], dtype=np.float64)
    if job.name == "bifurcation":
        return np.array(bifurcation.TAUGHT)[:, None]
    return np.array(setting_of(job).contexts)[:, None]


def teach_draw(job: Job) -> AttractorMemory:
    """The memory of a draw. It depends on nothing but the experiment, the preset and the seed."""
    rng, _ = _generators(job)
    setting = setting_of(job)
    family = family_of(job)
    with one_thread():
        if family is None:
            return bifurcation.teach_bifurcation(setting, rng=rng)
        return teach_family(family, setting, taught_contexts(job), rng=rng)


def measure_draw(job: Job, truth: Truth, floor: Floor) -> dict[str, Any]:
    """The record of a draw: what it was, and its result, which JSON can hold."""
    memory = teach_draw(job)
    with one_thread():
        result = _measure(job, memory, truth, floor)
    return {"version": RECORD_VERSION, "job": job.as_json(), "result": result}


def one_thread() -> AbstractContextManager[Any]:
    """Sums of a matrix product depend on how many threads share it: here it is always one."""
    return threadpoolctl.threadpool_limits(limits=1)


def _measure(job: Job, memory: AttractorMemory, truth: Truth, floor: Floor) -> dict[str, Any]:
    _, rng = _generators(job)
    if job.name == "bifurcation":
        return bifurcation.measure_bifurcation(
            memory, truth, floor, n_runs=job.runs, seconds=job.seconds, rng=rng
        )
    if job.name in MECHANISMS:
        return mechanism.summarise(mechanism.measure_response(memory, MECHANISMS[job.name]))
    contexts = recall_family(
        memory,
        FAMILIES[job.name],
        np.array(job.asked, dtype=np.float64),
        truth,
        floor,
        n_runs=job.runs,
        seconds=job.seconds,
        rng=rng,
    )
    return {"contexts": contexts}


def prepare(job: Job) -> tuple[Truth, Floor]:
    """The truth, and what chance alone makes of it in runs as many and as long as a job's."""
    truth = find_truth(generator(Stream.LORENZ_TRUTH))
    floor = noise_floor(
        truth,
        n_runs=job.runs,
        n_tangents=min(job.runs, MAX_TANGENTS),
        seconds=job.seconds,
        rng=generator(Stream.LORENZ_FLOOR),
    )
    return truth, floor


def _generators(job: Job) -> list[np.random.Generator]:
    return np.random.default_rng(job.seed).spawn(2)
