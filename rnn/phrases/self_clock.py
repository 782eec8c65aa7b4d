"""A clock of the network's own: it reads from its state which frame comes next, and is fed that.

The readout is of one number for each frame of the phrase, the largest of which is the frame that
comes next. A softmax of them weighs the frames' clocks, and that is what the network is driven by
instead of a clock from outside. Where one frame is well ahead of the others, what is fed back is
that frame's clock to rounding: errors do not add up, and the cycle that the network follows is
the one that the clock from outside would lead it on, at any context. (A softmax that cleans up
what is retrieved is the update of modern Hopfield networks: Ramsauer et al. 2021, "Hopfield
networks is all you need", equation 3.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rnn.network import Network
from rnn.phrases.clock import ClockConfig, clock_signal
from rnn.phrases.memory import Context, cycle_of, warm_state
from rnn.readout import NormalEquations

# Relative to a frame: large enough for states to be off by a few hundredths of a unit's range.
RIDGE = 1e-3
# Of what is read out, by which the softmax tells frames apart: the second is behind by a fifth.
SHARPNESS = 50.0


@dataclass(frozen=True, slots=True)
class SelfClock:
    """A network that keeps its own time, in turns of ``clock.n_frames`` frames."""

    network: Network
    clock: ClockConfig
    weights: np.ndarray  # (unit, frame)

    def start(self, frame: int, context: Context = 0.0) -> np.ndarray:
        """State (unit,) from which the next frame is ``frame``, settled at a context."""
        return warm_state(self.network, self.clock, context, frame)

    def next_frame(self, state: np.ndarray) -> int:
        """The frame of the phrase that a state (unit,) says comes next."""
        return int(np.argmax(state @ self.weights))

    def step(self, state: np.ndarray, context: np.ndarray, clocks: np.ndarray) -> np.ndarray:
        """The state (unit,) after one more frame, with nothing from outside but a context.

        Args:
            state: (unit,).
            context: (context,).
            clocks: (frame, bump), of :meth:`clocks`.
        """
        said = state @ self.weights
        likely = np.exp(SHARPNESS * (said - said.max()))
        fed = (likely / likely.sum()) @ clocks
        return self.network.run(fed[None], context, state)[-1]

    def clocks(self) -> np.ndarray:
        """What each frame is told by, (frame, bump)."""
        return clock_signal(self.clock, 0, self.clock.n_frames)


def teach_self_clock(
    network: Network, clock: ClockConfig, contexts: Iterable[Context], *, ridge: float = RIDGE
) -> SelfClock:
    """Teach a network to tell, at some contexts, which frame of a phrase comes next."""
    coming = np.roll(np.eye(clock.n_frames), -1, axis=0)
    equations = NormalEquations.zeros(network.n_units, clock.n_frames)
    for context in contexts:
        equations = equations.add(cycle_of(network, clock, context), coming)
    return SelfClock(network, clock, equations.fit(ridge=ridge).weights)
