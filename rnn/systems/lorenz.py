"""The system of Lorenz (1963), "Deterministic nonperiodic flow", J. Atmos. Sci. 20."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Lorenz:
    """``x' = sigma (y - x), y' = x (rho - z) - y, z' = x y - beta z``.

    An instance is the vector field: call it with states (3, ...). ``rho`` may be an array of
    the shape of the runs, one for each.

    >>> Lorenz()(np.array([1.0, 1.0, 1.0])).round(3).tolist()
    [0.0, 26.0, -1.667]
    """

    sigma: float = 10.0
    rho: float | np.ndarray = 28.0
    beta: float = 8.0 / 3.0

    def __call__(self, state: np.ndarray) -> np.ndarray:
        """The velocity of each state (3, ...)."""
        x, y, z = state
        return np.stack([self.sigma * (y - x), x * (self.rho - z) - y, x * y - self.beta * z])

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
