"""What a call of ``ctxaudio bench lorenz`` leaves: numbers, tables, figures and a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from cli.bench.files import save_figure, write_figure, write_pages
from cli.bench.table import bifurcation_table, contexts_table, mechanism_table
from cli.output import Reporter
from rnn.experiments.lorenz.jobs import MECHANISMS, Job, family_of, teach_draw
from rnn.experiments.lorenz.summary import summarise_contexts, summarise_draws
from rnn.experiments.lorenz.truth import Floor
from rnn.experiments.page import Section

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
        "two_true_runs": {
            "mean_error": floor.mean.tolist(),
            "std_ratio": floor.std_ratio.tolist(),
            "distance": floor.distance,
            "exponent": floor.exponent,
            "return_map": floor.return_map,
        },
        "results": results,
    }


def sections_of(report: dict[str, Any], floor: Floor) -> list[Section]:
    """The tables, one for each kind of job, without figures."""

    def lines(name: str, result: Any) -> list[str]:
        if name == "bifurcation":
            return bifurcation_table(result)
        if name.startswith("mechanism"):
            return mechanism_table(result)
        return contexts_table(result, floor)

    draws = f"{report['draws']} draw{'s' * (report['draws'] > 1)}"
    return [
        Section(f"{name} ({report['preset']}, {draws})", lines(name, result), ())
        for name, result in report["results"].items()
    ]


def write_report(
    reporter: Reporter,
    folder: Path,
    planned: list[Job],
    floor: Floor,
    report: dict[str, Any],
) -> None:
    """Write ``report.json``, figures and ``index.html`` into a folder."""
    from cli.bench import figures

    firsts = {job.name: job for job in reversed(planned)}
    sections = []
    with reporter.stage("Drawing", total=len(firsts)) as advance:
        for section, (name, result) in zip(
            sections_of(report, floor), report["results"].items(), strict=True
        ):
            drawn = {f"{name}.png": draw(firsts[name])}
            if isinstance(result, list) and name != "flight":
                drawn[f"{name}-errors.png"] = figures.errors(result, floor, section.title)
            for file_name, figure in drawn.items():
                write_figure(figure, folder / file_name)
            sections.append(section._replace(figures=tuple(drawn)))
            advance(1)
    about = (
        f"{report['draws']} random draws; {report['runs']} runs of {report['seconds']:g} s at "
        "each context. Medians over the draws."
    )
    write_pages(folder, report, "Lorenz attractors by context", about, sections)


def draw(job: Job) -> Figure:
    """What one draw recalls, as the paper shows it."""
    from cli.bench import figures

    memory = teach_draw(job)
    family = family_of(job)
    if family is None:
        return figures.sweep(memory)
    if job.name in MECHANISMS:
        return figures.response(memory, family)
    if job.name == "flight" and len(job.asked) > 1:
        return figures.flight(memory)
    return figures.attractors(memory, family, job.asked)


def write_drawing(job: Job, file: BinaryIO) -> None:
    """Write what :func:`draw` draws as PNG."""
    save_figure(draw(job), file)
