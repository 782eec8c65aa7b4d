"""One draw of a network: taught an attractor at a few contexts, asked for it at others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn.attractors.lyapunov import observe
from rnn.attractors.memory import AttractorMemory, free_run
from rnn.attractors.metrics import moments, return_map, return_map_distance, sliced_distance
from rnn.attractors.schedule import Schedule
from rnn.experiments.lorenz.families import Family
from rnn.experiments.lorenz.settings import Setting
from rnn.experiments.lorenz.truth import KEEP_S, LARGEST_EXPONENT, SAMPLE_S, Floor, Truth, settled
from rnn.systems import Lorenz, trajectory

RAMP_S, SETTLE_S = 20.0, 10.0  # from a taught context to the one that is asked for
MAX_TANGENTS = 4  # runs at each context whose exponent is measured
DIVERGED = 20.0  # true standard deviations from the true mean
AT_REST = 0.1  # of the true standard deviation, at most


@dataclass(frozen=True, slots=True)
class Tolerance:
    """When a recall still is the attractor."""

    std: float  # share of the true one
    centre: float
    exponent: float  # share of the true one

    @classmethod
    def at(cls, context: np.ndarray) -> Tolerance:
        """Within 20 of no context at all it is stricter than beyond."""
        return NEAR if np.abs(context).max() <= 20.0 else FAR


NEAR = Tolerance(std=0.05, centre=1.0, exponent=0.10)
FAR = Tolerance(std=0.15, centre=3.0, exponent=0.20)


def teach_family(
    family: Family, setting: Setting, taught: np.ndarray, *, rng: np.random.Generator
) -> AttractorMemory:
    """Draw a reservoir and teach it the family at contexts (taught, context)."""
    reservoir_rng, start_rng = rng.spawn(2)
    reservoir = setting.draw(n_contexts=family.n_contexts, rng=reservoir_rng)
    contexts = np.repeat(np.asarray(taught, np.float64), setting.runs_per_context, axis=0).T
    start = settled(start_rng, contexts.shape[1])
    true = trajectory(Lorenz(), start, setting.flow.dt, setting.n_steps, block=setting.block_steps)
    moved = (
        (family.apply(stages, contexts), family.apply(last, contexts)) for stages, last in true
    )
    return setting.teach_examples(reservoir, moved, contexts)


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
        Outputs (time, run, asked, 3) every :data:`~rnn.experiments.lorenz.truth.KEEP_S`, and the
        largest Lyapunov exponents (run, asked) of the first few runs.
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
    outputs = seen.outputs.reshape(len(seen.outputs), n_runs, len(asked), 3)
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
        ``outcome``: "kept" within the tolerance (or within what two true runs of this length
        differ by, where that is more), or "distorted", "at rest", "diverged". What
        cannot be said of a run that diverged is None. ``mean_error`` and ``std_ratio`` (3,) are
        against the truth at that context, ``distance`` in its standard deviations, ``exponent``
        in 1/s, ``return_map`` in units of z on the attractor undeformed.
    """
    record: dict[str, Any] = {"context": context.tolist()}
    everywhere = np.repeat(context[:, None], truth.points.shape[1], axis=1)
    true_points = family.apply(truth.points.transpose(0, 2, 1), everywhere).transpose(0, 2, 1)
    true = moments(true_points)
    with np.errstate(invalid="ignore"):
        near = bool((np.abs(outputs - true.mean) <= DIVERGED * true.std).all())
    if not (near and np.isfinite(exponents).all()):
        missing = ("mean", "std", "mean_error", "std_ratio", "distance", "exponent", "return_map")
        return record | {"outcome": "diverged"} | dict.fromkeys(missing)
    recalled = moments(outputs)
    pairs = return_map(family.undo(outputs, context)[:, :, 2])
    map_distance = return_map_distance(pairs, truth.pairs)
    mean_error, std_ratio = recalled.mean - true.mean, recalled.std / true.std
    exponent = float(exponents.mean())
    tolerance = Tolerance.at(context)
    stretch = true.std / moments(truth.points).std
    # Every run is to stay: one that has come to rest is not made up for by the others.
    slowest = (outputs.std(axis=0) / true.std).min()
    if slowest < AT_REST:
        outcome = "at rest"
    elif (
        (np.abs(mean_error) <= np.maximum(tolerance.centre, floor.mean * stretch)).all()
        and (np.abs(std_ratio - 1.0) <= np.maximum(tolerance.std, floor.std_ratio)).all()
        and abs(exponent / LARGEST_EXPONENT - 1.0) <= max(tolerance.exponent, floor.exponent)
    ):
        outcome = "kept"
    else:
        outcome = "distorted"
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
