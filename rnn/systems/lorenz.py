"""The system of Lorenz (1963), "Deterministic nonperiodic flow", J. Atmos. Sci. 20."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn.systems.runge_kutta import flow_map
from rnn.systems.system import System

SETTLE_DT, SETTLE_S = 0.005, 30.0  # some starts land near a fixed point, and spiral out slowly


@dataclass(frozen=True, kw_only=True)
class Lorenz(System):
    """``x' = sigma (y - x), y' = x (rho - z) - y, z' = x y - beta z``.

    An instance is the vector field: call it with states (3, ...). ``rho`` may be an array of
    the shape of the runs, one for each. As a system, contexts do not move it.

    >>> Lorenz()(np.array([1.0, 1.0, 1.0])).round(3).tolist()
    [0.0, 26.0, -1.667]
    """

    sigma: float = 10.0
    rho: float | np.ndarray = 28.0
    beta: float = 8.0 / 3.0
    n_variables: ClassVar[int] = 3

    def __call__(self, state: np.ndarray) -> np.ndarray:
        """The velocity of each state (3, ...)."""
        x, y, z = state
        # Filled in place: it is asked for four times a step, and stacking takes as long as it does.
        velocity = np.empty(state.shape, np.result_type(state, np.float64))
        velocity[0] = self.sigma * (y - x)
        velocity[1] = x * (self.rho - z) - y
        velocity[2] = x * y - self.beta * z
        return velocity

    def velocity(self, states: np.ndarray, contexts: np.ndarray) -> np.ndarray:
        """The same for states (3, run), whatever the contexts."""
        return self(states)

    def jacobian(self, states: np.ndarray, contexts: np.ndarray) -> np.ndarray:
        """The derivatives (3, 3, run) of the velocity by the state."""
        x, y, z = states
        one = np.ones_like(x)
        return np.array(
            [
                [-self.sigma * one, self.sigma * one, 0.0 * one],
                [self.rho - z, -one, -x],
                [y, x, -self.beta * one],
            ]
        )

    def initial_states(self, contexts: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
        """States (3, run) on the attractor, from starts in U(0, 10) that have run a while."""
        start = rng.uniform(0.0, 10.0, (3, contexts.shape[1]))
        return flow_map(self, start, SETTLE_DT, round(SETTLE_S / SETTLE_DT))

    def fixed_points(self) -> np.ndarray:
        """The two fixed points (2, 3, ...) off the origin, for rho > 1.

        >>> Lorenz(rho=28.0).fixed_points()[0].round(3).tolist()
        [8.485, 8.485, 27.0]
        """
        height = np.asarray(self.rho) - 1.0
        if (height <= 0.0).any():
            raise ValueError(f"rho must exceed 1 for a fixed point off the origin, got {self.rho}.")
        side = np.sqrt(self.beta * height)
        return np.array([[side, side, height], [-side, -side, height]])

    def hopf_rho(self) -> float:
        """The rho at which both fixed points lose their stability.

        >>> round(Lorenz().hopf_rho(), 3)
        24.737
        """
        return self.sigma * (self.sigma + self.beta + 3.0) / (self.sigma - self.beta - 1.0)
