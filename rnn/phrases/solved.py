"""Readouts that are not kept: what was taught is, and states say how much of each frame of it.

The readouts of :func:`rnn.phrases.memory.teach_phrases` are linear in what they are taught: the
weights of each phrase are one matrix, the same for all, times the phrase's frames. So they can be
left out of a memory, which they make larger than what it holds, and solved when it is loaded; or
never, for a state times that one matrix says how much of each taught frame it recalls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn.network import Network
from rnn.phrases.clock import ClockConfig
from rnn.phrases.memory import Context, cycle_of
from rnn.readout import solved


@dataclass(frozen=True, slots=True)
class SolvedReadouts:
    """What stands for the readouts of all phrases of a clock, taught at some contexts."""

    matrix: np.ndarray  # (unit, context * frame)
    n_contexts: int

    def shares(self, states: np.ndarray) -> np.ndarray:
        """How much states (time, unit) recall of each frame taught, (context, time, frame)."""
        n_frames = self.matrix.shape[1] // self.n_contexts
        shares = (states @ self.matrix).reshape(len(states), self.n_contexts, n_frames)
        return shares.transpose(1, 0, 2)


def solve_readouts(
    network: Network, clock: ClockConfig, contexts: Sequence[Context], *, ridge: float
) -> SolvedReadouts:
    """The readouts of phrases that are taught at some contexts.

    Args:
        ridge: of the readouts, relative to a frame (:mod:`rnn.readout`).

    Raises:
        ValueError: if there are fewer than two contexts, or ridge is negative or not finite.
    """
    if len(contexts) < 2:
        raise ValueError(f"at least two contexts must be taught, got {list(contexts)}.")
    states = np.concatenate([cycle_of(network, clock, context) for context in contexts])
    # Not by the normal equations: the context moves the states by a hundred thousandth, and they
    # square that.
    return SolvedReadouts(solved(states, ridge=ridge), len(contexts))
