"""Linear readouts from a QR factorisation that is updated block by block.

The normal equations square the condition of a fit: what the states tell below 1e-8 of their size
is lost in rounding. A small reservoir scale hides the terms that carry a memory far outside the
taught contexts just there. The triangular factor keeps them, and is as small as a Gram matrix.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.linalg


class Readout(NamedTuple):
    """``y = W r + offset``."""

    weights: np.ndarray  # (unit, target)
    offset: np.ndarray  # (target,)


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
        if len(states) != len(targets):
            raise ValueError(
                f"states and targets must have as many frames, got {len(states)} "
                f"and {len(targets)}."
            )
        block = np.concatenate([np.ones((len(states), 1)), states, targets], axis=1)
        (factor,) = scipy.linalg.qr(
            np.concatenate([self.factor, block]), mode="r", overwrite_a=True, check_finite=False
        )
        factor = factor[: factor.shape[1]]
        return TriangularFactor(factor, self.n_frames + len(states), self.n_targets)


def fit_readout(frames: TriangularFactor, *, ridge: float, intercept: bool = True) -> Readout:
    """The readout that minimises ``mean |W r + offset - y|^2 + ridge |W|^2`` over the frames.

    Without an intercept the offset is 0. A ridge of 0 gives the weights of minimum norm;
    directions below the rounding of the largest get none.

    >>> frames = TriangularFactor.zeros(1, 1).add(np.array([[0.0], [1]]), np.array([[1.0], [3]]))
    >>> [part.round(9).tolist() for part in fit_readout(frames, ridge=0.0)]
    [[[2.0]], [1.0]]

    Raises:
        ValueError: if ridge is negative or not finite, or no frame was seen.
    """
    if not (ridge >= 0.0 and np.isfinite(ridge)):
        raise ValueError(f"ridge must be finite and not negative, got {ridge}.")
    if frames.n_frames == 0:
        raise ValueError("a readout is fitted to frames, got none.")
    n_columns, n_targets = frames.factor.shape[1], frames.n_targets
    factor = np.zeros((n_columns, n_columns))
    factor[: len(frames.factor)] = frames.factor / np.sqrt(frames.n_frames)
    # The first column is the ones': the rows below its own hold what is left without the mean.
    if intercept:
        states, targets = factor[1:-n_targets, 1:-n_targets], factor[1:-n_targets, -n_targets:]
    else:
        # R^T R of the remaining columns stays what it was; their factor need not be triangular.
        states, targets = factor[:, 1:-n_targets], factor[:, -n_targets:]
    left, sizes, right = np.linalg.svd(states, full_matrices=False)
    rounding = len(sizes) * np.finfo(np.float64).eps * sizes[0] if ridge == 0.0 else 0.0
    seen = sizes > rounding
    gains = np.where(seen, sizes / np.where(seen, sizes**2 + ridge, 1.0), 0.0)
    weights = right.T @ (gains[:, None] * (left.T @ targets))
    offset = np.zeros(n_targets)
    if intercept:
        offset = (factor[0, -n_targets:] - factor[0, 1:-n_targets] @ weights) / factor[0, 0]
    return Readout(weights, offset)
