"""One network of a stack in continuous time, under an input that does not change, without noise.

    current form:  τ dx/dt = −x + W [x]₊ + h        rate form:  τ dr/dt = −r + tanh(W r + h)

where h is all that does not change: the input, the context and the bias, weighted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnn.trainable.networks import RateNetworks


@dataclass(frozen=True, slots=True, kw_only=True)
class Velocity:
    """How fast each state moves, and where to; in double precision."""

    form: Literal["current", "rate"]
    recurrent: np.ndarray  # (unit, unit): W
    drive: np.ndarray  # (unit,): h
    tau_s: np.ndarray  # (unit,)

    def __call__(self, states: np.ndarray) -> np.ndarray:
        """dx/dt (state, unit), in 1/s, at states (state, unit)."""
        if self.form == "current":
            aim = np.maximum(states, 0.0) @ self.recurrent.T + self.drive
        else:
            aim = np.tanh(states @ self.recurrent.T + self.drive)
        return (aim - states) / self.tau_s

    def jacobian(self, states: np.ndarray) -> np.ndarray:
        """Derivative (state, unit, by unit) of the velocity, in 1/s, at states (state, unit).

        A rate that is just 0 counts as standing still, as it does in training.
        """
        if self.form == "current":
            slope = self.recurrent * (states > 0.0)[:, None, :]
        else:
            level = np.tanh(states @ self.recurrent.T + self.drive)
            slope = (1.0 - level**2)[:, :, None] * self.recurrent
        diagonal = np.arange(len(self.drive))
        slope[:, diagonal, diagonal] -= 1.0
        return slope / self.tau_s[:, None]

    def trajectory(
        self, states: np.ndarray, n_steps: int, dt_s: float, *, every: int = 1
    ) -> np.ndarray:
        """States (time, state, unit) at 0, every, 2 every, … up to ``n_steps`` of Euler's steps.

        These are the steps that networks run in. What grows beyond all bounds becomes infinite or
        NaN, without a warning.
        """
        path = np.empty((n_steps // every + 1, *states.shape))
        path[0] = state = states
        with np.errstate(over="ignore", invalid="ignore"):
            for time in range(1, n_steps + 1):
                state = state + dt_s * self(state)
                if time % every == 0:
                    path[time // every] = state
        return path


def velocity_of(networks: RateNetworks, index: int, given: np.ndarray) -> Velocity:
    """The velocity of one network of a stack, given constant inputs and contexts (column,).

    Raises:
        IndexError: if there is no such network.
        ValueError: if ``given`` is not one number for each input and context.
    """
    config = networks.config
    n, n_given = config.n_units, config.n_inputs + config.n_contexts
    if not 0 <= index < len(networks):
        raise IndexError(f"there are {len(networks)} networks, counted from 0; got {index}.")
    if given.shape != (n_given,):
        raise ValueError(
            f"given must have shape ({n_given},), inputs before contexts, got {given.shape}."
        )
    one = networks.select([index])
    matrix = one.matrix[0].cpu().numpy().astype(np.float64)
    return Velocity(
        form=config.form,
        recurrent=matrix[:n, :n],
        drive=matrix[:n, n:-1] @ given + matrix[:n, -1],
        tau_s=one.wiring.tau_s[0].cpu().numpy().astype(np.float64),
    )
