"""Figures of the delay-match study: ``python -m benchmarks.delay_match delays|ranges|inputs|hold``.

Trains all networks of a variant with both presets and prints how many reach the criterion, how
long it took, what the maps look like beside the study's (read off its figures,
``benchmarks/data``), and whether accuracy depends on the time step. ``hold`` trains one network
on the input form with delays that widen to 10 s, finds the delay at which it falls below 90 %, if
there is one within an hour, and says how it holds its memory. ``--folder`` keeps where the
training stands, in the files that ``ctxaudio bench delay-match --out`` keeps it in: a run that was
stopped goes on.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.stats import spearmanr

from benchmarks.runner import say, write_json
from rnn.experiments.delay_match.measuring import accuracy_of, measure_networks
from rnn.experiments.delay_match.runs import Trained, begin_or_go_on, train_kept
from rnn.experiments.delay_match.settings import (
    DELAYS_S,
    PRESETS,
    VARIANTS,
    plan_for,
    tested_delays,
)
from rnn.tasks import DelayMatch
from rnn.trainable.analysis.account import explain
from rnn.trainable.plan import Assignment, Plan
from rnn.trainable.state import Training
from rnn.trainable.training import begin, train
from rnn.trainable.workers import Workers

DATA = Path(__file__).parent / "data"
HELD_S = (5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 2400.0, 3600.0)
STEPS_S = (0.02, 0.005, 0.001)


def main() -> None:
    """Train, measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("variants", nargs="+", choices=(*VARIANTS, "hold"), metavar="VARIANT")
    parser.add_argument("--presets", nargs="+", choices=PRESETS, default=list(PRESETS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--sgd", action="store_true", help="the study's own optimiser")
    parser.add_argument("--folder", type=Path, help="keep checkpoints and networks here")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    results: dict[str, Any] = {}
    if "hold" in options.variants:
        results["hold"] = hold(options.device)
    for variant in (variant for variant in options.variants if variant != "hold"):
        for preset in options.presets:
            plan = plan_for(variant, preset, seeds=options.seeds, sgd=options.sgd)
            name = f"{variant}-{preset}" + ("-sgd" if options.sgd and preset == "study" else "")
            with tempfile.TemporaryDirectory() as scratch:
                folder = options.folder or Path(scratch)
                folder.mkdir(parents=True, exist_ok=True)
                stem = folder / name
                say(f"training {name}")
                state = begin_or_go_on(plan, stem, options.device)
                trained = train_kept(plan, state, stem=stem)
            results[name] = report(variant, preset, name, trained)
    write_json(options.json, results)


def report(variant: str, preset: str, name: str, trained: Trained[DelayMatch]) -> dict[str, Any]:
    """Measure a trained stack and print what was asked for."""
    plan, state, seconds = trained.plan, trained.state, trained.seconds
    delays = tested_delays(variant, preset, quick=False)
    result = measure_networks(plan, state, delays)
    reached = sum(result["reached"])
    print(f"\n{name}: {reached} of {len(state.outcome)} networks reached the criterion", end="")
    print(f"; {seconds:.0f} s of training in this run, {torch.get_num_threads()} threads")
    restarts = [network["restarts"] for network in result["networks"]]
    print(f"  {sum(r == 0 for r in restarts)} on the first draw, {sum(restarts)} restarts in all")
    percent = {kind: 100.0 * np.array(map_) for kind, map_ in result["maps"].items()}
    print("  trained s   reached  updates  accuracy % at " + " ".join(f"{d:g}" for d in delays))
    for row, (low, high) in enumerate(result["trained_s"]):
        cells = " ".join(f"{value:3.0f}" for value in percent["overall"][row])
        print(
            f"  {low:4g}-{high:<4g}   {result['reached'][row]:4}   "
            f"{np.mean(result['updates'][row]):8.0f}  {cells}"
        )
    updates = [float(np.mean(row)) for row in result["updates"]]
    print(f"  updates to criterion, most over least row: {max(updates) / min(updates):.2f}")
    result["seconds"] = seconds
    if variant == "inputs":
        share = np.array([network["accuracy"] for network in result["networks"]])
        for network, accuracy in zip(result["networks"], share, strict=True):
            low, high = network["trained_s"]
            cells = " ".join(f"{100 * value:3.0f}" for value in accuracy.mean(1))
            print(f"  seed {network['seed']}, {low:g}-{high:g} s: {cells}")
        print(f"  worst condition at any delay up to 5 s: {100 * share[:, :11].min():.0f} %")
    else:
        result |= _structure(variant, result, percent)
    result["steps"] = _by_step(plan, state)
    return result


def _structure(
    variant: str, result: dict[str, Any], percent: dict[str, np.ndarray]
) -> dict[str, Any]:
    """How the maps compare to the study's."""
    file = "delay_map_overall" if variant == "delays" else "range_map"
    study = np.loadtxt(DATA / f"{file}_digitised.csv", delimiter=",", skiprows=1)[:, 1:]
    n_rows = len(result["trained_s"])
    share = np.array([network["accuracy"] for network in result["networks"]]).mean(2)
    by_seed = share.reshape(n_rows, -1, len(DELAYS_S)).transpose(1, 0, 2)
    whole = float(spearmanr(percent["overall"].ravel(), study.ravel())[0])
    seeds = [float(spearmanr(one.ravel(), study.ravel())[0]) for one in by_seed]
    each = " ".join(f"{value:+.2f}" for value in seeds)
    print(f"  rank correlation with the study's map {whole:+.2f}; seeds {each}")
    found: dict[str, Any] = {"rank_correlation": whole, "rank_correlation_seeds": seeds}
    if variant == "ranges":
        return found
    trained, tested = np.meshgrid(DELAYS_S, DELAYS_S, indexing="ij")
    for kind, map_ in percent.items():
        here, shorter, longer = (
            float(map_[part].mean())
            for part in (trained == tested, tested < trained, tested > trained)
        )
        print(
            f"  {kind:8} at the trained delay {here:3.0f} %, "
            f"shorter {shorter:3.0f}, longer {longer:3.0f}"
        )
        found[kind] = {"trained": here, "shorter": shorter, "longer": longer}
    return found


def _by_step(plan: Plan[DelayMatch], state: Training) -> dict[str, float]:
    """Mean accuracy at what was trained, in steps of 20, 5 and 1 ms."""
    seeds = [assignment.seed for assignment in plan.assignments]
    found = {}
    for dt_s in STEPS_S:
        share = []
        for task in dict.fromkeys(assignment.task for assignment in plan.assignments):
            own = [i for i, a in enumerate(plan.assignments) if a.task == task]
            share.append(
                accuracy_of(
                    state.networks.select(own),
                    task,
                    (0.5 * (task.shortest_s + task.longest_s),),
                    seeds=[seeds[i] for i in own],
                    dt_s=dt_s,
                    trials_per_condition=50,
                ).mean()
            )
        found[f"{1000 * dt_s:g} ms"] = float(np.mean(share))
    each = ", ".join(f"{100 * value:.1f} % at {step}" for step, value in found.items())
    print(f"  accuracy at what was trained by time step: {each}")
    return found


def hold(device: str) -> dict[str, Any]:
    """How long a network holds what it was taught by delays that widened to 10 s."""
    plan = plan_for("inputs", "modern", seeds=1)
    task = replace(plan.assignments[0].task, longest_s=10.0)
    plan = replace(
        plan,
        training=replace(plan.training, criterion=0.97),
        assignments=(Assignment(task=task, seed=0),),
    )
    start = time.perf_counter()
    state = train(plan, begin(plan, device))
    print(
        f"\nhold: {state.outcome[0]} after {state.n_updates[0]} updates and "
        f"{time.perf_counter() - start:.0f} s, delays 0 to {task.longest_s:g} s"
    )
    # 25 trials of each condition: an hour is 180,000 steps.
    share = accuracy_of(
        state.networks, task, HELD_S, seeds=[0], dt_s=plan.training.dt_s, trials_per_condition=25
    )[0]
    for delay_s, row in zip(HELD_S, share, strict=True):
        print(f"  {delay_s:6g} s: {100 * row.mean():5.1f} %, worst condition {100 * row.min():.0f}")
    short = np.flatnonzero(share.mean(1) < 0.9 - 1e-9)
    falls_s = HELD_S[short[0]] if len(short) else None
    print(f"  below 90 %: {'at no delay up to an hour' if falls_s is None else f'{falls_s:g} s'}")
    with Workers(1):
        account = explain(state.networks, 0, task, plan.training.dt_s, rng=np.random.default_rng(0))
    print(f"  {account.sentence}")
    return {
        "updates": int(state.n_updates[0]),
        "delays_s": list(HELD_S),
        "accuracy": share.tolist(),
        "below_90_s": falls_s,
        "account": account.sentence,
    }


if __name__ == "__main__":
    main()
