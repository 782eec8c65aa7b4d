"""The classic Runge-Kutta method of fourth order, for any system and many runs at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

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
    _check_steps(dt, n_steps)
    state = np.asarray(state, dtype=np.float64)
    stages = np.empty((n_steps, 4, *state.shape))
    for step in range(n_steps):
        state, stages[step] = runge_kutta_step(field, state, dt)
    return stages, state


def flow_map(field: VectorField, state: np.ndarray, dt: float, n_steps: int) -> np.ndarray:
    """The last state of :func:`integrate`, to the last bit, without what lies between.

    Raises:
        ValueError: if dt is not positive and finite, or n_steps is negative.
    """
    _check_steps(dt, n_steps)
    state = np.asarray(state, dtype=np.float64)
    for _ in range(n_steps):
        k1 = field(state)
        k2 = field(state + (0.5 * dt) * k1)
        k3 = field(state + (0.5 * dt) * k2)
        k4 = field(state + dt * k3)
        state = state + (dt / 6.0) * (k1 + 2.0 * (k2 + k3) + k4)
    return state


def _check_steps(dt: float, n_steps: int) -> None:
    if not (dt > 0.0 and np.isfinite(dt)):
        raise ValueError(f"dt must be a positive, finite time, got {dt}.")
    if n_steps < 0:
        raise ValueError(f"n_steps must not be negative, got {n_steps}.")


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a trajectory: ``stages, last = block``, as :func:`integrate` returns them.

    It carries the step that it was integrated by: what it drives has to take the same.
    """

    stages: np.ndarray  # (step, 4, *state)
    last: np.ndarray  # the state after the last step
    dt: float  # s

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter((self.stages, self.last))

    def seen(self, observe: Callable[[np.ndarray], np.ndarray]) -> Block:
        """The same part as a function of states shows it."""
        return Block(observe(self.stages), observe(self.last), self.dt)


def trajectory(
    field: VectorField, state: np.ndarray, dt: float, n_steps: int, *, block: int = 1000
) -> Iterator[Block]:
    """The same trajectory block by block, for runs too long to keep."""
    for start in range(0, n_steps, block):
        stages, state = integrate(field, state, dt, min(block, n_steps - start))
        yield Block(stages, state, dt)
