"""Linear readouts by ridge regression from streamed normal equations.

States are seen block by block and never all kept: what stays is their Gram matrix (unit, unit)
and their products with the targets (unit, target).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.linalg


class NormalEquations(NamedTuple):
    """Sums over the frames seen so far."""

    gram: np.ndarray  # (unit, unit), sum of r r^T
    cross: np.ndarray  # (unit, target), sum of r y^T

    @classmethod
    def zeros(cls, n_units: int, n_targets: int) -> NormalEquations:
        """Before any frame was seen."""
        return cls(np.zeros((n_units, n_units)), np.zeros((n_units, n_targets)))

    def add(self, states: np.ndarray, targets: np.ndarray) -> NormalEquations:
        """The sums with one more block: states (time, unit), targets (time, target)."""
        if len(states) != len(targets):
            raise ValueError(
                f"states and targets must have as many frames, got {len(states)} "
                f"and {len(targets)}."
            )
        return NormalEquations(self.gram + states.T @ states, self.cross + states.T @ targets)


def solve_ridge(equations: NormalEquations, *, ridge: float) -> np.ndarray:
    """Weights W (unit, target) that minimise ``|R W - Y|^2 + ridge |W|^2``.

    Solved by eigenvalues, which cannot fail where rounding has made the Gram matrix slightly
    indefinite. Directions that the states did not visit get no weight, so that a ridge of 0
    gives the solution of minimum norm.

    >>> equations = NormalEquations.zeros(1, 1).add(np.array([[2.0]]), np.array([[6.0]]))
    >>> solve_ridge(equations, ridge=0.0).item()
    3.0

    Raises:
        ValueError: if ridge is negative or not finite.
    """
    if not (ridge >= 0.0 and np.isfinite(ridge)):
        raise ValueError(f"ridge must be finite and not negative, got {ridge}.")
    values, vectors = scipy.linalg.eigh(equations.gram)
    rounding = len(values) * np.finfo(np.float64).eps * max(values[-1], 0.0)
    penalised = np.maximum(values, 0.0) + ridge
    unvisited = penalised <= (0.0 if ridge > 0.0 else rounding)
    inverse = np.where(unvisited, 0.0, 1.0 / np.where(unvisited, 1.0, penalised))
    return np.asarray((vectors * inverse) @ (vectors.T @ equations.cross))
