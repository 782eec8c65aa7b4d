"""A memory of long sequences in one network: many phrases, one run.

A sequence is cut into phrases of equal length. All phrases share the states of a clocked
network, and each has its own linear readout of them. So teaching needs one run for each context
that is taught, one factorisation and one matrix product, however long the sequence is.

The network is warmed up by a turn of the clock, until it follows a cycle, so the state does
not jump where one phrase ends and the next begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np

from rnn.network import Network
from rnn.phrases.clock import ClockConfig, clock_signal
from rnn.readout import NormalEquations
from rnn.rows import Rows, RowSource

# One number for a network with one context, or one for each of several.
Context: TypeAlias = float | Sequence[float] | np.ndarray
Taught = TypeVar("Taught", float, tuple[float, ...])

# A reservoir of the default config has forgotten where it started, to rounding, in half a turn.
WARM_UP_TURNS = 1

_AT_A_TIME = 16  # phrases
_MOST_BYTES = 16 << 20  # of readouts in memory; those of longer sequences lie on the disk


class PhraseReadouts(NamedTuple):
    """A linear readout of the same states for each phrase."""

    weights: np.ndarray | Rows  # (phrase, unit, feature); on the disk if they are many
    offset: np.ndarray  # (phrase, feature)


@dataclass(frozen=True, slots=True)
class PhraseMemory:
    """One clocked network with a readout for each phrase, for ``n_frames`` frames."""

    network: Network
    clock: ClockConfig
    readouts: PhraseReadouts
    n_frames: int

    @property
    def n_phrases(self) -> int:
        """Number of phrases."""
        return len(self.readouts.weights)

    @property
    def n_features(self) -> int:
        """Number of features of a frame."""
        return self.readouts.weights.shape[2]

    def warm_state(self, context: Context, frame: int = 0) -> np.ndarray:
        """State (unit,) just before a frame, of a network that has settled at a context."""
        return warm_state(self.network, self.clock, context, frame)

    def states(self, context: Context) -> np.ndarray:
        """States (phrase frame, unit) of one turn of the clock at a constant context."""
        return cycle_of(self.network, self.clock, context)

    def features(self, states: np.ndarray, start: int) -> np.ndarray:
        """Features (time, feature) that the states of frames ``start``, ... stand for.

        Each frame is read by the readout of the phrase it belongs to. Frames past the end of
        the sequence are read by the last phrase's.
        """
        length = self.clock.n_frames
        features = np.empty((len(states), self.n_features))
        position = 0
        while position < len(states):
            frame = start + position
            phrase = min(frame // length, self.n_phrases - 1)
            n = min(len(states) - position, length - frame % length)
            weights, offset = (part[phrase].astype(np.float64) for part in self.readouts)
            features[position : position + n] = states[position : position + n] @ weights + offset
            position += n
        return features


def teach_phrases(
    network: Network,
    clock: ClockConfig,
    examples: Mapping[Taught, RowSource],
    *,
    ridge: float,
) -> PhraseMemory:
    """Teach a network one sequence at several contexts.

    Args:
        examples: for each context, the sequence (time, feature) as it is at that context; all
            of one shape, read a few phrases at a time. Of a network with several contexts, a tuple
            of one number for each.
        ridge: of the readouts, relative to a frame (:mod:`rnn.readout`).

    Returns:
        A memory. Its readouts are rounded to float32, so that it is the same before and after
        it was saved.

    Raises:
        ValueError: if there are fewer than two contexts, or shapes differ.
    """
    n_frames, n_features = check_examples(examples)
    length = clock.n_frames
    cycles = {context: cycle_of(network, clock, context) for context in examples}
    equations = NormalEquations.zeros(network.n_units, 0)
    for states in cycles.values():
        equations = equations.add(states, np.zeros((length, 0)))
    solve = equations.solver(ridge=ridge)
    weights = Rows((network.n_units, n_features), np.float32, most_bytes=_MOST_BYTES)
    n_phrases = -(-n_frames // length)
    for first in range(0, n_phrases, _AT_A_TIME):
        n = min(_AT_A_TIME, n_phrases - first)
        cross = np.zeros((network.n_units, n * n_features))
        for context, features in examples.items():
            part = features[first * length : (first + n) * length]
            cross = cross + cycles[context].T @ targets_by_phrase(clock, part)
        weights.append(solve(cross).reshape(-1, n, n_features).transpose(1, 0, 2))
    offsets = np.zeros((n_phrases, n_features), np.float32)
    return PhraseMemory(network, clock, PhraseReadouts(weights.held(), offsets), n_frames)


def check_examples(examples: Mapping[Taught, RowSource]) -> tuple[int, int]:
    """The shape (time, feature) that all examples have.

    Raises:
        ValueError: if there are fewer than two contexts, or shapes differ.
    """
    if len(examples) < 2:
        raise ValueError(f"at least two contexts must be taught, got {sorted(examples)}.")
    shapes = {features.shape for features in examples.values()}
    if len(shapes) > 1:
        raise ValueError(f"all examples must have one shape, got {sorted(shapes)}.")
    n_frames, n_features = shapes.pop()
    if n_frames == 0:
        raise ValueError("the sequence to teach has no frames.")
    return n_frames, n_features


def targets_by_phrase(clock: ClockConfig, features: np.ndarray) -> np.ndarray:
    """A sequence (time, feature) as (phrase frame, phrase * feature).

    The last phrase is filled up with its last frame: no jump is taught.
    """
    n_frames, n_features = features.shape
    n_phrases = -(-n_frames // clock.n_frames)
    padded = np.pad(features, ((0, n_phrases * clock.n_frames - n_frames), (0, 0)), "edge")
    by_phrase = padded.reshape(n_phrases, clock.n_frames, n_features)
    return by_phrase.transpose(1, 0, 2).reshape(clock.n_frames, -1)


def recall(memory: PhraseMemory, context: Context) -> np.ndarray:
    """The whole sequence (time, feature) as the network recalls it at a constant context."""
    cycle = memory.states(context)
    turns = -(-memory.n_frames // memory.clock.n_frames)
    return np.concatenate(
        [memory.features(cycle, turn * memory.clock.n_frames) for turn in range(turns)]
    )[: memory.n_frames]


def recall_frames(
    memory: PhraseMemory, contexts: np.ndarray, start: int, state: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Recall frames ``start``, ... with a context that may change every frame.

    Args:
        contexts: (time,), one a frame; of a network with several, (time, context).
        state: (unit,), from :meth:`PhraseMemory.warm_state` or from the call before.

    Returns:
        Features (time, feature), and the state to go on from.
    """
    clock = clock_signal(memory.clock, start, len(contexts))
    states = memory.network.run(clock, contexts if contexts.ndim == 2 else contexts[:, None], state)
    return memory.features(states, start), states[-1] if len(states) else state


def warm_state(
    network: Network, clock: ClockConfig, context: Context, frame: int = 0
) -> np.ndarray:
    """State (unit,) just before a frame, of a network that has settled at a context."""
    turns = clock_signal(clock, frame, WARM_UP_TURNS * clock.n_frames)
    return network.run(turns, np.atleast_1d(np.asarray(context, np.float64)))[-1]


def cycle_of(network: Network, clock: ClockConfig, context: Context) -> np.ndarray:
    """States (phrase frame, unit) of one turn of the clock at a constant context."""
    turn = clock_signal(clock, 0, clock.n_frames)
    constant = np.atleast_1d(np.asarray(context, np.float64))
    return network.run(turn, constant, warm_state(network, clock, context))
