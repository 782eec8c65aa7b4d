"""Measures of attractors are 0 for the same and as large as they should be for known changes."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from rnn.attractors.metrics import (
    _wasserstein,
    moments,
    return_map,
    return_map_distance,
    sliced_distance,
)

POINTS = np.random.default_rng(8).standard_normal((50, 4, 3)) @ np.diag([1.0, 5.0, 0.2])
STD = POINTS.reshape(-1, 3).std(axis=0)


def pulses(heights):
    """A run with a peak of one sample at each height."""
    run = np.zeros(4 * len(heights) + 1)
    run[2::4] = heights
    return run


def logistic_orbit(start, n):
    orbit = [start]
    while len(orbit) < n:
        orbit.append(4.0 * orbit[-1] * (1.0 - orbit[-1]))
    return np.array(orbit)


def test_moments_are_those_of_all_points_of_all_runs():
    found = moments(POINTS)
    every_point = [POINTS[time, run] for time in range(50) for run in range(4)]
    np.testing.assert_allclose(found.mean, sum(every_point) / 200.0, atol=1e-13)
    variance = sum((point - found.mean) ** 2 for point in every_point) / 200.0
    np.testing.assert_allclose(found.std, np.sqrt(variance), rtol=1e-12)
    np.testing.assert_array_equal(moments(POINTS.reshape(-1, 3)).std, found.std)


def test_the_same_points_in_any_order_have_no_distance(rng):
    assert sliced_distance(POINTS, POINTS) == 0.0
    shuffled = rng.permutation(POINTS.reshape(-1, 3))
    assert sliced_distance(shuffled, POINTS) == pytest.approx(0.0, abs=1e-14)


@pytest.mark.parametrize(("n", "n_others"), [(1, 1), (1, 7), (5, 5), (300, 1_000)])
def test_the_distance_of_projections_is_scipys(rng, n, n_others):
    values, others = rng.standard_normal(n).round(1), 0.5 + rng.standard_normal(n_others).round(1)
    expected = scipy.stats.wasserstein_distance(values, others)
    assert _wasserstein(values, others) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("way", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, -1, 0), (-2, 1, 3)])
def test_a_shift_is_as_far_as_its_mean_projection(way):
    """Which is half the length of the vector, over all directions of a sphere."""
    shift = 2.0 * np.array(way) / np.linalg.norm(way)
    distance = sliced_distance(POINTS + shift * STD, POINTS)
    assert distance == pytest.approx(1.0, rel=0.03)
    assert sliced_distance(POINTS + 3.0 * shift * STD, POINTS) == pytest.approx(3.0 * distance)
    assert sliced_distance(POINTS - shift * STD, POINTS) == pytest.approx(distance)


def test_growing_is_as_far_as_shrinking_by_as_much():
    centre = moments(POINTS).mean
    grown, shrunk, twice = (
        sliced_distance(centre + scale * (POINTS - centre), POINTS) for scale in (1.2, 0.8, 1.4)
    )
    assert grown == pytest.approx(shrunk)
    assert twice == pytest.approx(2.0 * grown)
    # A projection on a unit vector has a standard deviation of 1, and is normal here.
    assert grown == pytest.approx(0.2 * np.sqrt(2.0 / np.pi), rel=0.05)


def test_points_of_other_dimensions_or_without_spread_are_refused():
    with pytest.raises(ValueError, match="3 coordinates"):
        sliced_distance(POINTS[..., :2], POINTS[..., :2])
    with pytest.raises(ValueError, match="must vary"):
        sliced_distance(POINTS, POINTS * [1.0, 0.0, 1.0])


def test_units_do_not_count():
    other = POINTS * [1.1, 0.8, 1.5] + [0.1, -1.0, 0.0]
    scale, shift = np.array([1e3, 0.1, 7.0]), np.array([-5.0, 2.0, 100.0])
    assert sliced_distance(other * scale + shift, POINTS * scale + shift) == pytest.approx(
        sliced_distance(other, POINTS)
    )


def test_the_return_map_of_pulses_is_the_map_that_made_them():
    orbit = logistic_orbit(0.3, 40)
    pairs = return_map(pulses(orbit)[:, None])
    np.testing.assert_array_equal(pairs, np.stack([orbit[:-1], orbit[1:]], axis=1))
    np.testing.assert_allclose(pairs[:, 1], 4.0 * pairs[:, 0] * (1.0 - pairs[:, 0]))


def test_the_last_maximum_of_a_run_is_not_joined_to_the_first_of_the_next():
    runs = [pulses(logistic_orbit(start, 12)) for start in (0.2, 0.37, 0.81)]
    together = return_map(np.stack(runs, axis=1))
    alone = [return_map(run[:, None]) for run in runs]
    assert len(together) == 3 * 11
    np.testing.assert_array_equal(together, np.concatenate(alone))


@pytest.mark.parametrize("phase", np.linspace(0.0, 0.3, 5))
def test_maxima_between_samples_are_found(phase):
    heights = 3.0 + np.sin(2.0 * np.pi * np.arange(200) / 20.0 + phase)
    pairs = return_map(heights[:, None])
    assert len(pairs) == 9
    # The samples alone miss up to 1 - cos(pi / 20), which is 0.012.
    np.testing.assert_allclose(pairs, 4.0, atol=3e-4)


def test_a_flat_top_is_one_maximum():
    heights = np.array([0.0, 1.0, 1.0, 0.0, 2.0, 2.0, 0.0])
    assert len(return_map(heights[:, None])) == 1


@pytest.mark.parametrize("heights", [np.arange(9.0), -np.arange(9.0), np.ones(9), pulses([1.0])])
def test_fewer_than_two_maxima_make_no_pair(heights):
    assert return_map(heights[:, None]).shape == (0, 2)


def test_a_map_has_no_distance_from_itself(rng):
    pairs = rng.random((30, 2))
    assert return_map_distance(pairs, pairs) == 0.0
    assert return_map_distance(pairs[:5], pairs) == 0.0


@pytest.mark.parametrize(("n_strays", "distance"), [(4, 0.25), (10, 9.0)])
def test_a_map_is_as_far_as_all_but_a_twentieth_of_its_pairs(n_strays, distance):
    reference = np.stack([np.arange(100.0), np.zeros(100)], axis=1)
    pairs = reference + np.array([0.0, 0.25])
    pairs[:n_strays, 1] = 9.0
    assert return_map_distance(pairs, reference) == pytest.approx(distance)


def test_no_map_is_infinitely_far():
    nothing, something = np.zeros((0, 2)), np.zeros((3, 2))
    assert return_map_distance(nothing, something) == np.inf
    assert return_map_distance(something, nothing) == np.inf
