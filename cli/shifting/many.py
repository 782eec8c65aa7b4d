"""Many songs, side by side or in turn: one that fails does not stop the rest."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from cli.output import Reporter, make_folder, say, tell
from cli.shifting.one import Settings, shift_song
from cli.shifting.songs import Song
from ctxaudio.errors import DataError, one_line


@dataclass(frozen=True, slots=True)
class Many:
    """How many songs are gone through."""

    skip_existing: bool = False
    n_jobs: int = 1
    cluster: str | None = None  # of a Dask scheduler, whose processes do the work instead
    report: Path | None = None

    @property
    def is_plain(self) -> bool:
        """Whether one song is as if nothing of this was said."""
        return not self.skip_existing and self.report is None and self.cluster is None


class Outcome(NamedTuple):
    """What became of a song."""

    status: Literal["shifted", "skipped", "failed"]
    song: str
    lines: list[str]  # for a person
    facts: list[dict[str, Any]]  # of each file that was written


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


def shift_songs(
    songs: Sequence[Song],
    targets: Sequence[list[Path]],
    settings: Settings,
    many: Many,
    reporter: Reporter,
) -> None:
    """Shift every song; say, one by one, what became of it, and at the end of all.

    Raises:
        DataError: at the end, if any failed.
    """
    begun_at = time.monotonic()
    counts = {"shifted": 0, "skipped": 0, "failed": 0}
    for n_done, outcome in enumerate(_outcomes(songs, targets, settings, many, reporter), 1):
        counts[outcome.status] += 1
        _report(outcome, many)
        if outcome.status == "failed":
            say(f"{n_done}/{len(songs)} {outcome.lines[-1]}")
        elif reporter.as_json:
            for facts in outcome.facts:
                tell(json.dumps(facts), reporter.json_file)
        elif not reporter.quiet and outcome.status == "shifted":
            n_worked = n_done - counts["skipped"]
            left_s = (time.monotonic() - begun_at) / n_worked * (len(songs) - n_done)
            left = f" ({_clock(left_s)} left)" if n_done < len(songs) else ""
            for line in outcome.lines[:-1]:
                reporter.note(line)
            tell(f"{n_done}/{len(songs)} {outcome.lines[-1]}{left}", sys.stderr)
    if counts["skipped"]:
        reporter.note(f"{counts['skipped']} of {len(songs)} songs were there already.")
    if counts["failed"]:
        raise DataError(f"{counts['failed']} of {len(songs)} songs could not be shifted.")


def _outcomes(
    songs: Sequence[Song],
    targets: Sequence[list[Path]],
    settings: Settings,
    many: Many,
    reporter: Reporter,
) -> Iterator[Outcome]:
    """What became of each song, in the order in which they are done."""
    left = []
    for song, paths in zip(songs, targets, strict=True):
        wanted = [
            (shift, path)
            for shift, path in zip(settings.shifts, paths, strict=True)
            if not (many.skip_existing and path.exists())
        ]
        if wanted:
            shifts, missing = zip(*wanted, strict=True)
            left.append((song.name, list(missing), replace(settings, shifts=shifts)))
        else:
            yield Outcome("skipped", song.name, [], [])
    if many.cluster is None and (many.n_jobs == 1 or len(left) < 2):
        for job in left:
            yield _outcome(*job, quiet=reporter.quiet or reporter.as_json)
        return
    import joblib

    from rnn.experiments.workers import ClusterError, WorkerError, processes, processes_of

    try:
        with processes(many.n_jobs) if many.cluster is None else processes_of(many.cluster):
            pool = joblib.Parallel(return_as="generator_unordered")
            yield from pool(
                joblib.delayed(_outcome)(name, paths, _of_one_thread(its), quiet=True)
                for name, paths, its in left
            )
    except (ClusterError, WorkerError) as error:
        raise DataError(one_line(error)) from error


def _of_one_thread(settings: Settings) -> Settings:
    """Songs side by side have a core each, if nothing else was said."""
    teaching = replace(settings.teaching, threads=settings.teaching.threads or 1)
    return replace(settings, teaching=teaching)


def _outcome(name: str, targets: list[Path], settings: Settings, *, quiet: bool) -> Outcome:
    kept = _Kept(quiet=quiet)
    try:
        for target in targets:
            make_folder(target.parent)
        shift_song(name, targets, settings, kept)
    except DataError as error:
        return Outcome("failed", name, [*kept.lines, str(error)], kept.facts)
    return Outcome("shifted", name, kept.lines, kept.facts)


def _report(outcome: Outcome, many: Many) -> None:
    if many.report is None:
        return
    facts: list[dict[str, Any]] = outcome.facts or [{"input": outcome.song}]
    error = {"error": outcome.lines[-1]} if outcome.status == "failed" else {}
    try:
        with many.report.open("a", encoding="utf-8") as file:
            for each in facts:
                file.write(json.dumps({"status": outcome.status, **each, **error}) + "\n")
    except OSError as error_:
        raise DataError(f"cannot write {many.report}: {error_.strerror}.") from error_


def _clock(seconds: float) -> str:
    """Minutes and seconds.

    >>> _clock(75.2)
    '1:15'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
