"""What many draws leave: numbers, tables, figures and a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn.experiments.files import pages, png
from rnn.experiments.lorenz import portraits
from rnn.experiments.lorenz.jobs import MECHANISMS, Job, family_of, teach_draw
from rnn.experiments.lorenz.mechanism import measure_response
from rnn.experiments.lorenz.summary import summarise_contexts, summarise_draws
from rnn.experiments.lorenz.tables import bifurcation_table, contexts_table, mechanism_table
from rnn.experiments.lorenz.truth import Floor
from rnn.experiments.page import Section
from rnn.experiments.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Lorenz attractors by context"


def summarise(planned: list[Job], records: list[dict[str, Any]], floor: Floor) -> dict[str, Any]:
    """All numbers of a report, as JSON has them."""
    results: dict[str, Any] = {}
    for name in dict.fromkeys(job.name for job in planned):
        mine = [record for record in records if record["job"]["name"] == name]
        by_context = "contexts" in mine[0]["result"]
        results[name] = summarise_contexts(mine) if by_context else summarise_draws(mine)
    first = planned[0]
    return {
        "preset": first.preset,
        "changes": dict(first.changes),
        "draws": len({job.seed for job in planned}),
        "runs": first.runs,
        "seconds": first.seconds,
        "by_chance": {
            "mean_error": floor.mean.tolist(),
            "std_ratio": floor.std_ratio.tolist(),
            "distance": floor.distance,
            "exponent": floor.exponent,
            "return_map": floor.return_map,
        },
        "results": results,
    }


def floor_of(report: dict[str, Any]) -> Floor:
    """What a report says of chance."""
    chance = report["by_chance"]
    return Floor(
        mean=np.array(chance["mean_error"]),
        std_ratio=np.array(chance["std_ratio"]),
        distance=chance["distance"],
        exponent=chance["exponent"],
        return_map=chance["return_map"],
    )


def tables_of(report: dict[str, Any]) -> dict[str, Table]:
    """A table for each kind of job."""
    floor = floor_of(report)
    draws = f"{report['draws']} draw{'s' * (report['draws'] > 1)}"
    tables = {}
    for name, result in report["results"].items():
        title = f"{name} ({report['preset']}, {draws})"
        if name == "bifurcation":
            tables[name] = bifurcation_table(title, result)
        elif name in MECHANISMS:
            tables[name] = mechanism_table(title, result)
        else:
            tables[name] = contexts_table(title, result, floor)
    return tables


def report_files(
    planned: list[Job], report: dict[str, Any]
) -> Iterator[tuple[str, dict[str, bytes]]]:
    """The files of a report, by name: the figures of each kind of job, and the pages at last.

    Figures take a while each: those of a job come, with its name, as soon as they are drawn.
    """
    from rnn.experiments.lorenz import figures

    firsts = {job.name: job for job in reversed(planned)}
    sections = []
    for name, table in tables_of(report).items():
        drawn = {f"{name}.png": draw(firsts[name])}
        result = report["results"][name]
        if isinstance(result, list) and name != "flight":
            drawn[f"{name}-errors.png"] = figures.errors(result, floor_of(report), table.title)
        yield name, {file_name: png(figure) for file_name, figure in drawn.items()}
        sections.append(Section.of(table, tuple(drawn)))
    about = (
        f"{report['draws']} random draws; {report['runs']} runs of {report['seconds']:g} s at "
        "each context. Medians over the draws."
    )
    yield TITLE, pages(report, TITLE, about, sections)


def draw(job: Job) -> Figure:
    """What one draw recalls, as the paper shows it."""
    from rnn.experiments.lorenz import figures

    memory = teach_draw(job)
    family = family_of(job)
    if family is None:
        return figures.sweep(portraits.sweep(memory))
    if job.name in MECHANISMS:
        return figures.response(measure_response(memory, family))
    if job.name == "flight" and len(job.asked) > 1:
        return figures.flight(portraits.flight(memory))
    return figures.attractors(portraits.attractors(memory, family, job.asked))
