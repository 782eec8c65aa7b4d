"""Bifurcation: taught two stable fixed points, asked for the chaos beyond (Kim et al. 2021).

At context c the system is Lorenz's with rho = 23 + c. The network sees how trajectories spiral
into both fixed points at c = 0 and 1, where they are stable. They lose their stability at
c = 1.737; at c = 5 the system is the chaotic one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from rnn.attractors.equilibria import fixed_point, hopf_context
from rnn.attractors.memory import AttractorMemory, free_run
from rnn.attractors.schedule import Schedule
from rnn.experiments.lorenz.extrapolation import compare, recall
from rnn.experiments.lorenz.families import Family
from rnn.experiments.lorenz.settings import Setting
from rnn.experiments.lorenz.truth import KEEP_S, Floor, Truth
from rnn.systems import Lorenz, System

RHO = 23.0  # at context 0
TAUGHT = (0.0, 1.0)
CHAOS = 5.0  # the context of rho = 28
TRUE_HOPF = Lorenz().hopf_rho() - RHO
HOPF_TOLERANCE = 0.05  # share of the true context
HOPF_BOUNDS = (1.0, 4.0)
# How far from the fixed points the examples start, at either context, and along what.
OFFSETS, DIRECTION = (4.0, 2.8), np.array([0.6, 1.1, 0.0])
SPREAD = (1.0, 0.7, 0.5, 0.35)  # of further examples that start nearer
# The growth of small swings: over what time, and at which contexts.
SWING_S, SWING_CONTEXTS = 80.0, np.linspace(1.0, 2.5, 7)
UNMOVED = Family.translation("bifurcation", (0.0, 0.0, 0.0))


class RisingLorenz(System):
    """The Lorenz system whose rho is 23 + c; runs start on spirals into both fixed points."""

    n_variables = 3

    def velocity(self, states: np.ndarray, contexts: np.ndarray) -> np.ndarray:
        """That of the Lorenz system at its rho."""
        return Lorenz(rho=RHO + contexts[0])(states)

    def jacobian(self, states: np.ndarray, contexts: np.ndarray) -> np.ndarray:
        """That of the Lorenz system at its rho."""
        return Lorenz(rho=RHO + contexts[0]).jacobian(states, contexts)

    def initial_states(
        self,
        contexts: np.ndarray,
        *,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """States (3, run): of the runs at one context, four about either fixed point in turn.

        Raises:
            ValueError: if a context is none of :data:`TAUGHT`: how far off runs may start is
                known for those.
        """
        states = np.empty((3, contexts.shape[1]))
        turns = dict.fromkeys(TAUGHT, 0)
        for run, context in enumerate(contexts[0].tolist()):
            if context not in turns:
                raise ValueError(f"runs start at contexts {TAUGHT}, got {context:g}.")
            side, nearer = divmod(turns[context] % (2 * len(SPREAD)), len(SPREAD))
            turns[context] += 1
            point = Lorenz(rho=RHO + context).fixed_points()[side]
            offset = OFFSETS[TAUGHT.index(context)]
            states[:, run] = point + (1.0, -1.0)[side] * offset * SPREAD[nearer] * DIRECTION
        return states


def teach_bifurcation(setting: Setting, *, rng: np.random.Generator) -> AttractorMemory:
    """A network that has seen spirals into both fixed points at both contexts."""
    reservoir = setting.draw(n_contexts=1, rng=rng)
    row = np.repeat(TAUGHT, 2 * len(SPREAD))[None]
    # What the study keeps at each of four is shared among the runs of SPREAD.
    share_s = setting.runs_per_context * setting.keep_s / (2 * len(SPREAD))
    return replace(setting, keep_s=share_s).teach(RisingLorenz(), row, reservoir, rng=rng)


def sweep_schedule(duration_s: float) -> Schedule:
    """The study's sweep 0, 5, 0, 5 of one run, in equal ramps with holds between."""
    contexts = np.array([0.0, 0.0, 5.0, 5.0, 0.0, 0.0, 5.0, 5.0])
    return Schedule(np.linspace(0.0, duration_s, len(contexts)), contexts[:, None, None])


def measure_bifurcation(
    memory: AttractorMemory,
    truth: Truth,
    floor: Floor,
    *,
    n_runs: int,
    seconds: float,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Where the network's fixed points lose their stability, and what it does at context 5.

    Returns:
        ``hopf_eigenvalues`` and ``hopf_swings``: the context at either fixed point, from the
        leading pair of eigenvalues and from how small swings grow or decay; None where there is
        none; ``hopf_tolerance``, the share of the true context by which they may be off. Of
        context 5, what :func:`~rnn.experiments.lorenz.extrapolation.compare` says, but that the
        outcome is "one wing" where a run that goes on never visits the other; ``wings`` is the
        share of time on the rarer wing in the run where it is least.
    """
    # Of the last context's runs, the first went into one fixed point, the last into the other.
    ends = [memory.states[:, -2 * len(SPREAD)], memory.states[:, -1]]
    record: dict[str, Any] = {
        "hopf_eigenvalues": [_or_none(hopf_context, memory, end, HOPF_BOUNDS) for end in ends],
        "hopf_swings": [_or_none(hopf_from_swings, memory, end) for end in ends],
        "hopf_tolerance": HOPF_TOLERANCE,
    }
    outputs, exponents = recall(
        memory, np.array([[CHAOS]]), n_runs=n_runs, seconds=seconds, rng=rng
    )
    record |= compare(UNMOVED, np.array([CHAOS]), outputs[:, :, 0], exponents[:, 0], truth, floor)
    record["wings"] = None
    if record["outcome"] != "diverged":
        on_right = (outputs[:, :, 0, 0] > 0.0).mean(axis=0)
        record["wings"] = float(np.minimum(on_right, 1.0 - on_right).min())
        if record["outcome"] != "at rest" and record["wings"] == 0.0:
            record["outcome"] = "one wing"
    return record


def hopf_from_swings(memory: AttractorMemory, guess: np.ndarray) -> float:
    """The context at which small swings about a fixed point neither grow nor decay.

    Raises:
        ArithmeticError: if there is no such context among those tried, or no fixed point.
    """
    states = []
    for context in SWING_CONTEXTS:
        # A fixed point of a context near by is a small way off the one at this context.
        found = fixed_point(memory, np.array([context - 0.02]), guess)
        guess = found.state
        states.append(guess)
    dt = memory.flow.dt
    every = round(KEEP_S / dt)
    outputs, _ = free_run(
        memory,
        Schedule.constant(SWING_CONTEXTS[None]),
        np.stack(states, axis=1),
        n_steps=round(SWING_S / dt),
        every=every,
    )
    x = outputs[:, :, 0]
    tenth = len(x) // 10
    with np.errstate(divide="ignore", invalid="ignore"):
        # The first tenth is for what is faster than the swings to die out.
        growth = np.log(np.ptp(x[-tenth:], axis=0) / np.ptp(x[tenth : 2 * tenth], axis=0))
    for i in range(len(growth) - 1):
        if growth[i] < 0.0 <= growth[i + 1]:
            share = -growth[i] / (growth[i + 1] - growth[i])
            step = SWING_CONTEXTS[i + 1] - SWING_CONTEXTS[i]
            return float(SWING_CONTEXTS[i] + share * step)
    raise ArithmeticError("small swings do not turn from decay to growth at any context tried.")


def _or_none(find: Any, *args: Any) -> float | None:
    try:
        return float(find(*args))
    except ArithmeticError:
        return None
