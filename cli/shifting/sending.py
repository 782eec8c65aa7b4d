"""Songs for workers that see no file of this machine: bytes go there, and bytes come back.

A worker does a job as it is done here, in a folder of its own that is gone afterwards. What may be
written is asked here, and written here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from cli.output import make_folder, whole_file
from cli.shifting.jobs import Job, Outcome, outcome_of
from cli.shifting.one import refuse
from ctxaudio.errors import DataError

Call = Callable[..., Any]  # of a function, with arguments, elsewhere


def outcome_elsewhere(call: Call, job: Job) -> Outcome:
    """Have a worker do a job, and write what comes back; what only is to be written, is here."""
    from rnn.experiments.workers import WorkerError

    if job.made is not None:
        return outcome_of(job)
    lines: list[str] = []
    try:
        for target in job.targets:
            make_folder(target.parent)
        refuse(job.name, job.targets, job.settings)
        with ExitStack() as stack:
            files = [stack.enter_context(place) for place in _places(job)]
            read = {name: _read(name) for name in _read_by(job)}
            outcome, results = call(_outcome_there, job, read)
            if outcome.status == "failed":
                lines = outcome.lines[:-1]
                raise DataError(outcome.lines[-1])
            for target, file, result in zip(job.targets, files, results, strict=True):
                _fill(file, result, target)
    except WorkerError as error:
        return Outcome("failed", job, [f"{job.name}: {error}"], [])
    except DataError as error:
        return Outcome("failed", job, [*lines, str(error)], [])
    return outcome._replace(job=job)


def _places(job: Job) -> list[AbstractContextManager[BinaryIO]]:
    """Where results go, not open yet."""
    if job.kept is not None:
        return [path.open("r+b") for path in job.kept]
    return [whole_file(target, force=job.settings.force) for target in job.targets]


def _fill(file: BinaryIO, data: bytes, target: Path) -> None:
    try:
        file.write(data)
    except OSError as error:
        raise DataError(f"cannot write {target}: {error.strerror}.") from error


def _read_by(job: Job) -> set[str]:
    """Names of all files that a job reads."""
    settings = job.settings
    versions = (name for _, name in settings.teaching.example_files)
    return {job.name, *versions, *filter(None, [settings.memory])}


def _read(name: str) -> bytes:
    path = Path(name)
    if path.exists() and not path.is_file():
        raise DataError(f"cannot send {name}: it is no file, and may have no end.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {name}: {error.strerror}.") from error


def _outcome_there(job: Job, files: Mapping[str, bytes]) -> tuple[Outcome, list[bytes]]:
    """Do a job in a folder of its own; the outcome has the names of the job."""
    try:
        with TemporaryDirectory(prefix="ctxaudio-") as name:
            folder = Path(name)
            there = _unpacked(folder, files)
            theirs = _in_folder(job, folder, there)
            here = {path: name for name, path in there.items()}
            for path, target in zip(theirs.targets, job.targets, strict=True):
                here[str(path)] = str(target)
            outcome = outcome_of(theirs)
            made = [] if outcome.status == "failed" else theirs.kept or theirs.targets
            return _renamed(outcome, here), [path.read_bytes() for path in made]
    except OSError as error:
        raise DataError(f"a worker cannot keep {job.name}: {error.strerror or error}.") from error


def _unpacked(folder: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Names of files there, by those here."""
    names = {}
    for number, (name, data) in enumerate(files.items()):
        path = folder / str(number) / Path(name).name
        path.parent.mkdir()
        path.write_bytes(data)
        names[name] = str(path)
    return names


def _in_folder(job: Job, folder: Path, names: Mapping[str, str]) -> Job:
    """A job with the names of files in a folder."""
    settings = job.settings
    versions = tuple((context, names[name]) for context, name in settings.teaching.example_files)
    results = make_folder(folder / "results")
    kept = None if job.kept is None else [results / path.name for path in job.kept]
    for path in kept or ():
        path.touch()
    return job._replace(
        name=names[job.name],
        targets=[results / path.name for path in job.targets],
        kept=kept,
        settings=replace(
            settings,
            memory=None if settings.memory is None else names[settings.memory],
            teaching=replace(settings.teaching, example_files=versions),
            inputs=(),
        ),
    )


def _renamed(outcome: Outcome, names: Mapping[str, str]) -> Outcome:
    """An outcome in which files are called as they are here."""

    def renamed(text: Any) -> Any:
        for there, here in names.items() if isinstance(text, str) else ():
            text = text.replace(there, here)
        return text

    def facts_renamed(facts: Mapping[str, Any]) -> dict[str, Any]:
        return {key: renamed(fact) for key, fact in facts.items()}

    made = outcome.made and [
        made._replace(
            plan=made.plan._replace(picture=renamed(made.plan.picture)),
            story=made.story._replace(facts=facts_renamed(made.story.facts)),
        )
        for made in outcome.made
    ]
    lines = [renamed(line) for line in outcome.lines]
    return outcome._replace(lines=lines, facts=[*map(facts_renamed, outcome.facts)], made=made)
