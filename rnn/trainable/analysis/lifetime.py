"""How long a memory should last in noise, told from the states of the delay alone.

During the delays that a network was trained on, the states after one first pulse lie on one side
and those after the other on the other. What comes after the delay is taken to look along the
line between the two means of those states, and to tell the pulses apart at the point between them
that is as many standard deviations from one as from the other. At longer delays the states
drift and spread; the share of trials that are still on their own side is the predicted accuracy.

The second pulse and the decision are not run: the prediction is too high where they err by
themselves, and where the network looks along another line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn.tasks.delay_match import DelayMatch
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
    task: DelayMatch,
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
        task: what it was trained on.
        dt_s: the step of its trials.
        rng: noise.
        asked: accuracy, above chance.
        longest_s: delay at which to stop looking.
        n_trials: of each first pulse.

    Raises:
        ValueError: if ``asked`` is not above chance and below 1, or there are fewer than 2 trials.
    """
    if not 0.5 < asked < 1.0:
        raise ValueError(f"asked must lie between 0.5 and 1, got {asked}.")
    if n_trials < 2:
        raise ValueError(f"n_trials must be at least 2, got {n_trials}.")
    trained = np.unique(np.linspace(task.shortest_s, task.longest_s, _TRAINED_DELAYS))
    beyond = max(longest_s - task.longest_s, _FIRST_BEYOND_S) / _FIRST_BEYOND_S
    n_longer = 1 + int(np.ceil(np.log(beyond) / np.log(_GROWTH)))
    longer = task.longest_s + _FIRST_BEYOND_S * np.geomspace(1.0, beyond, n_longer)
    delays_s = np.concatenate([trained, longer])
    states = noisy_states(
        networks, index, task, dt_s, delays_s.tolist(), n_trials=n_trials, rng=rng
    )
    known = np.stack([next(states) for _ in trained])  # (delay, pulse, trial, unit)
    axis = known[:, 0].mean((0, 1)) - known[:, 1].mean((0, 1))
    places = [one @ axis for one in known]  # each (pulse, trial)
    mean = np.mean(places, axis=(0, 2))
    spread = np.std(places, axis=(0, 2))
    share = spread[1] / spread.sum() if spread.sum() > 0.0 else 0.5
    edge = mean[1] + share * (mean[0] - mean[1])
    accuracy = [_right(one, edge) for one in places]
    # A network may need a while after the pulse: what falls, falls after its best trained delay.
    best = int(np.argmax(accuracy))
    falls = _falls(delays_s, accuracy, best, asked)
    while np.isinf(falls) and len(places) < len(delays_s):
        later = next(states)
        # What has grown without bounds tells nothing: all are on one side.
        places.append(later @ axis if np.isfinite(later).all() else np.full(later.shape[:2], edge))
        accuracy.append(_right(places[-1], edge))
        falls = _falls(delays_s, accuracy, best, asked)
    return Lifetime(
        delays_s[: len(places)],
        np.array(accuracy),
        np.array([_separation(one) for one in places]),
        asked,
        falls,
    )


def _falls(delays_s: np.ndarray, accuracy: Sequence[float], best: int, asked: float) -> float:
    """The delay from which on accuracy is below ``asked``, between delays by interpolation."""
    below = [k for k in range(best, len(accuracy)) if accuracy[k] < asked]
    if not below:
        return np.inf
    k = below[0]
    if k == best:
        return 0.0
    part = (accuracy[k - 1] - asked) / (accuracy[k - 1] - accuracy[k])
    return float(delays_s[k - 1] + part * (delays_s[k] - delays_s[k - 1]))


def _right(places: np.ndarray, edge: float) -> float:
    """Share of places (pulse, trial) on their own side of the edge."""
    return float(((places[0] > edge).mean() + (places[1] <= edge).mean()) / 2.0)


def _separation(places: np.ndarray) -> float:
    """The d' of places (pulse, trial)."""
    apart = float(places[0].mean() - places[1].mean())
    spread = float(np.sqrt(places.var(1).mean()))
    if spread > 0.0:
        return apart / spread
    return float(np.copysign(np.inf, apart)) if apart else 0.0
