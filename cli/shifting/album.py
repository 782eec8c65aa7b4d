"""Albums: the songs of a folder are lowered alike, so that their balance stays what it was.

With several shifts, each is an album of its own. How far an album must be lowered is known once
all of it is made: until then its songs lie beside their targets, as floats in hidden files.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

from cli.output import Reporter, make_folder, passing_file
from cli.shifting.jobs import Job, Outcome
from cli.shifting.level import say_softer
from cli.shifting.one import Made
from cli.shifting.running import Run
from cli.shifting.settings import Shift
from ctxaudio.errors import DataError

_USUAL_FILES = 1024  # that a process may have open unless it asks for more


def whole_albums(targets: Iterable[list[Path]], *, force: bool) -> set[Path]:
    """Files of the albums of which every file is there.

    Raises:
        DataError: if a part of one is, which nobody has allowed to replace: its gain is not known.
    """
    albums: dict[tuple[Path, int], list[Path]] = {}
    for paths in targets:
        for number, path in enumerate(paths):
            albums.setdefault((path.parent, number), []).append(path)
    whole: set[Path] = set()
    for album in albums.values():
        there = [path for path in album if path.exists()]
        if len(there) == len(album):
            whole.update(album)
        elif there and not force:
            raise DataError(
                f"{len(there)} of the {len(album)} songs of an album are there already, such as "
                f"{there[0]}, and the gain is of all; --force makes them all anew."
            )
    return whole


def album_outcomes(jobs: Sequence[Job], run: Run, reporter: Reporter) -> Iterator[Outcome]:
    """What became of each song: of all of a folder that they are made, then that they are written.

    One folder is done after the other, so that no more lies on the disk.
    """
    for _, album in groupby(sorted(jobs, key=_folder), key=_folder):
        yield from _of_folder([*album], run, reporter)


def _folder(job: Job) -> Path:
    return job.targets[0].parent


def _of_folder(jobs: Sequence[Job], run: Run, reporter: Reporter) -> Iterator[Outcome]:
    with ExitStack() as stack:
        try:
            make_folder(_folder(jobs[0]))
            _allow_open_files(sum(len(job.targets) for job in jobs))
            begun = [
                job._replace(kept=[stack.enter_context(passing_file(path)) for path in job.targets])
                for job in jobs
            ]
        except DataError as error:
            yield from (Outcome("failed", job, [str(error)], []) for job in jobs)
            return
        made = []
        for outcome in run(begun):
            yield outcome
            if outcome.made is not None:
                made.append(outcome.job._replace(made=outcome.made))
        for outcome in run(_lowered_alike(made, reporter)):
            yield outcome
            for path in outcome.job.kept or ():
                os.truncate(path, 0)  # the disk has room for the next


def _allow_open_files(n_files: int) -> None:
    """Ask the system for that many more than are usual, as far as it gives them."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = n_files + _USUAL_FILES
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    if limit != resource.RLIM_INFINITY and limit < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _lowered_alike(jobs: Sequence[Job], reporter: Reporter) -> list[Job]:
    """Jobs whose results of the same shift are all divided by what one of them must be."""
    most: dict[Shift, tuple[float, Path]] = {}
    for job in jobs:
        for shift, target, made in _results(job):
            most[shift] = max(most.get(shift, (1.0, target)), (made.divisor, target))
    for divisor, target in most.values():
        say_softer("album", f"{target}'s", divisor, reporter)
    return [
        job._replace(
            made=[made._replace(divisor=most[shift][0]) for shift, _, made in _results(job)]
        )
        for job in jobs
    ]


def _results(job: Job) -> Iterator[tuple[Shift, Path, Made]]:
    return zip(job.settings.shifts, job.targets, job.made or (), strict=True)
