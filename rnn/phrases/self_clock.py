"""A clock of the network's own: it reads from its state which frame comes next, and is fed that.

The readout is of one number for each frame of the phrase, the largest of which is the frame that
comes next. A softmax of them weighs the frames' clocks, and that is what the network is driven by
instead of a clock from outside. Where one frame is well ahead of the others, what is fed back is
all but that frame's clock: errors do not add up, and the cycle that the network follows is the one
that the clock from outside would lead it on, at any context. (A softmax that cleans up what is
retrieved is the update of modern Hopfield networks: Ramsauer et al. 2021, "Hopfield networks is all
you need", equation 3.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rnn.network import Network
from rnn.phrases.clock import ClockConfig, clock_signal
from rnn.phrases.memory import Context, cycle_of, warm_state
from rnn.readout import NormalEquations

# Relative to a frame: so large that states may be off by a tenth of a unit's range, or three tenths
# of the units be lost. `python -m benchmarks.capacity` shows others.
RIDGE = 0.1
# Of the softmax. With such a ridge the numbers of neighbouring frames lie less than a tenth apart;
# what is fed back is to tell them apart to rounding.
SHARPNESS = 500.0


@dataclass(frozen=True, slots=True)
class SelfClock:
    """A network that keeps its own time, in turns of ``clock.n_frames`` frames."""

    network: Network
    clock: ClockConfig
    weights: np.ndarray  # (unit, frame)

    def start(self, frame: int, context: Context = 0.0) -> np.ndarray:
        """State (unit,) from which the next frame is ``frame``, settled at a context."""
        return warm_state(self.network, self.clock, context, frame)

    def run(self, state: np.ndarray, contexts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Go on with nothing from outside but contexts, (time, context).

        Args:
            state: (unit,), from :meth:`start` or the last of the run before: a split run equals
                a whole one to the last bit.

        Returns:
            States (time, unit), and the frame of the phrase (time,) that each is of.
        """
        turn = clock_signal(self.clock, 0, self.clock.n_frames)
        states = np.empty((len(contexts), self.network.n_units))
        frames = np.empty(len(contexts), np.int64)
        for time, context in enumerate(contexts):
            said = state @ self.weights
            frames[time] = said.argmax()
            likely = np.exp(SHARPNESS * (said - said[frames[time]]))
            fed = (likely / likely.sum()) @ turn
            state = states[time] = self.network.run(fed[None], context, state)[-1]
        return states, frames


def teach_self_clock(
    network: Network, clock: ClockConfig, contexts: Iterable[Context], *, ridge: float = RIDGE
) -> SelfClock:
    """Teach a network to tell, at some contexts, which frame of a phrase comes next.

    Args:
        ridge: of the readout, relative to a frame (:mod:`rnn.readout`).

    Raises:
        ValueError: if there is no context.
    """
    coming = np.roll(np.eye(clock.n_frames), -1, axis=0)
    equations = NormalEquations.zeros(network.n_units, clock.n_frames)
    for context in contexts:
        equations = equations.add(cycle_of(network, clock, context), coming)
    return SelfClock(network, clock, equations.fit(ridge=ridge).weights)
