"""What makes the hard task trainable: ``python -m benchmarks.delay_match_ablation``.

The input form with all delays from 0 to 5 s: the modern preset, then with one thing taken away or
added at a time; then the study's own setting as the control, and what each thing alone does for
it. Each row: how many networks answer right at every delay and condition (90 %, in the mean of
three validations), after how many updates, and the worst accuracy at any delay where they ended.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.runner import say, write_json
from rnn.experiments.delay_match.settings import (
    MODERN_NETWORK,
    STUDY_NETWORK,
    STUDY_TRAINING,
    plan_for,
)
from rnn.tasks import DelayMatch
from rnn.trainable.plan import Assignment, Plan
from rnn.trainable.state import REACHED
from rnn.trainable.training import begin, train
from rnn.trainable.validation import least

# Units of 100 ms to 1 s, at steps that the fastest of them can follow.
SLOW_UNITS: dict[str, Any] = {"longest_tau_s": 1.0}
HELD: dict[str, Any] = {"weights": "identity", "self_connections": True}


def main() -> None:
    """Train, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--updates", type=int, default=1000, help="at most")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    results: dict[str, Any] = {}
    print(f"{'':44} reached  updates  worst accuracy at any delay")
    for name, plan in rows(options.seeds, options.updates):
        state = train(plan, begin(plan))
        reached = [outcome == REACHED for outcome in state.outcome]
        # What counts is every delay that is asked for, not only those that it came to.
        worst = [
            least(history[-1]["accuracy"], every_delay=True)
            if level == assignment.task.last_level
            else 0.0
            for history, level, assignment in zip(
                state.history, state.level, plan.assignments, strict=True
            )
        ]
        results[name] = {"reached": reached, "updates": state.n_updates.tolist(), "worst": worst}
        updates = f"{np.mean(state.n_updates[reached]):.0f}" if any(reached) else "-"
        each = " ".join(f"{100 * value:.0f}" for value in worst)
        print(f"{name:44} {sum(reached)}/{len(reached)} {updates:>10}    {each} %", flush=True)
        for incident in state.incidents:
            say(f"  {incident}")
    write_json(options.json, results)


def rows(seeds: int, max_updates: int) -> Iterator[tuple[str, Plan[DelayMatch]]]:
    """Each setting by name."""
    modern = plan_for("inputs", "modern", seeds=seeds)
    modern = replace(modern, training=replace(modern.training, max_updates=max_updates))
    task, training = modern.assignments[0].task, modern.training
    whole = replace(task, widening_s=0.0)
    study_training = replace(
        training,
        optimiser=STUDY_TRAINING.optimiser,
        batch=STUDY_TRAINING.batch,
        gradient_weight=STUDY_TRAINING.gradient_weight,
    )
    normal = replace(MODERN_NETWORK, n_inputs=2, weights="normal")
    study = replace(STUDY_NETWORK, n_inputs=2)
    omega = replace(training, gradient_weight=STUDY_TRAINING.gradient_weight)

    def plan(
        network: Any = modern.network, how: Any = training, of: Any = task
    ) -> Plan[DelayMatch]:
        return Plan(network, how, tuple(Assignment(task=of, seed=seed) for seed in range(seeds)))

    yield "modern", modern
    yield "  all delays from the start", plan(of=whole)
    yield "  weights normal, radius 1.1", plan(normal)
    yield "  weights normal, all delays from the start", plan(normal, of=whole)
    yield "  weights normal, with Ω", plan(normal, omega)
    yield "  with Ω", plan(how=omega)
    yield "  time constants 0.1 to 1 s", plan(replace(modern.network, **SLOW_UNITS))
    yield "  normal, time constants 0.1 to 1 s", plan(replace(normal, **SLOW_UNITS))
    yield "  batch of 20", plan(how=replace(training, batch=20))
    yield "study", plan(study, study_training, whole)
    yield "  with widening delays", plan(study, study_training)
    yield "  without Ω", plan(study, replace(study_training, gradient_weight=0.0), whole)
    yield "  weights near identity", plan(replace(study, **HELD), study_training, whole)
    yield "  near identity, widening", plan(replace(study, **HELD), study_training)
    yield "  time constants 0.1 to 1 s", plan(replace(study, **SLOW_UNITS), study_training, whole)


if __name__ == "__main__":
    main()
