"""The true Lorenz attractor, and how much two true runs of one length differ by chance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnn.metrics import moments, return_map, return_map_distance, sliced_distance
from rnn.systems import Lorenz, integrate, trajectory

# Of the default Lorenz system: Sprott (2003), Chaos and Time-Series Analysis.
LARGEST_EXPONENT = 0.9056

DT = 0.005  # s, of true runs
KEEP_S = 0.01  # between points that are kept, here and of a recall
SAMPLE_S = 0.1  # between points of a distribution that is compared with the truth
SETTLE_S = 10.0
# What all reports compare with: long enough that its own error is small beside a sample's.
TRUE_RUNS, TRUE_S, TRUE_SAMPLE_S = 128, 50.0, 0.4
N_SAMPLES = 8  # that are compared for the noise floor


class Truth(NamedTuple):
    """The attractor: points (time, run, 3), and pairs (pair, 2) of successive maxima of z."""

    points: np.ndarray
    pairs: np.ndarray


class Floor(NamedTuple):
    """What true runs differ by at most, in 95 % of cases, as a report's columns."""

    mean: np.ndarray  # (3,)
    std_ratio: np.ndarray  # (3,), difference from 1
    distance: float
    return_map: float


def settled(rng: np.random.Generator, n_runs: int) -> np.ndarray:
    """States (3, run) on the attractor, from starts in U(0, 10) that have run a while."""
    start = rng.uniform(0.0, 10.0, (3, n_runs))
    return integrate(Lorenz(), start, DT, round(SETTLE_S / DT))[1]


def find_truth(rng: np.random.Generator) -> Truth:
    """Many long runs and their mirror images: the system is its own under (x, y) to (-x, -y)."""
    track = true_track(n_runs=TRUE_RUNS, seconds=TRUE_S, rng=rng)
    points = track[:: round(TRUE_SAMPLE_S / KEEP_S)]
    mirrored = points * np.array([-1.0, -1.0, 1.0])
    return Truth(np.concatenate([points, mirrored], axis=1), return_map(track[:, :, 2]))


def true_track(*, n_runs: int, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Runs (time, run, 3) side by side, every :data:`KEEP_S`."""
    blocks = trajectory(Lorenz(), settled(rng, n_runs), DT, round(seconds / DT))
    kept = [stages[:: round(KEEP_S / DT), 0].transpose(0, 2, 1) for stages, _ in blocks]
    return np.concatenate(kept)


def noise_floor(truth: Truth, *, n_runs: int, seconds: float, rng: np.random.Generator) -> Floor:
    """Differences between a recall that is perfect and the truth, for want of time alone.

    Samples are ``n_runs`` runs of ``seconds`` each. Distance and return map are the largest of
    several samples', against the truth that reports compare with.
    """
    together = true_track(n_runs=N_SAMPLES * n_runs, seconds=seconds, rng=rng)
    true = moments(truth.points)
    # A pooled mean errs by what single runs' means scatter by, over the root of their number; so
    # does a pooled variance. The difference of two has twice the variance, and 95 % of a normal
    # distribution lies within 1.96 standard deviations.
    chance = 1.96 * np.sqrt(2.0 / n_runs)
    means = together.mean(axis=0).std(axis=0)
    variances = ((together - true.mean) ** 2).mean(axis=0).std(axis=0)
    tracks = np.split(together, N_SAMPLES, axis=1)
    thin = round(SAMPLE_S / KEEP_S)
    distances = [sliced_distance(track[::thin], truth.points) for track in tracks]
    maps = [return_map_distance(return_map(track[:, :, 2]), truth.pairs) for track in tracks]
    return Floor(
        chance * means,
        chance * variances / (2.0 * true.std**2),
        float(np.max(distances)),
        float(np.max(maps)),
    )
