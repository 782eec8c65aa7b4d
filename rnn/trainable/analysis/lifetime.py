"""How long a memory should last in noise, told from the states of the delay alone.

During the delays that a network was trained on, the states after one cue lie on one side and those
after another on the other. What comes after the delay is taken to look along the line between the
two means of those states, and to tell the cues apart at the point between them that is as many
standard deviations from one as from the other. At longer delays the states drift and spread; the
share of trials that are still on their own side is the predicted accuracy. Of more than two cues,
the two that are told apart worst count.

What comes after the delay is not run: the prediction is too high where it errs by itself, and
where the network looks along another line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from rnn.tasks.task import Memory
from rnn.trainable.analysis.delay_states import noisy_states
from rnn.trainable.networks import RateNetworks

_TRAINED_DELAYS = 8  # evenly through those trained on
_GROWTH = 1.25  # of the time beyond those, from one delay to the next
_FIRST_BEYOND_S = 0.1


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Predicted accuracy by delay, and the delay at which it falls below what is asked."""

    delays_s: np.ndarray  # (delay,): trained ones first, then longer ones
    accuracy: np.ndarray  # (delay,): predicted
    separation: np.ndarray  # (delay,): d', means' distance over the standard deviation, on the line
    asked: float  # accuracy
    lifetime_s: float  # infinite: not within the delays looked at; 0: at no trained delay above


def predict_lifetime(
    networks: RateNetworks,
    index: int,
    memory: Memory,
    dt_s: float,
    *,
    rng: np.random.Generator,
    asked: float = 0.9,
    longest_s: float = 60.0,
    n_trials: int = 64,
) -> Lifetime:
    """Predict at which delay the accuracy of a network falls below ``asked``.

    Args:
        networks: a stack.
        index: which of them.
        memory: what is to be held.
        dt_s: the step of its trials.
        rng: noise.
        asked: accuracy, above chance.
        longest_s: delay at which to stop looking.
        n_trials: of each cue.

    Raises:
        ValueError: if ``asked`` is not above chance and below 1, or there are fewer than 2 trials.
    """
    if not 0.5 < asked < 1.0:
        raise ValueError(f"asked must lie between 0.5 and 1, got {asked}.")
    if n_trials < 2:
        raise ValueError(f"n_trials must be at least 2, got {n_trials}.")
    trained = np.unique(np.linspace(memory.shortest_s, memory.longest_s, _TRAINED_DELAYS))
    beyond = max(longest_s - memory.longest_s, _FIRST_BEYOND_S) / _FIRST_BEYOND_S
    n_longer = 1 + int(np.ceil(np.log(beyond) / np.log(_GROWTH)))
    longer = memory.longest_s + _FIRST_BEYOND_S * np.geomspace(1.0, beyond, n_longer)
    delays_s = np.concatenate([trained, longer])
    states = noisy_states(
        networks, index, memory, dt_s, delays_s.tolist(), n_trials=n_trials, rng=rng
    )
    known = np.stack([next(states) for _ in trained])  # (delay, cue, trial, unit)
    lines = [_line(known, pair) for pair in combinations(range(len(memory.names)), 2)]
    told = [_worst(lines, one) for one in known]
    # A network may need a while after the cue: what falls, falls after its best trained delay.
    best = max(range(len(told)), key=lambda k: told[k].accuracy)
    falls = _falls(delays_s, told, best, asked)
    while np.isinf(falls) and len(told) < len(delays_s):
        told.append(_worst(lines, next(states)))
        falls = _falls(delays_s, told, best, asked)
    return Lifetime(
        delays_s[: len(told)],
        np.array([one.accuracy for one in told]),
        np.array([one.separation for one in told]),
        asked,
        falls,
    )


class _Line(NamedTuple):
    """The line on which two cues are told apart, and the point on it between them."""

    pair: tuple[int, int]
    axis: np.ndarray  # (unit,)
    edge: float


class _Told(NamedTuple):
    """How well cues are told apart at a delay."""

    accuracy: float
    separation: float


def _line(known: np.ndarray, pair: tuple[int, int]) -> _Line:
    """The line of two cues, from states (delay, cue, trial, unit) at the trained delays."""
    axis = known[:, pair[0]].mean((0, 1)) - known[:, pair[1]].mean((0, 1))
    places = [one[list(pair)] @ axis for one in known]  # each (cue, trial)
    mean = np.mean(places, axis=(0, 2))
    spread = np.std(places, axis=(0, 2))
    share = spread[1] / spread.sum() if spread.sum() > 0.0 else 0.5
    return _Line(pair, axis, float(mean[1] + share * (mean[0] - mean[1])))


def _worst(lines: Sequence[_Line], states: np.ndarray) -> _Told:
    """Of states (cue, trial, unit), those two cues that are told apart worst."""
    told = []
    for pair, axis, edge in lines:
        two = states[list(pair)]
        # What has grown without bounds tells nothing: all are on one side.
        places = two @ axis if np.isfinite(two).all() else np.full(two.shape[:2], edge)
        told.append(_Told(_right(places, edge), _separation(places)))
    return min(told)


def _falls(delays_s: np.ndarray, told: Sequence[_Told], best: int, asked: float) -> float:
    """The delay from which on accuracy is below ``asked``, between delays by interpolation."""
    accuracy = [one.accuracy for one in told]
    below = [k for k in range(best, len(accuracy)) if accuracy[k] < asked]
    if not below:
        return np.inf
    k = below[0]
    if k == best:
        return 0.0
    part = (accuracy[k - 1] - asked) / (accuracy[k - 1] - accuracy[k])
    return float(delays_s[k - 1] + part * (delays_s[k] - delays_s[k - 1]))


def _right(places: np.ndarray, edge: float) -> float:
    """Share of places (cue, trial) on their own side of the edge."""
    return float(((places[0] > edge).mean() + (places[1] <= edge).mean()) / 2.0)


def _separation(places: np.ndarray) -> float:
    """The d' of places (cue, trial)."""
    apart = float(places[0].mean() - places[1].mean())
    spread = float(np.sqrt(places.var(1).mean()))
    if spread > 0.0:
        return apart / spread
    return float(np.copysign(np.inf, apart)) if apart else 0.0
