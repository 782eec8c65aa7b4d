"""What a network is trained for that is to remember phrases: recall which keeps its way outside.

Write S_c (frame, unit) for the states of a turn of the clock at a taught context c and Y_c (frame,
target) for what they stand for. The readouts are the ones that a memory will solve for,

    W = argmin mean |S_c W - Y_c|² + ridge |W|²,

and the loss is a sum of squares of combinations of what is recalled over contexts, V_c = S_c W:

    recall   V_c - Y_c                                        at each context
    slope    reach Σ b_c (V_c - Y_c)                          b: least squares, by half a range
    bend     reach² Σ d_c V_c                                 d: second divided difference

where a range is that of the taught contexts. The last two are what a slope that is a little wrong,
and a response to the context that is bent, come to ``reach`` half ranges from the middle. Nothing
is asked of the network at a context that was not taught.

The gradient goes through the readouts as well, as in variable projection (Golub and Pereyra,
1973, "The differentiation of pseudo-inverses and nonlinear least squares problems whose variables
separate"). With G = SᵀS + ridge times the number of frames, and E = Y - V over all contexts,
dW = G⁻¹(dSᵀE - Sᵀ dS W), so that

    ∂L/∂S = ∂L/∂V Wᵀ + E Pᵀ - S P Wᵀ,    P = G⁻¹ Sᵀ ∂L/∂V.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.linalg


class Aims(NamedTuple):
    """What counts: combinations over contexts of what is recalled, and what they should be."""

    combinations: np.ndarray  # (aim, context)
    wanted: np.ndarray  # (aim, frame, target)


def phrase_aims(contexts: np.ndarray, targets: np.ndarray, *, reach: float) -> Aims:
    """The aims for targets (context, frame, target).

    With two contexts there is no bend to be seen, and none is asked about.
    """
    half = np.ptp(contexts) / 2.0
    offset = contexts - contexts.mean()
    slope = reach * half * offset / np.sum(offset**2)
    recalled = np.eye(len(contexts))
    combinations = np.vstack([recalled, slope])
    wanted = np.tensordot(combinations, targets, 1)
    if len(contexts) < 3:
        return Aims(combinations, wanted)
    rank = np.argsort(contexts)
    middle = rank[1:-1][np.argmin(np.abs(contexts[rank[1:-1]] - contexts[rank[[0, -1]]].mean()))]
    three = np.array([rank[0], middle, rank[-1]])
    apart = contexts[three, None] - contexts[three]
    np.fill_diagonal(apart, 1.0)
    bend = np.zeros(len(contexts))
    bend[three] = (reach * half) ** 2 / apart.prod(axis=1)
    return Aims(np.vstack([combinations, bend]), np.concatenate([wanted, 0.0 * wanted[:1]]))


def phrase_loss(
    states: np.ndarray, targets: np.ndarray, aims: Aims, *, ridge: float
) -> tuple[float, np.ndarray]:
    """Loss, and its gradient by the states.

    Args:
        states: (context, frame, unit).
        targets: (context, frame, target).
        aims: of those targets.
        ridge: of the readouts, relative to a frame (:mod:`rnn.readout`).

    Raises:
        FloatingPointError: if a state or a target is not finite.
    """
    s, y = (array.reshape(-1, array.shape[2]) for array in (states, targets))
    if not (np.isfinite(s).all() and np.isfinite(y).all()):
        raise FloatingPointError("states or targets are no longer finite numbers.")
    # Not from normal equations: directions as small as the ridge would be lost in their rounding.
    # For the same reason G⁻¹Sᵀ is never one matrix, but turns, scales and turns again.
    left, values, right = scipy.linalg.svd(s, full_matrices=False, check_finite=False)
    scale = values / (values**2 + ridge * len(s))

    def solve(wanted: np.ndarray) -> np.ndarray:
        return (right.T * scale) @ (left.T @ wanted)

    weights = solve(y)
    recalled = s @ weights
    error = np.tensordot(aims.combinations, recalled.reshape(targets.shape), 1) - aims.wanted
    by_recalled = 2.0 * np.tensordot(aims.combinations.T, error, 1).reshape(recalled.shape)
    pulled = solve(by_recalled)
    by_states = (by_recalled - s @ pulled) @ weights.T + (y - recalled) @ pulled.T
    return float(np.sum(error**2)), by_states.reshape(states.shape)
