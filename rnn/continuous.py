"""The context-biased reservoir in continuous time, as Kim et al. (2021) have it.

    driven       r' = rate (-r + tanh(A r + B x + C c + d))
    closed loop  r' = rate (-r + tanh((A + B W) r + C c + d)),  x = W r

The same drawn arrays, contexts and readouts as in :mod:`rnn.reservoir`; ``leak`` has no part in
it. Trajectories run side by side: states are (unit, run).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn.kernels import Flow, filled, runge_kutta_steps, side_by_side, sliced
from rnn.readout import Readout
from rnn.reservoir import Reservoir

# Of a decay at rate 1, in classic Runge-Kutta steps: longer ones let it grow.
MAX_STEP = 2.785


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowConfig:
    """How a reservoir flows: its rate, and the Runge-Kutta step."""

    rate: float = 100.0  # 1/s, gamma in the paper
    dt: float = 0.001  # s

    def __post_init__(self) -> None:
        for name in ("rate", "dt"):
            value = getattr(self, name)
            if not (value > 0.0 and np.isfinite(value)):
                raise ValueError(f"{name} must be positive and finite, got {value}.")
        if self.rate * self.dt > MAX_STEP:
            raise ValueError(
                f"dt must be at most {MAX_STEP:g} / rate for the steps to stay stable, "
                f"{MAX_STEP / self.rate:g} s, got {self.dt:g} s."
            )


def drive(
    reservoir: Reservoir,
    flow: FlowConfig,
    stages: np.ndarray,
    contexts: np.ndarray,
    state: np.ndarray | None = None,
    *,
    every: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Drive a reservoir with a system that is integrated by the same Runge-Kutta steps.

    Args:
        stages: (step, 4, input, run), from :func:`rnn.systems.integrate`.
        contexts: (context, run), or (step + 1, context, run): at the ends of the steps, and
            linear in between.
        state: (unit, run) to start from; zeros by default.
        every: keep the state after each so many steps.

    Returns:
        States (step // every, run, unit), and the last state (unit, run), which continues the
        run exactly.

    Raises:
        ValueError: if a shape does not fit the reservoir.
    """
    n_units, n_inputs = reservoir.inputs.shape
    stages = np.asarray(stages, dtype=np.float64)
    if stages.ndim != 4 or stages.shape[1:3] != (4, n_inputs):
        raise ValueError(f"stages must have shape (step, 4, {n_inputs}, run), got {stages.shape}.")
    n_steps, n_runs = len(stages), stages.shape[3]
    contexts = _contexts(reservoir, contexts, n_steps, n_runs)
    state = np.zeros((n_units, n_runs)) if state is None else state
    state = checked_state(state, n_units, n_runs)
    unread = Readout(reservoir.inputs, np.zeros(n_inputs))
    return _advance(reservoir, flow, stages, unread, contexts, state, every, n_units)


def closed_loop(
    reservoir: Reservoir,
    flow: FlowConfig,
    readout: Readout,
    contexts: np.ndarray,
    state: np.ndarray,
    *,
    n_steps: int,
    every: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Let a reservoir run on what it reads out of itself.

    Args:
        readout: of as many targets as the reservoir has inputs.
        contexts: (context, run), or (step + 1, context, run) as in :func:`drive`.
        state: (unit, run).

    Returns:
        Outputs (step // every, run, input), and the last state. A run that has diverged is not
        finite.

    Raises:
        ValueError: if a shape does not fit the reservoir.
    """
    no_tangents = np.empty((reservoir.n_units, 0))
    outputs, last, _ = linearised_loop(
        reservoir, flow, readout, contexts, state, no_tangents, n_steps=n_steps, every=every
    )
    return outputs, last


def linearised_loop(
    reservoir: Reservoir,
    flow: FlowConfig,
    readout: Readout,
    contexts: np.ndarray,
    state: np.ndarray,
    tangents: np.ndarray,
    *,
    n_steps: int,
    every: int = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As :func:`closed_loop`, with small differences of states followed to first order.

    Args:
        tangents: (unit, tangent), of the first runs in their order; at most one for each run.

    Returns:
        Outputs (step // every, run, input), the last state, and the last tangents.

    Raises:
        ValueError: if a shape does not fit the reservoir.
    """
    n_units, n_inputs = reservoir.inputs.shape
    if readout.weights.shape != (n_units, n_inputs) or readout.offset.shape != (n_inputs,):
        raise ValueError(
            f"readout must have weights of shape ({n_units}, {n_inputs}) and as many offsets as "
            f"the reservoir has inputs, got {readout.weights.shape} and {readout.offset.shape}."
        )
    contexts = np.asarray(contexts, dtype=np.float64)
    n_runs = contexts.shape[-1] if contexts.ndim else 0
    contexts = _contexts(reservoir, contexts, n_steps, n_runs)
    state = checked_state(state, n_units, n_runs)
    tangents = np.asarray(tangents, dtype=np.float64)
    if tangents.ndim != 2 or len(tangents) != n_units or tangents.shape[1] > n_runs:
        raise ValueError(
            f"tangents must have shape ({n_units}, tangent), of at most {n_runs} runs, "
            f"got {tangents.shape}."
        )
    no_stages = np.empty((0, 4, n_inputs, 1))
    both = np.concatenate([state, tangents], axis=1)
    outputs, both = _advance(reservoir, flow, no_stages, readout, contexts, both, every, n_inputs)
    return outputs, both[:, :n_runs], both[:, n_runs:]


def checked_state(state: np.ndarray, n_units: int, n_runs: int) -> np.ndarray:
    """A state (unit, run) as numbers.

    Raises:
        ValueError: if it is not one column for each run.
    """
    state = np.asarray(state, dtype=np.float64)
    if state.shape != (n_units, n_runs):
        raise ValueError(
            f"state must have shape ({n_units}, {n_runs}), one row a unit and one column a run, "
            f"got {state.shape}."
        )
    return state


def _contexts(reservoir: Reservoir, contexts: np.ndarray, n_steps: int, n_runs: int) -> np.ndarray:
    """Contexts (step + 1, context, run) at the ends of all steps."""
    if n_steps < 0:
        raise ValueError(f"n_steps must not be negative, got {n_steps}.")
    n_contexts = reservoir.context.shape[1]
    contexts = np.asarray(contexts, dtype=np.float64)
    if contexts.shape not in ((n_contexts, n_runs), (n_steps + 1, n_contexts, n_runs)):
        raise ValueError(
            f"contexts must have shape ({n_contexts}, {n_runs}) or "
            f"({n_steps + 1}, {n_contexts}, {n_runs}), got {contexts.shape}."
        )
    return np.broadcast_to(contexts, (n_steps + 1, n_contexts, n_runs))


def _advance(
    reservoir: Reservoir,
    flow: FlowConfig,
    stages: np.ndarray,
    readout: Readout,
    contexts: np.ndarray,
    state: np.ndarray,
    every: int,
    n_kept: int,
) -> tuple[np.ndarray, np.ndarray]:
    """What is kept (step // every, run, n_kept), and the last state."""
    if every < 1:
        raise ValueError(f"every must be at least 1, got {every}.")
    n_steps, n_runs = len(contexts) - 1, contexts.shape[2]
    kept = np.empty((n_steps // every, n_runs, n_kept))
    last = np.array(state, dtype=np.float64, order="C")  # of our own: the loops change it
    if n_steps > 0:
        right_side = Flow(
            sliced(reservoir.recurrent),
            filled(reservoir.inputs.T),
            reservoir.context,
            reservoir.bias,
            flow.rate,
            flow.dt,
        )
        stages = np.ascontiguousarray(stages)
        readout = Readout(filled(readout.weights), filled(readout.offset))
        contexts = np.array(contexts, order="C")  # a view would be compiled for once more
        for runs in side_by_side(n_runs):
            runge_kutta_steps(right_side, stages, readout, contexts, last, every, kept, runs)
    return kept, last
