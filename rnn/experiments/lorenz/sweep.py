"""Many draws: in parallel here or on a cluster, each written down as soon as it is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rnn.experiments.lorenz.jobs import Job, measure_draw
from rnn.experiments.lorenz.records import RecordError, read_record, write_record
from rnn.experiments.lorenz.truth import Floor, Truth
from rnn.experiments.workers import processes, processes_of


def run_jobs(
    jobs: Sequence[Job],
    truth: Truth,
    floor: Floor,
    *,
    n_jobs: int = 1,
    cluster: str | None = None,
    folder: Path | None = None,
    note: Callable[[str], None] | None = None,
) -> Iterator[dict[str, Any]]:
    """Records of all jobs, in the order they are done.

    Args:
        floor: of runs as many and as long as the jobs'.
        n_jobs: processes here.
        cluster: address of a Dask scheduler that is to do the work instead.
        folder: where records are written as they come; what is already there is not done again.
        note: is told, in a line, of each record there that cannot be used and is measured anew.

    Raises:
        ClusterError: if the scheduler does not answer.
        WorkerError: if a process is ended from outside, for want of memory for instance.
        OSError: if the folder or a record cannot be written.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    left = []
    for job in jobs:
        record = None
        if folder is not None:
            try:
                record = read_record(folder, job)
            except RecordError as reason:
                if note is not None:
                    note(f"{folder / job.path} is measured anew: {reason}.")
        if record is None:
            left.append(job)
        else:
            yield record
    if not left:
        return
    import joblib

    with processes(n_jobs) if cluster is None else processes_of(cluster):
        pool = joblib.Parallel(return_as="generator_unordered")
        for record in pool(joblib.delayed(measure_draw)(job, truth, floor) for job in left):
            if folder is not None:
                write_record(folder, record)
            yield record
