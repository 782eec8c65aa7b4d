"""A memory of attractors: a reservoir that runs on its own output, steered by contexts.

Kim et al. (2021): a continuous-time reservoir is driven by examples of a system at a few
contexts; its readout is fitted to what drove it; then the loop is closed, and contexts that were
never taught move what it replays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rnn.attractors.schedule import Schedule
from rnn.continuous import FlowConfig, closed_loop, drive
from rnn.readout import NormalEquations, Readout, TriangularFactor
from rnn.reservoir import Reservoir

# Steps at a time: what is kept in memory of contexts and states.
BLOCK_STEPS = 1000


@dataclass(frozen=True, slots=True)
class AttractorMemory:
    """A reservoir, how it flows, its readout, and where the taught runs were and ended."""

    reservoir: Reservoir
    flow: FlowConfig
    readout: Readout
    contexts: np.ndarray  # (context, run)
    states: np.ndarray  # (unit, run)

    def start(self, contexts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """States (unit, run) and contexts (context, run) taught nearest to contexts (context, run).

        Runs that want the same context are dealt its taught runs in turn.
        """
        if not np.isfinite(contexts).all():
            raise ValueError("contexts must be finite.")
        distance = ((self.contexts[:, :, None] - contexts[:, None, :]) ** 2).sum(axis=0)
        turns: dict[int, int] = {}
        chosen = []
        for column in distance.T:
            nearest = np.flatnonzero(column == column.min())
            turn = turns.get(int(nearest[0]), 0)
            turns[int(nearest[0])] = turn + 1
            chosen.append(nearest[turn % len(nearest)])
        return self.states[:, chosen], self.contexts[:, chosen]


def teach_attractors(
    reservoir: Reservoir,
    flow: FlowConfig,
    examples: Iterable[tuple[np.ndarray, np.ndarray]],
    contexts: np.ndarray,
    *,
    discard_steps: int,
    ridge: float,
    intercept: bool = True,
    normal_equations: bool = False,
    every: int = 1,
) -> AttractorMemory:
    """Teach a reservoir examples that run side by side, each at its own context.

    Args:
        examples: blocks of stages (step, 4, input, run) and the state (input, run) after the
            last step, as :func:`rnn.systems.trajectory` yields them.
        contexts: (context, run).
        discard_steps: first steps, in which the reservoir forgets where it started.
        ridge: of the readout, relative to a frame; 0 is the minimum norm.
        normal_equations: fit from the Gram matrix, without an intercept, instead of the QR
            factorisation: faster, and blind below the root of the rounding.
        every: fit every so many steps only; neighbours are nearly the same.

    Raises:
        ValueError: if a shape does not fit, or nothing is left to fit.
    """
    if normal_equations and intercept:
        raise ValueError("the normal equations are fitted without an intercept.")
    n_units, n_targets = reservoir.inputs.shape
    frames: TriangularFactor | NormalEquations
    frames = (NormalEquations if normal_equations else TriangularFactor).zeros(n_units, n_targets)
    n_frames = 0
    state = None
    done = 0
    for stages, last in examples:
        kept, state = drive(reservoir, flow, stages, contexts, state, every=every)
        targets = np.concatenate([stages[1:, 0], last[None]])[every - 1 :: every]
        if done % every:
            raise ValueError(f"every block but the last must hold a multiple of every, {every}.")
        skip = max(0, (discard_steps - done) // every)
        done += len(stages)
        if skip < len(kept):
            states = kept[skip:].reshape(-1, n_units)
            frames = frames.add(states, targets[skip:].transpose(0, 2, 1).reshape(-1, n_targets))
            n_frames += len(states)
    if state is None or n_frames == 0:
        raise ValueError(
            f"no step is left to learn from: {done} taught, {discard_steps} discarded."
        )
    if isinstance(frames, NormalEquations):
        readout = frames.fit(ridge=ridge)
    else:
        readout = frames.fit(ridge=ridge, intercept=intercept)
    return AttractorMemory(reservoir, flow, readout, np.array(contexts, np.float64), state)


def free_run(
    memory: AttractorMemory,
    schedule: Schedule,
    state: np.ndarray,
    *,
    n_steps: int,
    first_step: int = 0,
    every: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """What a memory replays while its contexts follow a schedule.

    Args:
        state: (unit, run).
        first_step: of the schedule; a run may be split anywhere, at multiples of ``every``.

    Returns:
        Outputs (n_steps // every, run, output) and the last state. A run that has diverged is
        not finite from there on.
    """
    n_runs = schedule.contexts.shape[2]
    outputs = [np.empty((0, n_runs, memory.readout.weights.shape[1]))]
    block = max(1, BLOCK_STEPS // every) * every
    for start in range(0, n_steps, block):
        length = min(block, n_steps - start)
        contexts = schedule.sample(first_step + start, length, dt=memory.flow.dt)
        kept, state = closed_loop(
            memory.reservoir,
            memory.flow,
            memory.readout,
            contexts,
            state,
            n_steps=length,
            every=every,
        )
        outputs.append(kept)
    return np.concatenate(outputs), state
