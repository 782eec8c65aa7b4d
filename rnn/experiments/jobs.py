"""Many draws: in parallel here or on a cluster, each written down as soon as it is measured."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnn.attractors import AttractorMemory
from rnn.experiments import bifurcation, flight, mechanism, multi, transform, translate
from rnn.experiments.extrapolation import MAX_TANGENTS, recall_family, teach_family
from rnn.experiments.family import Family
from rnn.experiments.settings import PRESETS, Setting, setting_for
from rnn.experiments.truth import Floor, Truth, find_truth, noise_floor

FAMILIES = {
    family.name: family
    for family in (
        *translate.FAMILIES,
        *transform.FAMILIES,
        *multi.FAMILIES,
        *flight.FAMILIES,
    )
}
# Jobs that compare theory and network, and the families they do it for.
MECHANISMS = {f"mechanism-{name}": FAMILIES[name] for name in ("translate", "transform")}
# What a user names, and the jobs it stands for.
EXPERIMENTS = {
    "translate": ("translate",),
    "transform": ("transform",),
    "multi": tuple(family.name for family in multi.FAMILIES),
    "bifurcation": ("bifurcation",),
    "flight": ("flight",),
    "mechanism": tuple(MECHANISMS),
}
# Raised when a record would no longer mean what it meant.
RECORD_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One draw of one experiment.

    ``asked`` (context, ...) are the contexts of a family; ``changes`` are numbers of the preset
    that are set anew, see :meth:`rnn.experiments.settings.Setting.changed`.
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
            raise ValueError(f"seed and runs must be positive, got {self.seed} and {self.runs}.")
        if not 1.0 <= self.seconds < np.inf:
            raise ValueError(f"seconds must be at least 1 and finite, got {self.seconds}.")
        if not np.isfinite(np.array(self.asked, dtype=np.float64)).all():
            raise ValueError(f"contexts must be finite, got {self.asked}.")

    @property
    def path(self) -> str:
        """The name of its record."""
        return f"{self.name}-{self.preset}-{self.seed:04d}.json"


def setting_of(job: Job) -> Setting:
    """How the network of a job is drawn and taught."""
    family = family_of(job)
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


def teach(job: Job) -> AttractorMemory:
    """The memory of a draw. It depends on nothing but the experiment, the preset and the seed."""
    rng, _ = _generators(job)
    setting = setting_of(job)
    family = family_of(job)
    if family is None:
        return bifurcation.teach_bifurcation(setting, rng=rng)
    return teach_family(family, setting, taught_contexts(job), rng=rng)


def measure(job: Job, truth: Truth, floor: Floor) -> dict[str, Any]:
    """The record of a draw: what it was, and its result, which JSON can hold."""
    memory = teach(job)
    _, rng = _generators(job)
    result: dict[str, Any]
    if job.name == "bifurcation":
        result = bifurcation.measure_bifurcation(
            memory, truth, floor, n_runs=job.runs, seconds=job.seconds, rng=rng
        )
    elif job.name in MECHANISMS:
        result = mechanism.summarise(mechanism.measure_response(memory, MECHANISMS[job.name]))
    else:
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
        result = {"contexts": contexts}
    return {"version": RECORD_VERSION, "job": _as_json(job), "result": result}


def run_jobs(
    jobs: Sequence[Job],
    truth: Truth,
    floor: Floor,
    *,
    n_jobs: int = 1,
    cluster: str | None = None,
    folder: Path | None = None,
) -> Iterator[dict[str, Any]]:
    """Records of all jobs, in the order they are done.

    Args:
        floor: of runs as many and as long as the jobs'.
        n_jobs: processes here.
        cluster: address of a Dask scheduler that is to do the work instead.
        folder: where records are written as they come; what is already there is not done again.

    Raises:
        OSError: if the scheduler does not answer, or the folder cannot be written.
    """
    left = []
    for job in jobs:
        record = None if folder is None else _read(folder, job)
        if record is None:
            left.append(job)
        else:
            yield record
    with contextlib.ExitStack() as stack:
        import joblib

        if cluster is not None:
            from dask.distributed import Client

            stack.enter_context(Client(cluster, timeout=10))  # type: ignore[no-untyped-call]
            stack.enter_context(joblib.parallel_config(backend="dask"))
        elif n_jobs == 1:
            stack.enter_context(joblib.parallel_config(backend="sequential"))
        else:
            # One thread each: the processes are as many as there are cores to use.
            stack.enter_context(
                joblib.parallel_config(backend="loky", n_jobs=n_jobs, inner_max_num_threads=1)
            )
        pool = joblib.Parallel(return_as="generator_unordered")
        for record in pool(joblib.delayed(measure)(job, truth, floor) for job in left):
            if folder is not None:
                _write(folder, record)
            yield record


def prepare(job: Job) -> tuple[Truth, Floor]:
    """The truth, and what chance alone makes of it in runs as many and as long as a job's."""
    truth_rng, floor_rng = np.random.default_rng(0).spawn(2)
    truth = find_truth(truth_rng)
    n_tangents = min(job.runs, MAX_TANGENTS)
    floor = noise_floor(
        truth, n_runs=job.runs, n_tangents=n_tangents, seconds=job.seconds, rng=floor_rng
    )
    return truth, floor


def _generators(job: Job) -> list[np.random.Generator]:
    return np.random.default_rng(job.seed).spawn(2)


def _as_json(job: Job) -> dict[str, Any]:
    return json.loads(json.dumps(asdict(job)))


def _record_path(folder: Path, job: dict[str, Any]) -> Path:
    return folder / Job(**job).path


def _write(folder: Path, record: dict[str, Any]) -> None:
    """A record appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = _record_path(folder, record["job"])
    descriptor, part = tempfile.mkstemp(".part", f".{path.name}.", folder)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(record, file, allow_nan=False)
        Path(part).replace(path)
    finally:
        Path(part).unlink(missing_ok=True)


def _read(folder: Path, job: Job) -> dict[str, Any] | None:
    """The record of just this job, if it is there and whole."""
    path = folder / job.path
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    same = isinstance(record, dict) and record.get("version") == RECORD_VERSION
    return record if same and record.get("job") == _as_json(job) else None
