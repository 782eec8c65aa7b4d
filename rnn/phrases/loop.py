"""Which phrase comes next, with no count from outside: rings of lengths that share no divisor.

Beside the network that holds a memory, two small ones turn, a little faster each. The three tell
together where in a sequence of millions of frames they are: a residue code, as Fiete, Burak &
Brookings (2008), "What grid cells convey about rat location", Journal of Neuroscience 28, read the
grid cells of rats. Each keeps its own time (:mod:`rnn.phrases.self_clock`), so that what drives all
of them is the context alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rnn.network import Network
from rnn.phrases.clock import ClockConfig
from rnn.phrases.memory import Context
from rnn.phrases.self_clock import SelfClock, teach_self_clock
from rnn.reservoir import ReservoirConfig, draw_reservoir

_N_RINGS = 2
_RING_UNITS = 128


class LoopState(NamedTuple):
    """Where a loop is."""

    states: tuple[np.ndarray, ...]  # (unit,) of each network


class Turned(NamedTuple):
    """What a loop did."""

    states: np.ndarray  # (time, unit) of the network that holds the memory
    frames: np.ndarray  # (time,) of the sequence, that these are the states of
    after: LoopState


@dataclass(frozen=True, slots=True)
class PhraseLoop:
    """Networks that keep their own time together, the first of which holds a memory."""

    clocks: tuple[SelfClock, ...]

    @property
    def n_frames(self) -> int:
        """After so many frames they begin anew."""
        return math.prod(clock.clock.n_frames for clock in self.clocks)

    def start(self, frame: int, context: Context = 0.0) -> LoopState:
        """Where the next frame of the sequence is ``frame``, settled at a context."""
        first, *rings = self.clocks
        return LoopState((first.start(frame, context), *(ring.start(frame) for ring in rings)))

    def run(self, state: LoopState, contexts: np.ndarray) -> Turned:
        """Go on for as many frames as there are contexts, (time, context)."""
        none = np.zeros((len(contexts), 1))  # the rings have no context
        turned = [
            clock.run(each, contexts if i == 0 else none)
            for i, (clock, each) in enumerate(zip(self.clocks, state.states, strict=True))
        ]
        frames = number_of(
            [residues for _, residues in turned], [each.clock.n_frames for each in self.clocks]
        )
        after = state if len(contexts) == 0 else LoopState(tuple(made[-1] for made, _ in turned))
        return Turned(turned[0][0], frames, after)


def teach_loop(
    network: Network, clock: ClockConfig, contexts: Iterable[Context], *, rng: np.random.Generator
) -> PhraseLoop:
    """Teach a network, and rings that are drawn beside it, to keep time by themselves.

    Args:
        contexts: at which the network is taught; it keeps time far outside them.
        rng: of the rings.

    Raises:
        ValueError: if there is no context, or the phrase is too short for rings.
    """
    clocks = [teach_self_clock(network, clock, contexts)]
    for length, ring_rng in zip(ring_lengths(clock.n_frames), rng.spawn(_N_RINGS), strict=True):
        ring = ClockConfig(n_frames=length, n_bumps=min(clock.n_bumps, length))
        drawn = draw_reservoir(
            ReservoirConfig(n_units=_RING_UNITS, n_inputs=ring.n_bumps, context_scale=0.0),
            rng=ring_rng,
        )
        clocks.append(teach_self_clock(drawn, ring, [0.0]))
    return PhraseLoop(tuple(clocks))


def ring_lengths(n_frames: int) -> list[int]:
    """The largest lengths below a phrase's that share no divisor with it or each other.

    >>> ring_lengths(128)
    [127, 125]

    Raises:
        ValueError: if the phrase is too short for them.
    """
    found: list[int] = []
    for length in range(n_frames - 1, 1, -1):
        if all(math.gcd(length, other) == 1 for other in (n_frames, *found)):
            found.append(length)
        if len(found) == _N_RINGS:
            return found
    raise ValueError(
        f"a phrase must have {_N_RINGS} shorter lengths that share no divisor with it or each "
        f"other, got {n_frames} frames. Any number from 7 on has."
    )


def number_of(residues: Sequence[np.ndarray], lengths: Sequence[int]) -> np.ndarray:
    """The numbers (time,) below the lengths' product that leave these residues, (time,) of each.

    >>> numbers = np.array([1000, 2_031_999])
    >>> number_of([numbers % 128, numbers % 127, numbers % 125], [128, 127, 125]).tolist()
    [1000, 2031999]
    """
    number, passed = np.zeros_like(residues[0]), 1
    for residue, length in zip(residues, lengths, strict=True):
        number = number + passed * ((residue - number) * pow(passed, -1, length) % length)
        passed *= length
    return number
