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
        first, *rings = self.clocks
        none = np.zeros(1)
        tables = [clock.clocks() for clock in self.clocks]
        lengths = [clock.clock.n_frames for clock in self.clocks]
        states = np.empty((len(contexts), first.network.n_units))
        frames = np.empty(len(contexts), np.int64)
        now = list(state.states)
        for time, context in enumerate(contexts):
            told = [
                clock.next_frame(each) for clock, each in zip(self.clocks, now, strict=True)
            ]
            frames[time] = number_of(told, lengths)
            now[0] = states[time] = first.step(now[0], context, tables[0])
            for i, ring in enumerate(rings, 1):
                now[i] = ring.step(now[i], none, tables[i])
        return Turned(states, frames, LoopState(tuple(now)))


def teach_loop(
    network: Network, clock: ClockConfig, contexts: Iterable[Context], *, rng: np.random.Generator
) -> PhraseLoop:
    """Teach a network, and rings that are drawn beside it, to keep time by themselves."""
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
    raise ValueError(f"a phrase of {n_frames} frames has no {_N_RINGS} rings; it needs at least 5.")


def number_of(residues: Sequence[int], lengths: Sequence[int]) -> int:
    """The number below the lengths' product that leaves these residues.

    >>> number_of([1000 % 128, 1000 % 127, 1000 % 125], [128, 127, 125])
    1000
    """
    number, passed = 0, 1
    for residue, length in zip(residues, lengths, strict=True):
        number += passed * ((residue - number) * pow(passed, -1, length) % length)
        passed *= length
    return number
