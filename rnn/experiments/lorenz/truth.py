"""The true Lorenz attractor, and how much true runs of one length differ from it by chance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnn.attractors.metrics import moments, return_map, return_map_distance, sliced_distance
from rnn.systems import Lorenz, flow_map

# Of the default Lorenz system: Sprott (2003), Chaos and Time-Series Analysis.
LARGEST_EXPONENT = 0.9056

DT = 0.005  # s, of true runs
KEEP_S = 0.01  # between points that are kept, here and of a recall
KEEP_STEPS = round(KEEP_S / DT)
SAMPLE_S = 0.1  # between points of a distribution that is compared with the truth
# What all reports compare with: long enough that its own error is small beside a sample's.
TRUE_RUNS, TRUE_S, TRUE_SAMPLE_S = 128, 50.0, 0.4
N_SAMPLES, N_PAIRS = 8, 400  # for the noise floor


class Truth(NamedTuple):
    """The attractor: points (time, run, 3), and pairs (pair, 2) of successive maxima of z."""

    points: np.ndarray
    pairs: np.ndarray


class Floor(NamedTuple):
    """By what true runs of one length are off the truth at most, in 95 % of cases."""

    mean: np.ndarray  # (3,)
    std_ratio: np.ndarray  # (3,), difference from 1
    distance: float
    exponent: float  # share of the true one
    return_map: float


def find_truth(rng: np.random.Generator) -> Truth:
    """Many long runs and their mirror images: the system is its own under (x, y) to (-x, -y)."""
    track = true_track(n_runs=TRUE_RUNS, seconds=TRUE_S, rng=rng)
    points = track[:: round(TRUE_SAMPLE_S / KEEP_S)]
    mirrored = points * np.array([-1.0, -1.0, 1.0])
    return Truth(np.concatenate([points, mirrored], axis=1), return_map(track[:, :, 2]))


def true_track(*, n_runs: int, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Runs (time, run, 3) side by side, every :data:`KEEP_S`."""
    state = Lorenz().initial_states(np.zeros((1, n_runs)), rng=rng)
    kept = np.empty((-(-round(seconds / DT) // KEEP_STEPS), n_runs, 3))
    for points in kept:
        points[:] = state.T
        state = flow_map(Lorenz(), state, DT, KEEP_STEPS)
    return kept


def noise_floor(
    truth: Truth, *, n_runs: int, n_tangents: int, seconds: float, rng: np.random.Generator
) -> Floor:
    """Differences between a recall that is perfect and the truth, for want of time alone.

    Samples are ``n_runs`` runs of ``seconds`` each, drawn in many ways from a larger number of
    runs and compared in pairs: two differ by the root of two times what each is off. Distance and
    return map are the largest of several samples', against the truth that reports compare with.
    Exponents count nine tenths of the time.
    """
    together = true_track(n_runs=N_SAMPLES * n_runs, seconds=seconds, rng=rng)
    means, squares = together.mean(axis=0), (together**2).mean(axis=0)
    sampled = []
    for _ in range(N_PAIRS):
        chosen = rng.permutation(len(means))[: 2 * n_runs].reshape(2, n_runs)
        mean = means[chosen].mean(axis=1)
        sampled.append(np.stack([mean, np.sqrt(squares[chosen].mean(axis=1) - mean**2)]))
    pairs = np.abs(np.diff(np.array(sampled), axis=2)[:, :, 0])  # (pair, mean or std, 3)
    mean_chance, std_chance = np.quantile(pairs, 0.95, axis=0) / np.sqrt(2.0)
    tracks = np.split(together, N_SAMPLES, axis=1)
    thin = round(SAMPLE_S / KEEP_S)
    return Floor(
        mean=mean_chance,
        std_ratio=std_chance / moments(truth.points).std,
        distance=max(sliced_distance(track[::thin], truth.points) for track in tracks),
        exponent=1.96 * exponent_scatter(0.9 * seconds) / np.sqrt(n_tangents),
        return_map=max(
            return_map_distance(return_map(track[:, :, 2]), truth.pairs) for track in tracks
        ),
    )


def exponent_scatter(seconds: float) -> float:
    """Relative standard deviation of the exponent that one true run of so many seconds shows.

    Its growth rates are nearly uncorrelated, and its first and last tangent differ in length by
    chance. The two constants are those of 2500 runs of 10 to 160 s.
    """
    return float(np.sqrt(0.024 / seconds + 3.2 / seconds**2))
