"""What a memory asks of a recurrent network, whichever kind it is."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class Network(Protocol):
    """A recurrent network that is driven by inputs and biased by contexts.

    The reservoir is one; a trainable network takes its place by having the same two members.
    """

    @property
    def n_units(self) -> int:
        """Number of units."""
        ...

    def run(
        self, inputs: np.ndarray, context: np.ndarray, state: np.ndarray | None = None
    ) -> np.ndarray:
        """States (time, unit) for inputs (time, input) and a constant or (time, context) context.

        Pure: the last state returned, passed back as ``state``, continues the run exactly.
        """
        ...
