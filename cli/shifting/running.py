"""Where jobs are done: here, in processes of this machine, or in those of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from cli.shifting.jobs import Job, Outcome, outcome_of
from cli.shifting.sending import outcome_elsewhere
from ctxaudio.errors import DataError, one_line

Run: TypeAlias = Callable[[Iterable[Job]], Iterator[Outcome]]  # does jobs, in any order


@contextmanager
def running(n_jobs: int, cluster: str | None, *, send: bool, quiet: bool) -> Iterator[Run]:
    """What does jobs, as long as the block lasts.

    Args:
        n_jobs: how many processes, or 1 for this one.
        cluster: address of a Dask scheduler whose processes do them instead.
        send: whether those are sent the songs.
        quiet: whether no progress is shown by this process.

    Raises:
        DataError: if no scheduler answers, or a process was ended from outside.
    """
    if cluster is None and n_jobs == 1:
        yield lambda jobs: (outcome_of(job, quiet=quiet) for job in jobs)
        return
    import joblib

    from rnn.experiments.workers import ClusterError, WorkerError

    try:
        with _elsewhere(n_jobs, cluster, send=send) as do:
            yield lambda jobs: joblib.Parallel(return_as="generator_unordered")(
                joblib.delayed(do)(_of_one_thread(job)) for job in jobs
            )
    except (ClusterError, WorkerError) as error:
        raise DataError(one_line(error)) from error


@contextmanager
def _elsewhere(
    n_jobs: int, cluster: str | None, *, send: bool
) -> Iterator[Callable[[Job], Outcome]]:
    """What joblib is to call, within the block, to have a job done elsewhere."""
    from rnn.experiments.workers import calls_to, processes, processes_of

    if cluster is None:
        with processes(n_jobs):
            yield outcome_of
    elif send:
        with calls_to(cluster) as call:
            yield partial(outcome_elsewhere, call)
    else:
        with processes_of(cluster):
            yield outcome_of


def _of_one_thread(job: Job) -> Job:
    """Songs side by side have a core each, if nothing else was said."""
    teaching = replace(job.settings.teaching, threads=job.settings.teaching.threads or 1)
    return job._replace(settings=replace(job.settings, teaching=teaching))
