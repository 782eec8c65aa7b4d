"""Linear readouts of states, fitted by ridge regression to frames that are seen block by block.

The ridge is relative to a frame, everywhere: a fit minimises

    mean over the frames of |W r + offset - y|^2,  plus  ridge |W|^2,

so that it means the same however long the examples are. A ridge of 0 gives the weights of minimum
norm.

Two sums over the frames lead to a fit. The normal equations are fast, and square the condition of
the problem: what the states tell below 1e-8 of their size is lost in rounding. A small reservoir
scale hides the terms that carry a memory far outside the taught contexts just there. The
triangular factor keeps them, and is as small. So does :func:`solved`, of frames that are all there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Readout(NamedTuple):
    """``y = W r + offset``, or a stack of readouts of the same states."""

    weights: np.ndarray  # (..., unit, target)
    offset: np.ndarray  # (..., target)


class NormalEquations(NamedTuple):
    """Sums over the frames seen so far."""

    gram: np.ndarray  # (unit, unit), sum of r r^T
    cross: np.ndarray  # (unit, target), sum of r y^T
    n_frames: int

    @classmethod
    def zeros(cls, n_units: int, n_targets: int) -> NormalEquations:
        """Before any frame was seen."""
        return cls(np.zeros((n_units, n_units)), np.zeros((n_units, n_targets)), 0)

    def add(self, states: np.ndarray, targets: np.ndarray) -> NormalEquations:
        """The sums with one more block: states (time, unit), targets (time, target)."""
        _check_block(states, targets)
        return NormalEquations(
            self.gram + states.T @ states,
            self.cross + states.T @ targets,
            self.n_frames + len(states),
        )

    def fit(self, *, ridge: float) -> Readout:
        """The readout without an offset that the sums of all frames lead to.

        Solved by eigenvalues, which cannot fail where rounding has made the Gram matrix slightly
        indefinite. Directions that the states did not visit get no weight.

        >>> equations = NormalEquations.zeros(1, 1).add(np.array([[2.0]]), np.array([[6.0]]))
        >>> equations.fit(ridge=0.0).weights.item()
        3.0

        Raises:
            ValueError: if ridge is negative or not finite, or no frame was seen.
        """
        weights = self.solver(ridge=ridge)(self.cross)
        return Readout(weights, np.zeros(weights.shape[1]))

    def solver(self, *, ridge: float) -> Callable[[np.ndarray], np.ndarray]:
        """What makes weights (unit, target) of sums of products (unit, target), some at a time.

        Raises:
            ValueError: if ridge is negative or not finite, or no frame was seen.
        """
        _check_fit(ridge, self.n_frames)
        values, vectors = np.linalg.eigh(self.gram)
        rounding = len(values) * np.finfo(np.float64).eps * max(values[-1], 0.0)
        penalised = np.maximum(values, 0.0) + ridge * self.n_frames
        unvisited = penalised <= (0.0 if ridge > 0.0 else rounding)
        inverse = np.where(unvisited, 0.0, 1.0 / np.where(unvisited, 1.0, penalised))
        scaled = vectors * inverse

        def solve(cross: np.ndarray) -> np.ndarray:
            return np.asarray(scaled @ (vectors.T @ cross))

        return solve


class TriangularFactor(NamedTuple):
    """R of the QR factorisation of all frames so far, of columns 1, states and targets."""

    factor: np.ndarray  # (row, 1 + unit + target), upper triangular
    n_frames: int
    n_targets: int

    @classmethod
    def zeros(cls, n_units: int, n_targets: int) -> TriangularFactor:
        """Before any frame was seen."""
        return cls(np.zeros((0, 1 + n_units + n_targets)), 0, n_targets)

    def add(self, states: np.ndarray, targets: np.ndarray) -> TriangularFactor:
        """The factor with one more block: states (time, unit), targets (time, target)."""
        _check_block(states, targets)
        n_rows, n_columns = self.factor.shape
        rows = np.empty((n_rows + len(states), n_columns), order="F")  # as LAPACK works on them
        rows[:n_rows] = self.factor
        rows[n_rows:, 0] = 1.0
        rows[n_rows:, 1 : n_columns - self.n_targets] = states
        rows[n_rows:, n_columns - self.n_targets :] = targets
        import scipy.linalg  # which takes as long to import as a second of a song to teach

        _, factor = scipy.linalg.qr(rows, mode="raw", overwrite_a=True, check_finite=False)
        return TriangularFactor(factor, self.n_frames + len(states), self.n_targets)

    def fit(self, *, ridge: float, intercept: bool = True) -> Readout:
        """The readout that the triangular factor of all frames leads to.

        Without an intercept the offset is 0. With a ridge of 0, directions below the rounding of
        the largest get no weight.

        >>> states, targets = np.array([[0.0], [1.0]]), np.array([[1.0], [3.0]])
        >>> frames = TriangularFactor.zeros(1, 1).add(states, targets)
        >>> [part.round(9).tolist() for part in frames.fit(ridge=0.0)]
        [[[2.0]], [1.0]]

        Raises:
            ValueError: if ridge is negative or not finite, or no frame was seen.
        """
        _check_fit(ridge, self.n_frames)
        n_columns, n_targets = self.factor.shape[1], self.n_targets
        factor = np.zeros((n_columns, n_columns))
        factor[: len(self.factor)] = self.factor / np.sqrt(self.n_frames)
        # The first column is the ones': the rows below its own hold what is left without the mean.
        if intercept:
            states, targets = factor[1:-n_targets, 1:-n_targets], factor[1:-n_targets, -n_targets:]
        else:
            # R^T R of the remaining columns stays what it was; their factor need not be triangular.
            states, targets = factor[:, 1:-n_targets], factor[:, -n_targets:]
        left, sizes, right = np.linalg.svd(states, full_matrices=False)
        weights = right.T @ (_gains(sizes, ridge)[:, None] * (left.T @ targets))
        offset = np.zeros(n_targets)
        if intercept:
            offset = (factor[0, -n_targets:] - factor[0, 1:-n_targets] @ weights) / factor[0, 0]
        return Readout(weights, offset)


def solved(states: np.ndarray, *, ridge: float) -> np.ndarray:
    """What fits readouts without an offset to any targets: (unit, time), for states (time, unit).

    Its product with targets (time, target) is their weights. It keeps what is small, as the
    triangular factor does.

    >>> (solved(np.array([[2.0]]), ridge=0.0) @ np.array([[6.0]])).item()
    3.0

    Raises:
        ValueError: if ridge is negative or not finite, or there is no frame.
    """
    _check_fit(ridge, len(states))
    scale = np.sqrt(len(states))
    left, sizes, right = np.linalg.svd(states / scale, full_matrices=False)
    return np.asarray((right.T * (_gains(sizes, ridge) / scale)) @ left.T)


def _gains(sizes: np.ndarray, ridge: float) -> np.ndarray:
    """By how much a ridge has each direction weighed, given singular values, the largest first."""
    rounding = len(sizes) * np.finfo(np.float64).eps * sizes[0] if ridge == 0.0 else 0.0
    seen = sizes > rounding
    return np.where(seen, sizes / np.where(seen, sizes**2 + ridge, 1.0), 0.0)


def _check_block(states: np.ndarray, targets: np.ndarray) -> None:
    if len(states) != len(targets):
        raise ValueError(
            f"states and targets must have as many frames, got {len(states)} and {len(targets)}."
        )


def _check_fit(ridge: float, n_frames: int) -> None:
    if not (ridge >= 0.0 and np.isfinite(ridge)):
        raise ValueError(f"ridge must be finite and not negative, got {ridge}.")
    if n_frames == 0:
        raise ValueError("a readout is fitted to frames, got none.")
