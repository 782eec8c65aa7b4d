"""Many songs, side by side or in turn: one that fails does not stop the rest."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cli.output import Reporter, say, tell
from cli.shifting.album import album_outcomes, whole_albums
from cli.shifting.jobs import Job, Outcome
from cli.shifting.running import running
from cli.shifting.settings import Settings
from cli.shifting.songs import Song
from ctxaudio.errors import DataError


@dataclass(frozen=True, slots=True)
class Many:
    """How many songs are gone through."""

    skip_existing: bool = False
    n_jobs: int = 1
    cluster: str | None = None  # of a Dask scheduler, whose processes do the work instead
    send: bool = False  # songs to them, and results back
    album: bool = False  # whether those of a folder are lowered alike
    report: Path | None = None

    @property
    def is_plain(self) -> bool:
        """Whether one song is as if nothing of this was said."""
        return not self.skip_existing and self.report is None and self.cluster is None


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
    counts = {"made": 0, "shifted": 0, "skipped": 0, "failed": 0}
    n_first = n_last = 0  # jobs that were a song's first, which takes its time, and its last
    with closing(_outcomes(songs, targets, settings, many, reporter)) as outcomes:
        for outcome in outcomes:
            counts[outcome.status] += 1
            is_first = outcome.job.made is None
            n_first += is_first
            n_last += outcome.status != "made"
            n_left = len(songs) - n_first
            left = ""
            if is_first and n_left and (n_worked := n_first - counts["skipped"]):
                left = f" ({_clock((time.monotonic() - begun_at) / n_worked * n_left)} left)"
            _report(outcome, many)
            _say(outcome, f"{n_first if is_first else n_last}/{len(songs)}", left, reporter)
    if counts["skipped"]:
        reporter.note(f"{counts['skipped']} of {len(songs)} songs were there already.")
    if counts["failed"]:
        raise DataError(f"{counts['failed']} of {len(songs)} songs could not be shifted.")


def _say(outcome: Outcome, which: str, left: str, reporter: Reporter) -> None:
    """What became of a song, which of how many it is, and how long the rest will take."""
    if outcome.status == "failed":
        say(f"{which} {outcome.lines[-1]}")
    elif reporter.as_json:
        for facts in outcome.facts:
            tell(json.dumps(facts), reporter.json_file)
    elif not reporter.quiet and outcome.status != "skipped":
        for line in outcome.lines[:-1]:
            reporter.note(line)
        tell(f"{which} {outcome.lines[-1]}{left}", sys.stderr)


def _outcomes(
    songs: Sequence[Song],
    targets: Sequence[list[Path]],
    settings: Settings,
    many: Many,
    reporter: Reporter,
) -> Generator[Outcome]:
    """What became of each song, in the order in which they are done."""
    left: list[Job] = []
    there = _there(targets, settings, many)
    for song, paths in zip(songs, targets, strict=True):
        wanted = [
            (shift, path)
            for shift, path in zip(settings.shifts, paths, strict=True)
            if path not in there
        ]
        if wanted:
            shifts, missing = zip(*wanted, strict=True)
            left.append(Job(song.name, list(missing), replace(settings, shifts=shifts)))
        else:
            yield Outcome("skipped", Job(song.name, paths, settings), [], [])
    n_jobs = many.n_jobs if len(left) > 1 else 1
    quiet = reporter.quiet or reporter.as_json
    with running(n_jobs, many.cluster, send=many.send, quiet=quiet) as run:
        yield from album_outcomes(left, run, reporter) if many.album else run(left)


def _there(targets: Sequence[list[Path]], settings: Settings, many: Many) -> set[Path]:
    """Files that need not be made."""
    if not many.skip_existing:
        return set()
    if many.album:
        return whole_albums(targets, force=settings.force)
    return {path for paths in targets for path in paths if path.exists()}


def _report(outcome: Outcome, many: Many) -> None:
    if many.report is None or outcome.status == "made":
        return
    facts: list[dict[str, Any]] = outcome.facts or [{"input": outcome.job.name}]
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
