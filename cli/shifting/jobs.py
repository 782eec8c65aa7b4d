"""Songs as jobs, which any process may do; of each one an outcome is kept, a failure too."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, NamedTuple

from cli.output import Reporter, make_folder
from cli.shifting.one import Made, make_song, shift_song, write_song
from cli.shifting.settings import Settings
from ctxaudio.errors import DataError


class Job(NamedTuple):
    """A song that is to be shifted; in two jobs if it is not to be written at once."""

    name: str
    targets: list[Path]
    settings: Settings
    kept: list[Path] | None = None  # where each result lies until it is written
    made: list[Made] | None = None  # what the first job has made there


class Outcome(NamedTuple):
    """What became of a song."""

    status: Literal["made", "shifted", "skipped", "failed"]
    job: Job
    lines: list[str]  # for a person
    facts: list[dict[str, Any]]  # of each file that was written
    made: list[Made] | None = None


class _Kept(Reporter):
    """Keeps what it is told, so that lines of songs side by side are not mixed."""

    def __init__(self, *, quiet: bool) -> None:
        super().__init__(quiet=quiet, as_json=False)
        self.lines: list[str] = []
        self.facts: list[dict[str, Any]] = []

    def done(self, message: str, **facts: Any) -> None:
        self.lines.append(message)
        self.facts.append(facts | {"timings_s": self.timings_s})
        self.timings_s = {}

    def note(self, message: str) -> None:
        self.lines.append(message)


def outcome_of(job: Job, *, quiet: bool = True) -> Outcome:
    """Do a job; no progress is shown if ``quiet``."""
    kept = _Kept(quiet=quiet)
    name, targets, settings = job.name, job.targets, job.settings
    try:
        if job.kept is None:
            for target in targets:
                make_folder(target.parent)
            shift_song(name, targets, settings, kept)
        elif job.made is None:
            made = make_song(name, targets, job.kept, settings, kept)
            return Outcome("made", job, [*kept.lines, f"made {name}"], [], made)
        else:
            write_song(name, targets, job.kept, job.made, settings, kept)
    except DataError as error:
        return Outcome("failed", job, [*kept.lines, str(error)], kept.facts)
    return Outcome("shifted", job, kept.lines, kept.facts)
