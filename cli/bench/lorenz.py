"""``ctxaudio bench lorenz``: how far a memory of an attractor reaches beyond its examples."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.arguments import ContextList, FileName, FiniteRange, Setter
from cli.bench.files import check_folder, write_files
from cli.output import Reporter, make_folder, need_stdout, refuse_existing, tell
from ctxaudio.errors import DataError, one_line
from ctxaudio.extras import require

if TYPE_CHECKING:
    from rnn.experiments.lorenz.jobs import Job
    from rnn.experiments.lorenz.truth import Floor, Truth

_EXPERIMENTS = ("translate", "transform", "multi", "bifurcation", "flight", "mechanism", "all")


@click.command()
@click.argument("experiment", type=click.Choice(_EXPERIMENTS))
@click.option("--seeds", type=click.IntRange(1, 10_000), help="Random draws of the network.  [4]")
@click.option("--jobs", type=click.IntRange(1, 1024), help="Processes.  [one for each processor]")
@click.option(
    "--out",
    type=FileName(folder=True),
    help="Folder for JSON, PNG figures and an HTML page. "
    "A run that was stopped goes on from what is there.",
)
@click.option("--context", type=ContextList(), help="Ask for this context only (two for flight).")
@click.option("--plot", is_flag=True, help="Draw what the first draw recalls, as a PNG here.")
@click.option("--force", is_flag=True, help="Replace the PNG of --plot if it is there.")
@click.option(
    "--preset",
    type=click.Choice(("modern", "study")),
    default="modern",
    show_default=True,
    help="The study's own setting, or the one that reaches further.",
)
@click.option(
    "--set",
    "changes",
    type=Setter(),
    multiple=True,
    help="Change a number of the preset, such as n_units=450 or ridge=1e-6.",
)
@click.option("--quick", is_flag=True, help="One draw, a few contexts, seconds.")
@click.option("--seconds", type=FiniteRange(5.0, 1e4), help="Of each run at each context.")
@click.option("--runs", type=click.IntRange(1, 256), help="Side by side at each context.")
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler to send the draws to.")
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON instead of tables.")
def lorenz(
    experiment: str,
    seeds: int | None,
    jobs: int | None,
    out: str | None,
    context: tuple[float, ...] | None,
    plot: bool,
    force: bool,
    preset: str,
    changes: tuple[tuple[str, float], ...],
    quick: bool,
    seconds: float | None,
    runs: int | None,
    cluster: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Teach networks the Lorenz attractor at a few contexts and measure how far they carry it.

    translate, transform and multi move or deform the attractor; flight does so by two contexts;
    bifurcation is taught fixed points and asked for chaos; mechanism compares theory and network.
    """
    if plot or out is not None:
        require("matplotlib")
    if cluster is not None:
        require("distributed")
    need_stdout("the report")
    from rnn.experiments.files import png
    from rnn.experiments.lorenz.jobs import prepare
    from rnn.experiments.lorenz.plan import DEFAULT, QUICK, make_jobs
    from rnn.experiments.lorenz.report import draw, report_files, summarise, tables_of
    from rnn.experiments.table import text_lines

    size = QUICK if quick else DEFAULT
    size = replace(
        size,
        seeds=seeds or (1 if context is not None else size.seeds),
        runs=runs or size.runs,
        seconds=seconds or size.seconds,
    )
    try:
        planned = make_jobs(experiment, preset, size, changes=changes, context=context)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    at = "".join(f"{c:+g}" for c in context or ())
    pictures = {Path(f"lorenz-{job.name}{at}.png"): job for job in reversed(planned) if plot}
    for picture in pictures:
        refuse_existing(picture, force=force)
        check_folder(picture.parent)
    reporter = Reporter(quiet=quiet, as_json=as_json)
    folder = None
    if out is not None:
        folder = make_folder(Path(out))
        for part in (folder, make_folder(folder / "draws")):
            check_folder(part)
    if cluster is not None:
        _check_cluster(cluster)
    with reporter.stage("The true attractor"):
        truth, floor = prepare(planned[0])
    records = _measure(reporter, planned, truth, floor, folder=folder, n_jobs=jobs, cluster=cluster)
    report = summarise(planned, records, floor)
    if as_json:
        tell(json.dumps(report | {"timings_s": reporter.timings_s}, allow_nan=False))
    else:
        for table in tables_of(report).values():
            for line in (table.title, *text_lines(table), ""):
                tell(line)
    if folder is not None:
        with reporter.stage("Drawing", total=len(report["results"]) + 1) as advance:
            for _, files in report_files(planned, report):
                write_files(folder, files)
                advance(1)
        reporter.note(f"wrote {folder / 'index.html'}")
    for picture, job in pictures.items():
        with reporter.stage("Drawing"):
            write_files(Path(), {picture.name: png(draw(job))}, force=force)
        reporter.note(f"wrote {picture}")


def _check_cluster(address: str) -> None:
    from rnn.experiments.workers import ClusterError, check_cluster

    try:
        check_cluster(address)
    except ClusterError as error:
        raise DataError(one_line(error)) from error


def _measure(
    reporter: Reporter,
    planned: list[Job],
    truth: Truth,
    floor: Floor,
    *,
    folder: Path | None,
    n_jobs: int | None,
    cluster: str | None,
) -> list[dict[str, Any]]:
    from rnn.experiments.lorenz.sweep import run_jobs
    from rnn.experiments.workers import ClusterError, WorkerError

    records = []
    with reporter.stage("Draws", total=len(planned)) as advance:
        done = run_jobs(
            planned,
            truth,
            floor,
            n_jobs=n_jobs or min(len(planned), os.cpu_count() or 1),
            cluster=cluster,
            folder=None if folder is None else folder / "draws",
            note=reporter.note,
        )
        try:
            for record in done:
                records.append(record)
                advance(1)
        except (ClusterError, WorkerError) as error:
            raise DataError(one_line(error)) from error
    return sorted(records, key=lambda record: (record["job"]["name"], record["job"]["seed"]))
