"""The classic Runge-Kutta method of fourth order, for any system and many runs at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

VectorField = Callable[[np.ndarray], np.ndarray]


def runge_kutta_step(
    field: VectorField, state: np.ndarray, dt: float
) -> tuple[np.ndarray, np.ndarray]:
    """One step of exactly ``dt``.

    Args:
        field: the velocity of a state, of the state's shape.
        state: any shape; the runs that ``field`` treats apart may be its last axis.

    Returns:
        The next state, and the four points (4, *state) at which the field was asked: what drives
        another system that is integrated by the same steps.

    >>> after, _ = runge_kutta_step(lambda x: -x, np.array([1.0]), 0.1)
    >>> round(float(after[0] - np.exp(-0.1)), 9)
    8.2e-08
    """
    k1 = field(state)
    second = state + (0.5 * dt) * k1
    k2 = field(second)
    third = state + (0.5 * dt) * k2
    k3 = field(third)
    fourth = state + dt * k3
    k4 = field(fourth)
    after = state + (dt / 6.0) * (k1 + 2.0 * (k2 + k3) + k4)
    return after, np.stack([state, second, third, fourth])


def integrate(
    field: VectorField, state: np.ndarray, dt: float, n_steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """A trajectory of ``n_steps`` steps from ``state``.

    Returns:
        Stages (step, 4, *state), whose first ones are the states before each step; and the
        state after the last step.

    Raises:
        ValueError: if dt is not positive and finite, or n_steps is negative.
    """
    if not (dt > 0.0 and np.isfinite(dt)):
        raise ValueError(f"dt must be a positive, finite time, got {dt}.")
    if n_steps < 0:
        raise ValueError(f"n_steps must not be negative, got {n_steps}.")
    state = np.asarray(state, dtype=np.float64)
    stages = np.empty((n_steps, 4, *state.shape))
    for step in range(n_steps):
        state, stages[step] = runge_kutta_step(field, state, dt)
    return stages, state


def trajectory(
    field: VectorField, state: np.ndarray, dt: float, n_steps: int, *, block: int = 1000
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The same trajectory block by block, for runs too long to keep."""
    for start in range(0, n_steps, block):
        stages, state = integrate(field, state, dt, min(block, n_steps - start))
        yield stages, state
