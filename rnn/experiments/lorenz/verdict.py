"""Whether a recall still is the attractor: a tolerance, and what chance alone makes of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnn.experiments.lorenz.truth import LARGEST_EXPONENT, Floor

NEAR_BY = 20.0  # contexts up to which the tolerance is the stricter one

Verdict = Literal["kept", "distorted", "too short"]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a recall may be off to count as the attractor."""

    std: float  # share of the true one
    centre: float
    exponent: float  # share of the true one

    @classmethod
    def at(cls, context: np.ndarray) -> Tolerance:
        """Within :data:`NEAR_BY` of no context at all it is stricter than beyond."""
        return NEAR if np.abs(context).max() <= NEAR_BY else FAR

    @property
    def words(self) -> str:
        """What it allows.

        >>> NEAR.words
        'centre within 1, deviations within 5 %, exponent within 10 %'
        """
        return (
            f"centre within {self.centre:g}, deviations within {100 * self.std:g} %, "
            f"exponent within {100 * self.exponent:g} %"
        )


NEAR = Tolerance(std=0.05, centre=1.0, exponent=0.10)
FAR = Tolerance(std=0.15, centre=3.0, exponent=0.20)


def judge(
    tolerance: Tolerance,
    *,
    mean_error: np.ndarray,
    std_ratio: np.ndarray,
    exponent: float,
    floor: Floor,
    stretch: np.ndarray,
) -> Verdict:
    """Whether a recall is "kept", everything in it within the tolerance, or "distorted".

    It is "too short" where that cannot be told: nothing is farther off than chance or the
    tolerance allow, but a true run of this length can be off by more than the tolerance.

    Args:
        mean_error, std_ratio: (3,), against the truth.
        stretch: (3,), of the truth against the attractor that the floor is of.
    """
    errors = (
        (np.abs(mean_error), tolerance.centre, floor.mean * stretch),
        (np.abs(std_ratio - 1.0), tolerance.std, floor.std_ratio),
        (np.abs(exponent / LARGEST_EXPONENT - 1.0), tolerance.exponent, floor.exponent),
    )
    if any((error > np.maximum(allowed, chance)).any() for error, allowed, chance in errors):
        return "distorted"
    if any(np.any(chance > allowed) for _, allowed, chance in errors):
        return "too short"
    return "kept"
