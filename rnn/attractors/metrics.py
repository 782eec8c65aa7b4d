"""How alike two attractors are: moments, a distance of distributions, the map of their maxima.

Points are (time, run, coordinate) or (point, coordinate).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.spatial

N_DIRECTIONS = 32


class Moments(NamedTuple):
    """Mean and standard deviation of each coordinate."""

    mean: np.ndarray
    std: np.ndarray


def moments(points: np.ndarray) -> Moments:
    """Moments of all points.

    >>> moments(np.array([[0.0, 1.0], [2.0, 1.0]])).std.tolist()
    [1.0, 0.0]
    """
    flat = points.reshape(-1, points.shape[-1])
    return Moments(flat.mean(axis=0), flat.std(axis=0))


def sliced_distance(points: np.ndarray, reference: np.ndarray) -> float:
    """Sliced Wasserstein distance (Bonneel et al. 2015), in standard deviations of the reference.

    The mean of the distances of the projections on directions that are spread evenly over the
    sphere of the scaled coordinates. 0 for the same points; two finite samples of one attractor
    differ by a little: compare with the distance between two true runs.
    """
    mean, std = moments(reference)
    if points.shape[-1] != 3 or len(std) != 3 or not (std > 0.0).all():
        raise ValueError("points must have 3 coordinates, and those of the reference must vary.")
    flat = (points.reshape(-1, 3) - mean) / std
    reference_flat = (reference.reshape(-1, 3) - mean) / std
    # A spiral of Fibonacci over half the sphere; the other half projects the same.
    turn = np.arange(N_DIRECTIONS) + 0.5
    height = turn / N_DIRECTIONS
    angle = np.pi * (1.0 + np.sqrt(5.0)) * turn
    radius = np.sqrt(1.0 - height**2)
    directions = np.stack([radius * np.cos(angle), radius * np.sin(angle), height])
    distances = [
        _wasserstein(along, reference_along)
        for along, reference_along in zip(
            (flat @ directions).T, (reference_flat @ directions).T, strict=True
        )
    ]
    return float(np.mean(distances))


def _wasserstein(values: np.ndarray, others: np.ndarray) -> float:
    """The area between two distributions; as scipy's, by sorting less."""
    values, others = np.sort(values), np.sort(others)
    every = np.concatenate([values, others])
    every.sort(kind="stable")  # which finds what is sorted, and merges it
    shares = [some.searchsorted(every[:-1], "right") / some.size for some in (values, others)]
    return float(np.sum(np.abs(shares[0] - shares[1]) * np.diff(every)))


def return_map(heights: np.ndarray) -> np.ndarray:
    """Pairs (pair, 2) of successive maxima of heights (time, run), as Lorenz (1963) drew them.

    A maximum is that of the parabola through the highest sample and its neighbours.

    >>> return_map(np.array([0.0, 1, 0, 0, 2, 0, 0, 3, 0])[:, None]).round(2).tolist()
    [[1.0, 2.0], [2.0, 3.0]]
    """
    before, middle, after = heights[:-2], heights[1:-1], heights[2:]
    is_top = (middle > before) & (middle >= after)
    curvature = np.where(is_top, before - 2.0 * middle + after, -1.0)
    tops = middle - (before - after) ** 2 / (8.0 * curvature)
    pairs = []
    for run in range(heights.shape[1]):
        maxima = tops[is_top[:, run], run]
        pairs.append(np.stack([maxima[:-1], maxima[1:]], axis=1))
    return np.concatenate(pairs)


def return_map_distance(pairs: np.ndarray, reference: np.ndarray) -> float:
    """How far pairs (pair, 2) lie from a reference map: 95 % are at least so near to one of its.

    Infinite where there are no pairs.
    """
    if len(pairs) == 0 or len(reference) == 0:
        return float("inf")
    distances, _ = scipy.spatial.cKDTree(reference).query(pairs)
    return float(np.quantile(distances, 0.95))
