"""``ctxaudio bench delay-match``: how long trained networks remember, beside a published study."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.arguments import FileName
from cli.output import Reporter, make_folder, need_stdout, tell
from ctxaudio.extras import require

if TYPE_CHECKING:
    from rnn.trainable.analysis.account import MemoryAccount

_SEEDS, _QUICK_SEEDS = 5, 1


@click.command()
@click.argument("variant", type=click.Choice(("delays", "ranges", "inputs")))
@click.option(
    "--quick", is_flag=True, help="One seed, a few short delays; trained in under a minute."
)
@click.option(
    "--seeds",
    type=click.IntRange(1, 1000),
    help=f"Networks of each task.  [{_SEEDS}; {_QUICK_SEEDS} with --quick]",
)
@click.option(
    "--preset",
    type=click.Choice(("both", "modern", "study")),
    default="both",
    show_default=True,
    help="The study's own network, or one that learns the task better.",
)
@click.option(
    "--optimiser",
    type=click.Choice(("adam", "sgd")),
    default="adam",
    show_default=True,
    help="Of the study's network; sgd is the study's own, and takes tens of thousands of updates.",
)
@click.option(
    "--device", default="cpu", show_default=True, help="Where torch computes: cpu, cuda, cuda:1."
)
@click.option(
    "--out",
    type=FileName(folder=True),
    help="Folder for the networks, JSON, PNG figures and an HTML page. "
    "A run that was stopped goes on from what is there.",
)
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON instead of tables.")
def delay_match(
    variant: str,
    quick: bool,
    seeds: int | None,
    preset: str,
    optimiser: str,
    device: str,
    out: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Train networks to hold a pulse in memory and tell whether a second one is the same.

    delays: networks trained at one delay each, and tested at all. ranges: each trained on a range
    of delays. inputs: a pulse comes by one of two inputs, and is to be held for very long.
    """
    if optimiser == "sgd" and preset == "modern":
        raise click.UsageError("--optimiser sgd is for the study's network, not for modern.")
    require("torch")
    if out is not None:
        require("matplotlib")
    need_stdout("the report")
    from cli.bench import delay_match_report as reports
    from cli.bench.delay_match_run import check_device, train_kept
    from cli.bench.delay_match_table import incident_notes
    from rnn.experiments.delay_match import study

    check_device(device)
    reporter = Reporter(quiet=quiet, as_json=as_json)
    folder = None if out is None else make_folder(Path(out))
    n_seeds = seeds or (_QUICK_SEEDS if quick else _SEEDS)
    results: dict[str, Any] = {}
    accounts: dict[str, MemoryAccount] = {}
    for name in study.PRESETS if preset == "both" else (preset,):
        sgd = optimiser == "sgd" and name == "study"
        plan = study.plan_for(variant, name, seeds=n_seeds, quick=quick, sgd=sgd)
        stem = None if folder is None else folder / (f"{variant}-{name}" + "-sgd" * sgd)
        trained = train_kept(plan, reporter, f"Training, {name}", stem=stem, device=device)
        for note in incident_notes(trained.state.incidents):
            reporter.note(f"{variant}, {name}: {note}")
        with reporter.stage(f"Measuring, {name}"):
            delays_s = reports.tested_delays(variant, name, quick=quick)
            results[name], account = reports.result_of(trained, delays_s)
        if account is not None:
            accounts[name] = account
    report = {
        "variant": variant,
        "seeds": n_seeds,
        "quick": quick,
        "device": device,
        "presets": results,
    }
    if as_json:
        tell(json.dumps(report | {"timings_s": reporter.timings_s}, allow_nan=False))
    else:
        for section in reports.sections_of(report):
            for line in (section.title, *section.lines, ""):
                tell(line)
    if folder is not None:
        reports.write_report(reporter, folder, report, accounts)
        reporter.note(f"wrote {folder / 'index.html'}")
