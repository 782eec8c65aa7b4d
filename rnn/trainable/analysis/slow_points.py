"""Where a network stands still or nearly so: fixed and slow points, and their eigenvalues.

Sussillo and Barak (2013), "Opening the black box: low-dimensional dynamics in high-dimensional
recurrent neural networks", Neural Computation 25: with F = dx/dt the minima of q(x) = ½ |F(x)|²
are sought from many states that the network visits. Where q is 0 the point is fixed; where it is
small the network moves slowly, and can hold something for a while.

q is a sum of squares, so each step is Levenberg and Marquardt's: (JᵀJ + d I) step = −Jᵀ F, with
J = ∂F/∂x, and a damping d that falls when q did and rises when it did not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnn.trainable.analysis.velocity import Velocity

_LEAST_DAMPING, _MOST_DAMPING = 1e-12, 1e6  # over the square of the fastest rate, (1/s)²


@dataclass(frozen=True, slots=True)
class SlowPoint:
    """A state at which a network is at rest ("fixed") or slower than anywhere near ("slow")."""

    state: np.ndarray  # (unit,)
    kind: Literal["fixed", "slow"]
    speed: float  # |dx/dt|, 1/s
    eigenvalues: np.ndarray  # (unit,) complex, 1/s, of the Jacobian; real parts falling

    @property
    def n_unstable(self) -> int:
        """Modes that grow: eigenvalues to the right of 0, beyond rounding."""
        return int((self.eigenvalues.real > 1e-9 * np.abs(self.eigenvalues).max()).sum())

    @property
    def slowest(self) -> complex:
        """The eigenvalue whose mode grows or decays most slowly, 1/s; of a pair, the upper one.

        At a slow point that is not fixed it says little: where q is smooth, one mode there neither
        grows nor decays, because JᵀF = 0.
        """
        mode = self.eigenvalues[np.argmin(np.abs(self.eigenvalues.real))]
        return complex(mode.real, abs(mode.imag))

    @property
    def time_constant_s(self) -> float:
        """In which the slowest mode grows or decays e-fold; infinite where it does neither."""
        rate = abs(self.slowest.real)
        return 1.0 / rate if rate > 1e-9 * np.abs(self.eigenvalues).max() else np.inf


def size_of(states: np.ndarray) -> float:
    """How far apart states (state, unit) are: the root of their mean squared distance to the mean.

    >>> size_of(np.array([[0.0, 1.0], [0.0, -1.0]]))
    1.0
    """
    return float(np.sqrt(((states - states.mean(0)) ** 2).sum(1).mean()))


def find_slow_points(
    velocity: Velocity,
    starts: np.ndarray,
    *,
    size: float | None = None,
    fixed: float = 1e-6,
    slow: float = 0.5,
    apart: float = 1e-2,
    n_iterations: int = 200,
) -> tuple[SlowPoint, ...]:
    """Fixed and slow points that are found from starts (start, unit), the slowest first.

    Args:
        velocity: of the network.
        starts: where to begin; states that the network visits.
        size: of what the network does, by which speeds and distances are told; of the starts, if
            not given.
        fixed: largest speed of a fixed point, in sizes per second.
        slow: largest speed of a slow point, in sizes per second; faster ones are dropped.
        apart: points that are nearer to each other than this, in sizes, are one.
        n_iterations: at most.

    Raises:
        ValueError: if starts are not finite or of another shape.
    """
    n = len(velocity.drive)
    if starts.ndim != 2 or starts.shape[1] != n or len(starts) == 0:
        raise ValueError(f"starts must have shape (start, {n}), got {starts.shape}.")
    if not np.isfinite(starts).all():
        raise ValueError("starts must be finite: did the network grow without bounds?")
    if size is None:
        size = size_of(starts)
    if not 0.0 < size < np.inf:
        raise ValueError(f"size must be positive and finite, got {size:g}: are all starts one?")
    states = _minimise(velocity, starts.astype(np.float64), size, n_iterations)
    speeds = np.linalg.norm(velocity(states), axis=1)
    found: list[int] = []
    for i in np.argsort(speeds, kind="stable"):
        if speeds[i] > slow * size:
            break
        gaps = np.linalg.norm(states[found] - states[i], axis=1)
        if not (gaps < apart * size).any():
            found.append(int(i))
    return describe(velocity, states[found], fixed * size)


def describe(velocity: Velocity, states: np.ndarray, fixed_speed: float) -> tuple[SlowPoint, ...]:
    """Points at states (point, unit); those no faster than ``fixed_speed``, 1/s, are fixed."""
    speeds = np.linalg.norm(velocity(states), axis=1)
    eigenvalues = np.linalg.eigvals(velocity.jacobian(states)).astype(np.complex128)
    points = []
    for state, speed, own in zip(states, speeds, eigenvalues, strict=True):
        order = np.lexsort((own.imag, -own.real))
        kind: Literal["fixed", "slow"] = "fixed" if speed <= fixed_speed else "slow"
        points.append(SlowPoint(state, kind, float(speed), own[order]))
    return tuple(points)


def _minimise(velocity: Velocity, states: np.ndarray, size: float, n_iterations: int) -> np.ndarray:
    """States (start, unit) at minima of q."""
    states = states.copy()
    unit = np.eye(states.shape[1]) / velocity.tau_s.min() ** 2
    damping = np.full(len(states), 1e-3)
    going = np.arange(len(states))
    for _ in range(n_iterations):
        here, speed = states[going], velocity(states[going])
        jacobian = velocity.jacobian(here)
        across = jacobian.transpose(0, 2, 1)
        square = across @ jacobian + damping[going, None, None] * unit
        step = -np.linalg.solve(square, across @ speed[:, :, None])[:, :, 0]
        after = velocity(here + step)
        better = (after**2).sum(1) < (speed**2).sum(1)
        states[going[better]] += step[better]
        damping[going] *= np.where(better, 0.2, 4.0)
        np.clip(damping, _LEAST_DAMPING, None, out=damping)
        settled = np.linalg.norm(step, axis=1) < 1e-12 * size
        going = going[~settled & (damping[going] < _MOST_DAMPING)]
        if len(going) == 0:
            break
    return states
