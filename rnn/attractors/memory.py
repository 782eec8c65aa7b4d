"""A memory of attractors: a reservoir that runs on its own output, steered by contexts.

Kim et al. (2021): a continuous-time reservoir is driven by examples of a system at a few
contexts; its readout is fitted to what drove it; then the loop is closed, and contexts that were
never taught move what it replays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rnn.attractors.schedule import Schedule
from rnn.continuous import FlowConfig, checked_state, closed_loop, drive
from rnn.readout import NormalEquations, Readout, TriangularFactor
from rnn.reservoir import Reservoir
from rnn.systems.runge_kutta import Block

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

    def start(self, contexts: npt.ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """States (unit, run) and contexts (context, run) taught nearest to contexts (context, run).

        Runs that want the same context are dealt its taught runs in turn.

        Raises:
            ValueError: if there is not one finite row for each context of the memory.
        """
        contexts = checked_contexts(contexts, len(self.contexts))
        distance = ((self.contexts[:, :, None] - contexts[:, None, :]) ** 2).sum(axis=0)
        turns: dict[int, int] = {}
        chosen = []
        for column in distance.T:
            nearest = np.flatnonzero(column == column.min())
            turn = turns.get(int(nearest[0]), 0)
            turns[int(nearest[0])] = turn + 1
            chosen.append(nearest[turn % len(nearest)])
        return self.states[:, chosen], self.contexts[:, chosen]


def checked_contexts(contexts: npt.ArrayLike, n_contexts: int) -> np.ndarray:
    """Contexts (context, run) as numbers.

    Raises:
        ValueError: if there is not one finite row for each of ``n_contexts``.
    """
    contexts = np.asarray(contexts, dtype=np.float64)
    if contexts.ndim != 2 or len(contexts) != n_contexts:
        raise ValueError(
            f"contexts must have shape ({n_contexts}, run), a row for each context of the memory "
            f"and a column for each run, got {contexts.shape}."
        )
    if not np.isfinite(contexts).all():
        raise ValueError("contexts must be finite.")
    return contexts


def teach_attractors(
    reservoir: Reservoir,
    flow: FlowConfig,
    examples: Iterable[Block | tuple[np.ndarray, np.ndarray]],
    contexts: npt.ArrayLike,
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
            last step, as :func:`rnn.systems.trajectory` yields them. Those blocks carry their
            step, which must be the flow's; a plain pair is taken to be of the flow's step.
        contexts: (context, run).
        discard_steps: first steps, in which the reservoir forgets where it started.
        ridge: of the readout, relative to a frame; 0 is the minimum norm.
        normal_equations: fit from the Gram matrix, without an intercept, instead of the QR
            factorisation: faster, and blind below the root of the rounding.
        every: fit every so many steps only; neighbours are nearly the same.

    Raises:
        ValueError: if a shape or the step of a block does not fit, or nothing is left to fit.
    """
    contexts = np.asarray(contexts, dtype=np.float64)
    if normal_equations and intercept:
        raise ValueError("the normal equations are fitted without an intercept.")
    n_units, n_targets = reservoir.inputs.shape
    frames: TriangularFactor | NormalEquations
    frames = (NormalEquations if normal_equations else TriangularFactor).zeros(n_units, n_targets)
    n_frames = 0
    state = None
    done = 0
    for example in examples:
        stages, last = _checked_block(example, flow)
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
    return AttractorMemory(reservoir, flow, readout, contexts.copy(), state)


def _checked_block(
    example: Block | tuple[np.ndarray, np.ndarray], flow: FlowConfig
) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(example, Block):
        if example.dt != flow.dt:
            raise ValueError(
                f"examples must be integrated by the step of the flow, dt = {flow.dt:g} s, "
                f"got {example.dt:g} s."
            )
        return example.stages, example.last
    if not isinstance(example, tuple) or len(example) != 2:
        raise ValueError(
            "examples must be blocks of stages and the state after them, as "
            f"rnn.systems.trajectory yields them, got {_told(example)}. Points of a trajectory "
            "alone do not say where the system was between them."
        )
    stages, last = (np.asarray(part, dtype=np.float64) for part in example)
    if stages.ndim != 4 or last.shape != stages.shape[2:]:
        raise ValueError(
            "stages must have shape (step, 4, input, run) and the state after them (input, run), "
            f"got {stages.shape} and {last.shape}."
        )
    return stages, last


def _told(thing: object) -> str:
    shape = getattr(thing, "shape", None)
    return type(thing).__name__ if shape is None else f"an array of shape {shape}"


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

    Raises:
        TypeError: if the schedule is none.
        ValueError: if a shape does not fit the memory, or a number makes no sense.
    """
    if not isinstance(schedule, Schedule):
        raise TypeError(
            "schedule must be a Schedule, such as Schedule.constant([[20.0]]) for one run at "
            f"context 20, got {type(schedule).__name__}."
        )
    n_units, n_contexts = memory.reservoir.context.shape
    n_runs = checked_contexts(schedule.contexts[0], n_contexts).shape[1]
    state = checked_state(state, n_units, n_runs)
    if n_steps < 0 or every < 1:
        raise ValueError(
            f"n_steps must not be negative and every must be at least 1, got {n_steps} and {every}."
        )
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
