"""Many draws: in parallel here or on a cluster, each written down as soon as it is measured."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rnn.experiments.lorenz.jobs import RECORD_VERSION, Job, measure_draw
from rnn.experiments.lorenz.truth import Floor, Truth

CONNECT_S = 10.0  # that a scheduler has to answer


class ClusterError(OSError):
    """A Dask scheduler that cannot be used; the message is one line."""


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
        ClusterError: if the scheduler does not answer.
        OSError: if the folder cannot be written.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    left = []
    for job in jobs:
        record = None if folder is None else _read(folder, job)
        if record is None:
            left.append(job)
        else:
            yield record
    if not left:
        return
    with contextlib.ExitStack() as stack:
        import joblib

        if cluster is not None:
            stack.enter_context(_client(cluster))
            stack.enter_context(joblib.parallel_config(backend="dask"))
        elif n_jobs == 1:
            stack.enter_context(joblib.parallel_config(backend="sequential"))
        else:
            # One thread each: the processes are as many as there are cores to use.
            stack.enter_context(
                joblib.parallel_config(backend="loky", n_jobs=n_jobs, inner_max_num_threads=1)
            )
        pool = joblib.Parallel(return_as="generator_unordered")
        for record in pool(joblib.delayed(measure_draw)(job, truth, floor) for job in left):
            if folder is not None:
                _write(folder, record)
            yield record


def _client(address: str) -> contextlib.AbstractContextManager[Any]:
    # Dask starts a cluster of its own where it is given no address.
    if not re.fullmatch(r"(\w+://)?[^\s/]+:\d+", address):
        raise ClusterError(
            f"a Dask scheduler's address is like tcp://host:8786 or host:8786, got {address!r}."
        )
    from dask.distributed import Client

    try:
        return Client(address, timeout=CONNECT_S)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:  # the latter where it is no address
        raise ClusterError(f"no Dask scheduler answers at {address!r}: {error}") from error


def _write(folder: Path, record: dict[str, Any]) -> None:
    """A record appears whole or not at all."""
    path = folder / Job(**record["job"]).path
    part = folder / f".{path.name}.{secrets.token_hex(4)}.part"
    try:
        with open(part, "x", encoding="utf-8") as file:
            json.dump(record, file, allow_nan=False)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _read(folder: Path, job: Job) -> dict[str, Any] | None:
    """The record of just this job, if it is there and whole."""
    path = folder / job.path
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    same = isinstance(record, dict) and record.get("version") == RECORD_VERSION
    return record if same and record.get("job") == job.as_json() else None
