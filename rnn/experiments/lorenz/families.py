"""Attractors that contexts move or deform: the Lorenz attractor under affine maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn.systems import Lorenz, System


@dataclass(frozen=True, slots=True, kw_only=True)
class Family(System):
    """The Lorenz system, of which contexts change what is seen: where it stands and how large.

    At contexts c, a point x stands at ``(I + sum_k c_k T_k) x + sum_k c_k a_k``.

    ``shifts`` (context, 3) are the a, ``matrices`` (context, 3, 3) the T.
    """

    name: str
    shifts: np.ndarray
    matrices: np.ndarray
    n_variables: ClassVar[int] = 3

    @classmethod
    def translation(cls, name: str, *shifts: tuple[float, float, float]) -> Family:
        """Each context moves the attractor along a vector."""
        return cls(name=name, shifts=np.array(shifts), matrices=np.zeros((len(shifts), 3, 3)))

    @classmethod
    def transformation(cls, name: str, entries: dict[tuple[int, int], float]) -> Family:
        """One context deforms the attractor; T has these entries at (row, column), from 0."""
        matrix = np.zeros((1, 3, 3))
        for (row, column), value in entries.items():
            matrix[0, row, column] = value
        return cls(name=name, shifts=np.zeros((1, 3)), matrices=matrix)

    @property
    def n_contexts(self) -> int:
        """Number of contexts."""
        return len(self.shifts)

    @property
    def deforms(self) -> bool:
        """Whether it does more than move the attractor."""
        return bool(self.matrices.any())

    def velocity(self, states: np.ndarray, contexts: np.ndarray) -> np.ndarray:
        """That of the Lorenz system, whatever the contexts."""
        return Lorenz().velocity(states, contexts)

    def jacobian(self, states: np.ndarray, contexts: np.ndarray) -> np.ndarray:
        """That of the Lorenz system, whatever the contexts."""
        return Lorenz().jacobian(states, contexts)

    def initial_states(self, contexts: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
        """States (3, run) on the attractor."""
        return Lorenz().initial_states(contexts, rng=rng)

    def observe(self, states: np.ndarray, contexts: np.ndarray) -> np.ndarray:
        """Points (..., 3, run) of the Lorenz attractor as they stand at contexts (context, run)."""
        maps = np.eye(3)[:, :, None] + np.einsum("kij,kr->ijr", self.matrices, contexts)
        return np.einsum("ijr,...jr->...ir", maps, states) + self.shifts.T @ contexts

    def response(
        self, point: np.ndarray, velocity: np.ndarray, context: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Where a moving point (3,) recalled at contexts (context,) goes with the first context.

        Returns:
            The derivative of the point by the context, and the rate at which that changes.
        """
        matrix = np.eye(3) + np.einsum("kij,k->ij", self.matrices, context)
        inner = np.stack([point - context @ self.shifts, velocity], axis=1)
        moved = self.matrices[0] @ np.linalg.solve(matrix, inner)
        return self.shifts[0] + moved[:, 0], moved[:, 1]

    def undo(self, points: np.ndarray, context: np.ndarray) -> np.ndarray:
        """Points (..., 3) recalled at one context (context,), back on the Lorenz attractor."""
        matrix = np.eye(3) + np.einsum("kij,k->ij", self.matrices, context)
        return np.linalg.solve(matrix, (points - context @ self.shifts)[..., None])[..., 0]


# What each unit of context does, and the attractors that are measured for it.
TRANSLATE = Family.translation("translate", (1.0, 0.0, 0.0))
TRANSFORM = Family.transformation("transform", {(0, 0): -0.012})
FLIGHT = Family.translation("flight", (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
# Further computations, each taught in the same way (Kim et al. 2021, supplement).
MULTI = (
    Family.translation("translate-y", (0.0, 1.0, 0.0)),
    Family.translation("translate-z", (0.0, 0.0, 1.0)),
    Family.transformation("stretch", {(2, 2): 0.012}),
    Family.transformation("shear", {(1, 0): 0.012}),
    Family.transformation("squeeze", {(0, 0): 0.012, (1, 1): -0.012}),
)
FAMILIES = {family.name: family for family in (TRANSLATE, TRANSFORM, *MULTI, FLIGHT)}
