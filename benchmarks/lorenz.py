"""Figures of the Lorenz suite over many draws: ``python -m benchmarks.lorenz``.

For each experiment and context: how many draws keep the attractor (standard deviations, centre and
largest Lyapunov exponent within the tolerances of
:mod:`rnn.experiments.lorenz.verdict`), the worst and the middle draw, and by how much true
runs of the same length are off. ``--far`` asks for contexts until half of the draws are lost.
``--sweep`` teaches translate in other ways: it is what the modern preset was chosen by.
``--folder`` keeps what was measured: a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.runner import one_thread, say, write_json
from rnn.experiments.lorenz.bifurcation import HOPF_TOLERANCE, TRUE_HOPF
from rnn.experiments.lorenz.families import FAMILIES
from rnn.experiments.lorenz.jobs import EXPERIMENTS, Job, prepare
from rnn.experiments.lorenz.settings import PRESETS
from rnn.experiments.lorenz.summary import summarise_contexts, summarise_draws
from rnn.experiments.lorenz.sweep import run_jobs
from rnn.experiments.lorenz.truth import LARGEST_EXPONENT, Floor, Truth
from rnn.experiments.lorenz.verdict import FAR, NEAR

ASKED = (-40.0, -20.0, 20.0, 40.0)
FAR_AWAY = (60.0, 100.0, 200.0, 300.0, 400.0)
# One thing at a time; the study's setting with longer steps, which change nothing but the time.
SWEEP: tuple[tuple[str, dict[str, float]], ...] = (
    ("modern", {}),
    ("modern", {"ridge": 1e-20}),
    ("modern", {"ridge": 0.0}),
    ("modern", {"normal_equations": 1, "intercept": 0, "ridge": 1e-18}),
    ("modern", {"normal_equations": 1, "intercept": 0, "ridge": 1e-14}),
    ("modern", {"input_scale": 0.008, "context_scale": 0.004, "ridge": 1e-18}),
    ("modern", {"taught_low": 0.0}),
    ("modern", {"taught_low": -1.0, "taught_high": 1.0}),
    ("modern", {"n_units": 100, "density": 0.1}),
    ("modern", {"keep_s": 2.0}),
    ("study", {"dt": 0.005}),
    ("study", {"dt": 0.005, "normal_equations": 1}),
    ("study", {"dt": 0.005, "normal_equations": 1, "ridge": 1e-12}),
    ("study", {"dt": 0.005, "taught_low": -3.0}),
)
SWEPT_AT = (-100.0, -40.0, -20.0, 20.0, 40.0, 100.0)


def main() -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("experiments", nargs="*", default=["translate"], metavar="EXPERIMENT")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--runs", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=160.0)
    parser.add_argument("--preset", choices=PRESETS, default="modern")
    parser.add_argument("--far", action="store_true", help="how far it goes")
    parser.add_argument("--sweep", action="store_true", help="what makes it so, for translate")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    one_thread()
    first = Job(
        name="translate",
        preset=args.preset,
        seed=0,
        asked=(),
        runs=args.runs,
        seconds=args.seconds,
    )
    truth, floor = prepare(first)
    _print_floor(floor, args.runs, args.seconds)
    grid = tuple(sign * c for c in FAR_AWAY for sign in (-1.0, 1.0)) if args.far else ASKED
    if args.sweep:
        _sweep(args, truth, floor)
        return
    report: dict[str, Any] = {"floor": [np.asarray(part).tolist() for part in floor]}
    for name in [name for experiment in args.experiments for name in EXPERIMENTS[experiment]]:
        jobs = [
            Job(
                name=name,
                preset=args.preset,
                seed=seed,
                asked=_asked(name, grid),
                runs=args.runs,
                seconds=args.seconds,
            )
            for seed in range(args.seeds)
        ]
        records = []
        for record in run_jobs(jobs, truth, floor, n_jobs=args.jobs, folder=args.folder):
            records.append(record)
            say(f"{name}: {len(records)} of {len(jobs)}")
        print(f"\n{name}, preset {args.preset}, {len(records)} draws")
        if name in FAMILIES:
            report[name] = summarise_contexts(records)
            _print_contexts(report[name], records)
        else:
            report[name] = summarise_draws(records)
            _print_draws(report[name], records)
    if args.json:
        write_json(args.json, report | {"tolerances": [asdict(NEAR), asdict(FAR)]})


def _sweep(args: argparse.Namespace, truth: Truth, floor: Floor) -> None:
    """How many draws of each variant keep the attractor, and the median error at each context."""
    print(f"{'':64}" + "".join(f"{c:+13g}" for c in SWEPT_AT))
    for preset, changes in SWEEP:
        jobs = [
            Job(
                name="translate",
                preset=preset,
                seed=seed,
                asked=tuple((c,) for c in SWEPT_AT),
                runs=args.runs,
                seconds=args.seconds,
                changes=tuple(changes.items()),
            )
            for seed in range(args.seeds)
        ]
        rows = summarise_contexts(list(run_jobs(jobs, truth, floor, n_jobs=args.jobs)))
        label = f"{preset} " + " ".join(f"{name}={value:g}" for name, value in changes.items())
        cells = []
        for row in rows:
            ratio = row["std_ratio"]["median"]
            error = "-" if ratio is None else f"{100 * max(abs(r - 1) for r in ratio):.1f} %"
            cells.append(f"{row['outcomes'].get('kept', 0)}/{len(jobs)} {error:>7}")
        print(f"{label:64}" + "".join(f"{cell:>13}" for cell in cells), flush=True)


def _asked(name: str, grid: Sequence[float]) -> tuple[tuple[float, ...], ...]:
    if name not in FAMILIES:
        return ()
    if FAMILIES[name].n_contexts == 2:
        # The plane's corners; the second context goes to three quarters, as in the study.
        return tuple((c, sign * 0.75 * c) for c in grid for sign in (1.0, -1.0))
    return tuple((c,) for c in grid)


def _print_floor(floor: Floor, runs: int, seconds: float) -> None:
    mean, std = floor.mean.max(), 100.0 * floor.std_ratio.max()
    print(
        f"{runs} true runs of {seconds:g} s are off (95 %) by at most {mean:.2f} in the mean, "
        f"{std:.1f} % in the standard deviation, {100 * floor.exponent:.1f} % in the exponent, "
        f"{floor.distance:.3f} in distance, {floor.return_map:.3f} in the return map"
    )
    for name, tolerance in (("within 20", NEAR), ("beyond", FAR)):
        enough = (
            mean < tolerance.centre / 2
            and std < 50.0 * tolerance.std
            and floor.exponent < tolerance.exponent / 2
        )
        print(
            f"  {name}: tolerances {tolerance.centre:g}, {100 * tolerance.std:g} %, "
            f"exponent {100 * tolerance.exponent:g} %: "
            + ("more than twice that" if enough else "NOT twice that; run longer")
        )


def _print_contexts(rows: list[dict[str, Any]], records: list[dict[str, Any]]) -> None:
    print(
        f"{'context':>14} {'kept':>7} | {'centre off':>14} | {'std off, %':>14} | "
        f"{'exponent off, %':>16} | {'distance':>9} {'map':>6} | others"
    )
    print(
        f"{'':>22} | {'median':>7}{'worst':>7} | {'median':>7}{'worst':>7} | "
        f"{'median':>8}{'worst':>8} |"
    )
    for row in rows:
        seen = [
            result
            for record in records
            for result in record["result"]["contexts"]
            if result["context"] == row["context"] and result["outcome"] != "diverged"
        ]
        centre = [max(map(abs, result["mean_error"])) for result in seen]
        std = [100.0 * max(abs(ratio - 1.0) for ratio in result["std_ratio"]) for result in seen]
        exponent = [100.0 * abs(result["exponent"] / LARGEST_EXPONENT - 1.0) for result in seen]
        others = {name: n for name, n in row["outcomes"].items() if name != "kept"}
        context = ", ".join(f"{c:+g}" for c in row["context"])
        print(
            f"{context:>14} {row['outcomes'].get('kept', 0):>3}/{len(records):<3} | "
            f"{_middle_and_worst(centre, '7.2f')} | {_middle_and_worst(std, '7.1f')} | "
            f"{_middle_and_worst(exponent, '8.1f')} | {_median(row['distance']):>9} "
            f"{_median(row['return_map']):>6} | "
            + ", ".join(f"{n} {name}" for name, n in others.items())
        )


def _print_draws(summary: dict[str, Any], records: list[dict[str, Any]]) -> None:
    for name, spread in summary.items():
        print(f"  {name}: {spread}")
    if "wings" in summary:
        both = sum((record["result"]["wings"] or 0.0) > 0.0 for record in records)
        print(f"  every run visits both wings at context 5 in {both}/{len(records)} draws")
    if "hopf_eigenvalues" in summary:
        for name in ("hopf_eigenvalues", "hopf_swings"):
            good = sum(
                all(
                    c is not None and abs(c / TRUE_HOPF - 1.0) <= HOPF_TOLERANCE
                    for c in record["result"][name]
                )
                for record in records
            )
            print(
                f"  {name}: both fixed points within {100 * HOPF_TOLERANCE:g} % of "
                f"{TRUE_HOPF:.4f} in {good}/{len(records)} draws"
            )


def _middle_and_worst(values: list[float], form: str) -> str:
    if not values:
        return f"{'-':>{int(form.split('.')[0])}}" * 2
    return f"{np.median(values):{form}}{max(values):{form}}"


def _median(spread: dict[str, Any]) -> str:
    return "-" if spread["median"] is None else f"{spread['median']:.3f}"


if __name__ == "__main__":
    main()
