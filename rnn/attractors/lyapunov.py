"""The largest Lyapunov exponent of a closed loop, from its Jacobian along a trajectory.

A tangent of each run is carried along by the same Runge-Kutta steps, and brought back to length 1
at intervals; the mean rate at which it grows is the exponent (Benettin et al. 1980).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnn.attractors.memory import AttractorMemory, checked_contexts
from rnn.continuous import checked_state, linearised_loop

RENORMALISE_STEPS = 200


class Observation(NamedTuple):
    """What was seen of runs at constant contexts."""

    outputs: np.ndarray  # (time, run, output)
    exponents: np.ndarray  # (tangent,), 1/s; not finite where a run has diverged
    state: np.ndarray  # (unit, run)


def observe(
    memory: AttractorMemory,
    contexts: np.ndarray,
    state: np.ndarray,
    *,
    n_steps: int,
    every: int,
    n_tangents: int,
    rng: np.random.Generator,
) -> Observation:
    """Replay at constant contexts (context, run) from states (unit, run), and measure stretching.

    The first ``n_tangents`` runs are followed by tangents. The first tenth of the time turns these
    into the direction that grows most, and does not count. Whole blocks are run: at least
    ``n_steps``.

    Raises:
        ValueError: if a shape does not fit the memory, or a number makes no sense.
    """
    n_units, n_contexts = memory.reservoir.context.shape
    contexts = checked_contexts(contexts, n_contexts)
    n_runs = contexts.shape[1]
    state = checked_state(state, n_units, n_runs)
    if n_steps < 1 or every < 1:
        raise ValueError(f"n_steps and every must be at least 1, got {n_steps} and {every}.")
    if not 0 <= n_tangents <= n_runs:
        raise ValueError(f"n_tangents must be at most {n_runs}, one for a run, got {n_tangents}.")
    length = max(1, RENORMALISE_STEPS // every) * every
    n_blocks = -(-n_steps // length)
    first = n_blocks // 10
    tangents = rng.standard_normal((n_units, n_tangents))
    growth = np.zeros(n_tangents)
    outputs = []
    # A run that diverges overflows, and is told by what is not finite.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for block in range(n_blocks):
            tangents /= np.linalg.norm(tangents, axis=0)
            kept, state, tangents = linearised_loop(
                memory.reservoir,
                memory.flow,
                memory.readout,
                contexts,
                state,
                tangents,
                n_steps=length,
                every=every,
            )
            outputs.append(kept)
            if block >= first:
                growth += np.log(np.linalg.norm(tangents, axis=0))
    duration_s = (n_blocks - first) * length * memory.flow.dt
    return Observation(np.concatenate(outputs), growth / duration_s, state)
