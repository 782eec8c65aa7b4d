"""``bench delay-match`` on networks and tasks so small that they are trained in a moment."""

from __future__ import annotations

from dataclasses import replace

from rnn.tasks import DelayMatch
from rnn.trainable import Assignment, OptimiserConfig, Plan, RateConfig, TrainingConfig
from tests.support.command import ctxaudio

COMMAND = ("bench", "delay-match")
TESTED_S = (0.0, 0.1, 0.3)
LONG_S = (1.0, 6.0)
TASK = DelayMatch(form="input", fixation_s=0.04, pulse_s=0.16, decision_s=0.08)


def tiny(variant, preset, *, seeds, quick=False, sgd=False):
    """Networks of 12 units: those of one preset learn the task, those of the other have no time."""
    delays = ((0.0, 0.0), (0.1, 0.1)) if variant != "ranges" else ((0.1, 0.1), (0.0, 0.3))
    if (variant, preset) == ("inputs", "modern"):
        delays = ((0.0, 0.1),)
    return Plan(
        RateConfig(
            n_units=12, n_inputs=2, recurrent_noise=0.02, weight_spread=0.3, input_scale=0.5
        ),
        TrainingConfig(
            optimiser=OptimiserConfig(method="sgd" if sgd else "adam", learning_rate=0.01),
            batch=32,
            validate_every=10,
            validation_trials=10,
            max_updates=100 if preset == "modern" else 12,
        ),
        tuple(
            Assignment(task=replace(TASK, shortest_s=low, longest_s=high), seed=seed)
            for low, high in delays
            for seed in range(seeds)
        ),
    )


def delays(*args, out=None):
    """The command, quick, for the first variant."""
    return ctxaudio(*COMMAND, "delays", "--quick", *args, *(() if out is None else ("--out", out)))


def untimed(report):
    """A report without what differs from run to run."""
    presets = report["presets"].items()
    left = {"training_s", "updates_before"}
    return {name: value for name, value in report.items() if name != "timings_s"} | {
        "presets": {n: {k: v for k, v in one.items() if k not in left} for n, one in presets}
    }
