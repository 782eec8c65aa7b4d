"""The largest Lyapunov exponent of a system, from its own Jacobian: what a network's is held to."""

from __future__ import annotations

import numpy as np

from rnn.systems.runge_kutta import flow_map
from rnn.systems.system import System, tangent_field_at


def growth_rates(
    system: System,
    contexts: np.ndarray,
    *,
    dt: float,
    settle_s: float,
    seconds: float,
    every_s: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Rates (time, run), in 1/s, at which tangents grew in successive times of ``every_s``.

    Their mean over time is the largest Lyapunov exponent (Benettin et al. 1980). Runs at contexts
    (context, run) start where the system says, and settle first; so do the tangents, which turn
    into the direction that grows most.

    Raises:
        ValueError: if the system does not know its Jacobian, or no time is left to measure.
    """
    contexts = np.asarray(contexts, dtype=np.float64)
    if not (dt > 0.0 and 0.5 * dt < every_s and 0.5 * every_s < seconds < np.inf):
        raise ValueError(
            f"seconds must hold every_s, and that dt, at least once, got {seconds}, {every_s} "
            f"and {dt}."
        )
    if not 0.0 <= settle_s < np.inf:
        raise ValueError(f"settle_s must be finite and not negative, got {settle_s}.")
    n_steps = round(every_s / dt)
    n_blocks, n_settle = round(seconds / every_s), round(settle_s / every_s)
    start_rng, tangent_rng = rng.spawn(2)
    states = system.initial_states(contexts, rng=start_rng)
    both = np.concatenate([states, tangent_rng.standard_normal(states.shape)])
    field = tangent_field_at(system, contexts)
    growth = np.empty((n_settle + n_blocks, states.shape[1]))
    for rates in growth:
        both = flow_map(field, both, dt, n_steps)
        lengths = np.linalg.norm(both[system.n_variables :], axis=0)
        both[system.n_variables :] /= lengths
        rates[:] = np.log(lengths) / (n_steps * dt)
    return growth[n_settle:]
