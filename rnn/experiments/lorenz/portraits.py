"""What figures of one draw show: what it recalls at contexts, in a sweep and in a flight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnn.attractors.memory import AttractorMemory, free_run
from rnn.attractors.schedule import Schedule
from rnn.experiments.lorenz.bifurcation import sweep_schedule
from rnn.experiments.lorenz.families import Family
from rnn.experiments.lorenz.flight import flight_path
from rnn.experiments.lorenz.truth import KEEP_S, true_track

DRAWN_S, RAMP_S = 30.0, 30.0
SWEEP_S, FLIGHT_S = 280.0, 160.0
CENTRE_Z = 23.55  # of the true attractor


class Attractors(NamedTuple):
    """Attractors at contexts: what was taught, and what is recalled beside the truth."""

    name: str
    taught: np.ndarray  # (taught, context)
    examples: np.ndarray  # (taught, time, 3)
    asked: np.ndarray  # (asked, context)
    truth: np.ndarray  # (asked, time, 3)
    recalled: np.ndarray  # (asked, time, 3), not finite where a run diverged


class Path(NamedTuple):
    """What one run replays while its contexts follow a schedule."""

    schedule: Schedule
    times_s: np.ndarray  # (time,)
    outputs: np.ndarray  # (time, 3)
    centre: np.ndarray  # (knot, 3), where the contexts put the centre of the attractor


def attractors(
    memory: AttractorMemory, family: Family, contexts: Sequence[Sequence[float]]
) -> Attractors:
    """What a memory recalls at contexts (asked, context), after they were turned to from taught."""
    taught = np.unique(memory.contexts.T, axis=0)
    asked = np.array(contexts, dtype=np.float64)
    true = true_track(n_runs=1, seconds=DRAWN_S, rng=np.random.default_rng(0)).transpose(0, 2, 1)

    def moved(context: np.ndarray) -> np.ndarray:
        return family.observe(true, context[:, None])[:, :, 0]

    state, start = memory.start(asked.T)
    ramp = Schedule.ramp(start, asked.T, RAMP_S * 0.8)
    with np.errstate(over="ignore", invalid="ignore"):
        state = _turned(memory, ramp, state)
        recalled = _kept(memory, Schedule.constant(asked.T), state, DRAWN_S)
    return Attractors(
        family.name,
        taught,
        np.stack([moved(context) for context in taught]),
        asked,
        np.stack([moved(context) for context in asked]),
        recalled.transpose(1, 0, 2),
    )


def sweep(memory: AttractorMemory) -> Path:
    """The bifurcation: one run while the context goes 0, 5, 0, 5."""
    schedule = sweep_schedule(SWEEP_S)
    state, _ = memory.start(schedule.contexts[0])
    outputs = _kept(memory, schedule, state, SWEEP_S)[:, 0]
    return Path(schedule, _times_s(memory, outputs), outputs, np.empty((0, 3)))


def flight(memory: AttractorMemory) -> Path:
    """The path of the attractor through the plane of both contexts."""
    schedule = flight_path(FLIGHT_S)
    state, start = memory.start(schedule.contexts[0])
    state = _turned(memory, Schedule.ramp(start, schedule.contexts[0], RAMP_S), state)
    outputs = _kept(memory, schedule, state, FLIGHT_S)[:, 0]
    x, z = schedule.contexts[:, :, 0].T
    centre = np.stack([x, np.zeros_like(x), z + CENTRE_Z], axis=1)
    return Path(schedule, _times_s(memory, outputs), outputs, centre)


def _turned(memory: AttractorMemory, ramp: Schedule, state: np.ndarray) -> np.ndarray:
    n_steps = round(RAMP_S / memory.flow.dt)
    return free_run(memory, ramp, state, n_steps=n_steps, every=n_steps)[1]


def _kept(
    memory: AttractorMemory, schedule: Schedule, state: np.ndarray, seconds: float
) -> np.ndarray:
    """Outputs (time, run, 3), about one every :data:`KEEP_S`."""
    n_steps = round(seconds / memory.flow.dt)
    return free_run(memory, schedule, state, n_steps=n_steps, every=_every(memory))[0]


def _every(memory: AttractorMemory) -> int:
    return max(1, round(KEEP_S / memory.flow.dt))


def _times_s(memory: AttractorMemory, outputs: np.ndarray) -> np.ndarray:
    return (np.arange(len(outputs)) + 1) * _every(memory) * memory.flow.dt
