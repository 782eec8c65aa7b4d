"""A context that is turned does not jump: it glides, fast at first, and comes to rest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

GLIDE_S = 0.05  # seconds from a turn of the context until it is where it was turned to


class Glide(NamedTuple):
    """A context over time: ``start`` until sample ``begins``, ``target`` ``length`` samples later.

    Half of the way is done after .29 of the length (1 - sqrt(1/2)): a parabola.

    >>> Glide.rest(2.0).towards(6.0, position=100, length=60).at(np.array([90, 130, 200]))
    array([2., 5., 6.])
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
        left = 1.0 - np.clip((positions - self.begins) / self.length, 0.0, 1.0)
        # Two products, so that both ends are met exactly.
        return left**2 * self.start + (1.0 - left**2) * self.target

    def towards(self, target: float, position: int, length: int) -> Glide:
        """Turn from where the context is at a sample; to where it goes already changes nothing."""
        if target == self.target:
            return self
        return Glide(float(self.at(np.array(position))), target, position, length)
