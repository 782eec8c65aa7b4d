"""A context that is turned does not jump: it glides, in a straight line, in samples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

GLIDE_S = 0.05  # seconds from a turn of the context until it is where it was turned to


class Glide(NamedTuple):
    """A context over time: ``start`` until sample ``begins``, ``target`` ``length`` samples later.

    >>> Glide.rest(2.0).towards(5.0, position=100, length=60).at(np.array([90, 120, 200]))
    array([2., 3., 5.])
    """

    start: float
    target: float
    begins: int  # sample
    length: int  # samples, at least 1

    @classmethod
    def rest(cls, context: float) -> Glide:
        """A context that has been the same for ever."""
        return cls(context, context, 0, 1)

    def at(self, positions: np.ndarray) -> np.ndarray:
        """The context at each of some samples, float64."""
        share = np.clip((positions - self.begins) / self.length, 0.0, 1.0)
        # Two products, so that both ends are met exactly.
        return (1.0 - share) * self.start + share * self.target

    def towards(self, target: float, position: int, length: int) -> Glide:
        """Turn from where the context is at a sample; to where it goes already changes nothing."""
        if target == self.target:
            return self
        return Glide(float(self.at(np.array(position))), target, position, length)
