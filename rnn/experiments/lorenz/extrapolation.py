"""One draw of a network: taught an attractor at a few contexts, asked for it at others."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from rnn.attractors.lyapunov import observe
from rnn.attractors.memory import AttractorMemory, free_run
from rnn.attractors.metrics import moments, return_map, return_map_distance, sliced_distance
from rnn.attractors.schedule import Schedule
from rnn.experiments.lorenz.families import Family
from rnn.experiments.lorenz.settings import Setting
from rnn.experiments.lorenz.truth import KEEP_S, SAMPLE_S, Floor, Truth
from rnn.experiments.lorenz.verdict import Tolerance, judge

RAMP_S, SETTLE_S = 20.0, 10.0  # from a taught context to the one that is asked for
MAX_TANGENTS = 4  # runs at each context whose exponent is measured
DIVERGED = 20.0  # true standard deviations from the true mean
# What is measured of a recall, unless it diverged.
MEASURED = ("mean", "std", "mean_error", "std_ratio", "distance", "exponent", "return_map")
OUTCOMES = ("kept", "distorted", "too short", "at rest", "diverged", "one wing")
AT_REST = 0.1  # of the true standard deviation, at most


def teach_family(
    family: Family, setting: Setting, taught: np.ndarray, *, rng: np.random.Generator
) -> AttractorMemory:
    """Draw a reservoir and teach it the family at contexts (taught, context)."""
    reservoir_rng, start_rng = rng.spawn(2)
    reservoir = setting.draw(n_contexts=family.n_contexts, rng=reservoir_rng)
    contexts = np.repeat(np.asarray(taught, np.float64), setting.runs_per_context, axis=0).T
    return setting.teach(family, contexts, reservoir, rng=start_rng)


def recall_family(
    memory: AttractorMemory,
    family: Family,
    asked: np.ndarray,
    truth: Truth,
    floor: Floor,
    *,
    n_runs: int,
    seconds: float,
    rng: np.random.Generator,
) -> list[dict[str, Any]]:
    """Recall at contexts (asked, context), and what :func:`compare` says of each."""
    outputs, exponents = recall(memory, asked, n_runs=n_runs, seconds=seconds, rng=rng)
    return [
        compare(family, np.array(context), outputs[:, :, i], exponents[:, i], truth, floor)
        for i, context in enumerate(np.asarray(asked, np.float64))
    ]


def recall(
    memory: AttractorMemory,
    asked: np.ndarray,
    *,
    n_runs: int,
    seconds: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """What the closed loop does at contexts (asked, context), ``n_runs`` runs each.

    The context is turned from the nearest that was taught to the one that is asked for while the
    loop is closed; nothing of the truth is shown there.

    Returns:
        Outputs (time, run, asked, output), one every
        :data:`~rnn.experiments.lorenz.truth.KEEP_S`, and the largest Lyapunov exponents
        (run, asked) of the first few runs.
    """
    dt = memory.flow.dt
    # All contexts first, then all again: the first runs of each, which are followed by tangents,
    # are the first of all.
    wanted = np.tile(np.asarray(asked, np.float64), (n_runs, 1)).T
    state, start = memory.start(wanted)
    ramp = Schedule.ramp(start, wanted, RAMP_S)
    n_steps = round((RAMP_S + SETTLE_S) / dt)
    _, state = free_run(memory, ramp, state, n_steps=n_steps, every=n_steps)
    seen = observe(
        memory,
        wanted,
        state,
        n_steps=round(seconds / dt),
        every=round(KEEP_S / dt),
        n_tangents=min(n_runs, MAX_TANGENTS) * len(asked),
        rng=rng,
    )
    outputs = seen.outputs.reshape(len(seen.outputs), n_runs, len(asked), -1)
    return outputs, seen.exponents.reshape(-1, len(asked))


def compare(
    family: Family,
    context: np.ndarray,
    outputs: np.ndarray,
    exponents: np.ndarray,
    truth: Truth,
    floor: Floor,
) -> dict[str, Any]:
    """How outputs (time, run, 3) at one context (context,) differ from the family's truth.

    Returns:
        ``outcome``: "kept", "distorted" or "too short" as :func:`judge` says, or "at rest" or
        "diverged"; ``tolerance``, by which it was judged. What
        cannot be said of a run that diverged is None. ``mean_error`` and ``std_ratio`` (3,) are
        against the truth at that context, ``distance`` in its standard deviations, ``exponent``
        in 1/s, ``return_map`` in units of z on the attractor undeformed.
    """
    tolerance = Tolerance.at(context)
    record: dict[str, Any] = {"context": context.tolist(), "tolerance": asdict(tolerance)}
    everywhere = np.repeat(context[:, None], truth.points.shape[1], axis=1)
    true_points = family.observe(truth.points.transpose(0, 2, 1), everywhere).transpose(0, 2, 1)
    true = moments(true_points)
    with np.errstate(invalid="ignore"):
        near = bool((np.abs(outputs - true.mean) <= DIVERGED * true.std).all())
    if not (near and np.isfinite(exponents).all()):
        return record | {"outcome": "diverged"} | dict.fromkeys(MEASURED)
    recalled = moments(outputs)
    pairs = return_map(family.undo(outputs, context)[:, :, 2])
    map_distance = return_map_distance(pairs, truth.pairs)
    mean_error, std_ratio = recalled.mean - true.mean, recalled.std / true.std
    exponent = float(exponents.mean())
    # Every run is to stay: one that has come to rest is not made up for by the others.
    slowest = (outputs.std(axis=0) / true.std).min()
    outcome = (
        "at rest"
        if slowest < AT_REST
        else judge(
            tolerance,
            mean_error=mean_error,
            std_ratio=std_ratio,
            exponent=exponent,
            floor=floor,
            stretch=true.std / moments(truth.points).std,
        )
    )
    return record | {
        "outcome": outcome,
        "mean": recalled.mean.tolist(),
        "std": recalled.std.tolist(),
        "mean_error": mean_error.tolist(),
        "std_ratio": std_ratio.tolist(),
        "distance": sliced_distance(outputs[:: round(SAMPLE_S / KEEP_S)], true_points),
        "exponent": exponent,
        "return_map": map_distance if np.isfinite(map_distance) else None,
    }
