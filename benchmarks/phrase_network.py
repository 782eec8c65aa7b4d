"""A clocked network that was taught a phrase, left to itself, under noise, and with units lost."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnn import (
    ClockConfig,
    Reservoir,
    ReservoirConfig,
    SelfClock,
    draw_reservoir,
    solve_readouts,
    teach_self_clock,
)
from rnn.phrases.self_clock import RIDGE

TAUGHT = (-1.0, 0.0, 1.0)
FAR = 12.0  # the context, outside those taught, at which a displacement is judged
N_FEATURES = 40

Row = dict[str, float | str]  # of a table


class Setting(NamedTuple):
    """How a network hears the context, and how it is read."""

    context_scale: float
    ridge: float


EXACT = Setting(1e-5, 1e-18)


class Sequence(NamedTuple):
    """A random walk, and how it moves with the context, feature by feature."""

    walk: np.ndarray  # (frame, feature)
    slope: np.ndarray  # (frame, feature), per unit of context

    def at(self, context: float) -> np.ndarray:
        """The sequence (frame, feature) as it is at a context."""
        return self.walk + context * self.slope

    def taught(self) -> np.ndarray:
        """As it is at each of the contexts taught, (context * frame, feature)."""
        return np.concatenate([self.at(context) for context in TAUGHT])


class Errors(NamedTuple):
    """How far off a recall is: root mean squares, each relative to what it is of."""

    sequence: float  # at context 0, of the walk's standard deviation
    displacement: float  # from there to FAR, of the true one


class Turns(NamedTuple):
    """What a network does in a turn of the phrase."""

    here: np.ndarray  # states (frame, unit) at context 0
    there: np.ndarray  # the same at FAR
    lost: float = 0.0  # share of the frames, of either, that are not the ones they should be


def draw_sequence(n_frames: int, *, rng: np.random.Generator) -> Sequence:
    """A walk in steps of standard deviation 1, and slopes that swing slowly by a fifth about 1."""
    phase = np.arange(n_frames)[:, None] / 31.0 + np.arange(N_FEATURES)
    walk = np.cumsum(rng.standard_normal((n_frames, N_FEATURES)), axis=0)
    return Sequence(walk, 1.0 + 0.2 * np.sin(phase))


def draw_network(
    clock: ClockConfig, *, n_units: int = 400, context_scale: float = 1e-5, seed: int
) -> Reservoir:
    """The network of a seed for a clock."""
    config = ReservoirConfig(n_units=n_units, n_inputs=clock.n_bumps, context_scale=context_scale)
    return draw_reservoir(config, rng=np.random.default_rng(seed))


def readout_of(
    network: Reservoir, clock: ClockConfig, sequence: Sequence, *, ridge: float
) -> np.ndarray:
    """Weights (unit, feature) that are taught one phrase."""
    return solve_readouts(network, clock, TAUGHT, ridge=ridge).matrix @ sequence.taught()


def own_clock(network: Reservoir, clock: ClockConfig, *, ridge: float = RIDGE) -> SelfClock:
    """The network's own clock."""
    return teach_self_clock(network, clock, TAUGHT, ridge=ridge)


def left_alone(own: SelfClock) -> Turns:
    """The second turn of a network that is left to itself; what is lost, of both turns."""
    n_frames = own.clock.n_frames
    here, there = (own.run(own.start(0, at), np.full((2 * n_frames, 1), at)) for at in (0.0, FAR))
    lost = (_slips(here[1], n_frames) + _slips(there[1], n_frames)) / 2.0
    return Turns(here[0][n_frames:], there[0][n_frames:], lost)


def errors_of(turns: Turns, weights: np.ndarray, sequence: Sequence) -> Errors:
    """How far off is what a readout (unit, feature) recalls."""
    recalled, moved = turns.here @ weights, turns.there @ weights
    return Errors(
        _rms(recalled - sequence.walk) / float(sequence.walk.std()),
        _rms(moved - recalled - FAR * sequence.slope) / _rms(FAR * sequence.slope),
    )


def share_lost(own: SelfClock, n_frames: int) -> float:
    """The share of frames that do not follow the one before, at context 0."""
    _, told = own.run(own.start(0), np.zeros((n_frames, 1)))
    return _slips(told, own.clock.n_frames)


def share_lost_in_noise(
    own: SelfClock, n_frames: int, noise: float, *, rng: np.random.Generator
) -> float:
    """The same with noise of a standard deviation added to every state before every frame."""
    state, told = own.start(0), np.empty(n_frames, np.int64)
    for time in range(n_frames):
        noisy = state + rng.normal(0.0, noise, state.shape)
        states, told[time : time + 1] = own.run(noisy, np.zeros((1, 1)))
        state = states[0]
    return _slips(told, own.clock.n_frames)


def silenced(network: Reservoir, kept: np.ndarray) -> Reservoir:
    """A network of which only some units are left, by their numbers; the others are at 0."""
    return Reservoir(
        network.recurrent[kept][:, kept],
        network.inputs[kept],
        network.context[kept],
        network.bias[kept],
        network.leak,
    )


def _slips(told: np.ndarray, n_frames: int) -> float:
    return float(np.mean(np.diff(told, prepend=-1) % n_frames != 1))


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))
