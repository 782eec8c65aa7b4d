"""What can be taught: a dynamical system whose contexts move a parameter, or what is seen of it."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from rnn.systems.runge_kutta import VectorField


class System(Protocol):
    """A system of ordinary differential equations, many runs side by side.

    States are (variable, run) and contexts (context, run). A class that names this one as its
    base has to say how many variables it has, how they move and where they start; of the rest it
    overrides what differs.

    >>> class Pendulum(System):
    ...     n_variables = 2
    ...
    ...     def velocity(self, states, contexts):  # the context is the strength of gravity
    ...         angle, speed = states
    ...         return np.stack([speed, -contexts[0] * np.sin(angle)])
    ...
    ...     def initial_states(self, contexts, *, rng):
    ...         return rng.uniform(-1.0, 1.0, (2, contexts.shape[1]))
    >>> Pendulum().velocity(np.array([[0.0], [2.0]]), np.array([[9.81]])).tolist()
    [[2.0], [-0.0]]
    """

    @property
    def n_variables(self) -> int:
        """Number of variables of a state."""
        ...

    @property
    def n_contexts(self) -> int:
        """Number of contexts."""
        return 1

    def velocity(self, states: np.ndarray, contexts: np.ndarray) -> np.ndarray:
        """The vector field (variable, run) at states; contexts may move its parameters."""
        ...

    def initial_states(self, contexts: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
        """States (variable, run) to start from, one for each run of the contexts."""
        ...

    def jacobian(
        self,
        states: np.ndarray,
        contexts: np.ndarray,
    ) -> np.ndarray | None:
        """The derivatives (variable, variable, run) of the velocity by the state, where known."""
        return None

    def observe(
        self,
        states: np.ndarray,
        contexts: np.ndarray,
    ) -> np.ndarray:
        """What a network is shown (..., output, run) of states (..., variable, run)."""
        return states


def field_at(system: System, contexts: np.ndarray) -> VectorField:
    """The vector field of runs at constant contexts (context, run)."""

    def field(states: np.ndarray) -> np.ndarray:
        return system.velocity(states, contexts)

    return field


def tangent_field_at(system: System, contexts: np.ndarray) -> VectorField:
    """The vector field of states and of one tangent of each, (2 * variable, run).

    Raises:
        ValueError: if the system does not know its Jacobian.
    """

    def field(both: np.ndarray) -> np.ndarray:
        states, tangents = both[: system.n_variables], both[system.n_variables :]
        jacobian = system.jacobian(states, contexts)
        if jacobian is None:
            raise ValueError(f"the Jacobian of {type(system).__name__} is not known.")
        turned = np.einsum("ijr,jr->ir", jacobian, tangents)
        return np.concatenate([system.velocity(states, contexts), turned])

    return field
