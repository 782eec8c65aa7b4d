"""Teaching a memory any dynamical system: one call from its equations to a closed loop."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from rnn.attractors.memory import AttractorMemory, teach_attractors
from rnn.continuous import FlowConfig
from rnn.reservoir import Reservoir
from rnn.systems.runge_kutta import Block, trajectory
from rnn.systems.system import System, field_at

BLOCK_STEPS = 200  # to teach at a time: of so many states is a copy kept


def teach_system(
    system: System,
    contexts: npt.ArrayLike,
    reservoir: Reservoir,
    flow: FlowConfig,
    *,
    discard_s: float,
    keep_s: float,
    ridge: float,
    rng: np.random.Generator,
    intercept: bool = True,
    normal_equations: bool = False,
    every: int = 1,
) -> AttractorMemory:
    """Teach a reservoir runs of a system, each at its own context, integrated by the flow's step.

    Args:
        contexts: (context, run); the same one may stand in many columns.
        discard_s: first part of each run, in which the reservoir, and the system where it starts
            off its attractor, forget where they started.
        keep_s: what is learned from, of each run.
        rng: of the initial states.
        ridge, intercept, normal_equations, every: see :func:`rnn.teach_attractors`.

    Raises:
        ValueError: if the system does not fit the contexts or the reservoir, if a run does not
            stay finite, or nothing is left to learn from.
    """
    contexts = np.asarray(contexts, dtype=np.float64)
    if contexts.ndim != 2 or len(contexts) != system.n_contexts or contexts.size == 0:
        raise ValueError(
            f"contexts must have shape ({system.n_contexts}, run), a row for each context of the "
            f"system and a column for each run, got {contexts.shape}."
        )
    if not (0.0 <= discard_s < np.inf and 0.0 < keep_s < np.inf):
        raise ValueError(
            "discard_s must not be negative and keep_s must be positive, both finite, "
            f"got {discard_s} and {keep_s}."
        )
    if every < 1:
        raise ValueError(f"every must be at least 1, got {every}.")
    start = np.asarray(system.initial_states(contexts, rng=rng), dtype=np.float64)
    expected = (system.n_variables, contexts.shape[1])
    if start.shape != expected:
        raise ValueError(
            f"the initial states of {type(system).__name__} must have shape {expected}, "
            f"(variable, run), got {start.shape}."
        )
    shown = np.shape(system.observe(start, contexts))
    if shown != (reservoir.inputs.shape[1], contexts.shape[1]):
        raise ValueError(
            f"the reservoir has {reservoir.inputs.shape[1]} inputs: {type(system).__name__} must "
            f"show as many of each run, got {shown}, (output, run)."
        )
    n_steps = round((discard_s + keep_s) / flow.dt)
    block = max(1, BLOCK_STEPS // every) * every
    return teach_attractors(
        reservoir,
        flow,
        _shown(system, contexts, start, flow.dt, n_steps, block),
        contexts,
        discard_steps=round(discard_s / flow.dt),
        ridge=ridge,
        intercept=intercept,
        normal_equations=normal_equations,
        every=every,
    )


def _shown(
    system: System,
    contexts: np.ndarray,
    start: np.ndarray,
    dt: float,
    n_steps: int,
    block: int,
) -> Iterator[Block]:
    """What a network is shown of runs from ``start``."""
    for part in trajectory(field_at(system, contexts), start, dt, n_steps, block=block):
        if not np.isfinite(part.last).all():
            raise ValueError(
                f"a run of {type(system).__name__} did not stay finite: are its initial states "
                f"where it stays bounded, and is dt, {dt:g} s, short enough for it?"
            )
        yield part.seen(lambda states: system.observe(states, contexts))
