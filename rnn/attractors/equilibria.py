"""Fixed points of a closed loop, their eigenvalues, and the context at which they swing up."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import scipy.optimize

from rnn.attractors.memory import AttractorMemory

SETTLED = 1e-6  # of a state or an output, after which Newton's method is exact to rounding


class FixedPoint(NamedTuple):
    """A state (unit,) at which the closed loop rests, and its Jacobian (unit, unit) there, 1/s."""

    state: np.ndarray
    jacobian: np.ndarray

    def leading_pair(self) -> complex:
        """The oscillating eigenvalue with the largest real part, its frequency positive.

        Raises:
            ArithmeticError: if none oscillates.
        """
        eigenvalues = np.linalg.eigvals(self.jacobian)
        swinging = eigenvalues[eigenvalues.imag > 0.0]
        if len(swinging) == 0:
            raise ArithmeticError("no eigenvalue of this fixed point oscillates.")
        return complex(swinging[np.argmax(swinging.real)])


@np.errstate(over="ignore", invalid="ignore")  # what is out of all proportion does not settle
def fixed_point(
    memory: AttractorMemory, context: np.ndarray, guess: np.ndarray, *, n_iterations: int = 50
) -> FixedPoint:
    """The fixed point near a guess (unit,), by Newton's method.

    Args:
        context: (context,).

    Raises:
        ArithmeticError: if the iterations do not settle.
        ValueError: if a shape does not fit the memory.
    """
    reservoir, readout = memory.reservoir, memory.readout
    n_units, n_contexts = reservoir.context.shape
    context, guess = np.asarray(context, np.float64), np.asarray(guess, np.float64)
    if context.shape != (n_contexts,) or guess.shape != (n_units,):
        raise ValueError(
            f"context must have shape ({n_contexts},) and guess ({n_units},), those of one run, "
            f"got {context.shape} and {guess.shape}."
        )
    weights = reservoir.recurrent.toarray() + reservoir.inputs @ readout.weights.T
    drive = reservoir.bias + reservoir.inputs @ readout.offset + reservoir.context @ context
    identity = np.eye(len(guess))
    state = guess.copy()
    for _ in range(n_iterations if np.isfinite(state).all() else 0):
        level = np.tanh(weights @ state + drive)
        jacobian = (1.0 - level**2)[:, None] * weights - identity
        if not np.isfinite(jacobian).all():
            break
        try:
            change = np.linalg.solve(jacobian, state - level)
        except np.linalg.LinAlgError:
            break
        state = state + change
        # The weights of a readout are large: it amplifies what rounding leaves of a step.
        if max(np.abs(change).max(), np.abs(readout.weights.T @ change).max()) < SETTLED:
            return FixedPoint(state, memory.flow.rate * jacobian)
    raise ArithmeticError(
        f"no fixed point was found near the guess at context {np.round(context, 6).tolist()}."
    )


def hopf_context(
    memory: AttractorMemory, guess: np.ndarray, bounds: tuple[float, float], *, n_steps: int = 8
) -> float:
    """The context at which the leading pair of a fixed point starts to grow, going up.

    The fixed point is followed from a guess at the lower bound in ``n_steps`` steps; between the
    two steps where the real part changes its sign, the crossing is found by Brent's method.

    Raises:
        ArithmeticError: if the fixed point is lost, or nothing crosses between the bounds.
    """
    state = guess

    def growth(context: float) -> float:
        nonlocal state
        found = fixed_point(memory, np.array([context]), state)
        state = found.state
        return found.leading_pair().real

    contexts = np.linspace(*bounds, n_steps + 1)
    before = growth(contexts[0])
    for start, end in pairwise(contexts):
        after = growth(end)
        if before < 0.0 <= after:
            return float(scipy.optimize.brentq(growth, start, end, xtol=1e-4))
        before = after
    raise ArithmeticError(f"no pair of eigenvalues crosses between contexts {bounds}.")
