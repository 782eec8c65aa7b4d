"""The truth is the Lorenz attractor, and chance is as large as it is said."""

from __future__ import annotations

import numpy as np
import pytest

from rnn.attractors.metrics import moments
from rnn.experiments.lorenz import jobs
from rnn.experiments.lorenz.truth import (
    LARGEST_EXPONENT,
    exponent_scatter,
    noise_floor,
    true_track,
)
from rnn.systems import Lorenz, growth_rates
from tests.support.draws import job


def test_the_truth_is_its_own_mirror_image(truth):
    points = truth.points
    half = points.shape[1] // 2
    np.testing.assert_array_equal(points[:, half:], points[:, :half] * [-1.0, -1.0, 1.0])
    np.testing.assert_allclose(moments(points).mean[:2], 0.0, atol=1e-12)


def test_the_truth_has_the_moments_of_the_lorenz_attractor(truth):
    mean, std = moments(truth.points)
    assert mean[2] == pytest.approx(23.55, rel=0.005)
    np.testing.assert_allclose(std, [7.92, 9.01, 8.6], rtol=0.01)


def test_starts_are_on_the_attractor():
    """They lie near points of other runs: it is nearly a surface, and U(0, 10) is not on it."""
    starts = Lorenz().initial_states(np.zeros((1, 200)), rng=np.random.default_rng(3)).T
    known = true_track(n_runs=32, seconds=10.0, rng=np.random.default_rng(4)).reshape(-1, 3)

    def off(points):
        nearest = [np.linalg.norm(known - point, axis=1).min() for point in points]
        return np.quantile(nearest, 0.95)

    assert off(starts) < 0.5
    assert off(np.random.default_rng(5).uniform(0.0, 10.0, (200, 3))) > 2.0


def test_the_noise_floor_shrinks_like_the_root_of_time(truth):
    few = truth._replace(points=truth.points[::8])  # enough for distances as large as these
    short, long = (
        noise_floor(few, n_runs=8, n_tangents=4, seconds=seconds, rng=np.random.default_rng(seed))
        for seconds, seed in ((5.0, 2), (20.0, 3))
    )
    # The wings of x and y are as good as drawn by chance: four times as long is half the floor.
    np.testing.assert_allclose(short.mean[:2] / long.mean[:2], 2.0, rtol=0.35)
    # What swings about its mean also has a part that shrinks like the time itself.
    for name in ("mean", "std_ratio", "distance", "exponent"):
        ratio = np.divide(getattr(short, name), getattr(long, name))
        assert (ratio > 1.5).all(), name
        assert (ratio < 6.0).all(), name


def test_the_noise_floor_is_about_what_a_true_sample_is_off(truth):
    """Samples as long as the floor's: some, and not many, are farther off the truth."""
    few = truth._replace(points=truth.points[::8])
    floor = noise_floor(few, n_runs=4, n_tangents=4, seconds=10.0, rng=np.random.default_rng(8))
    runs = true_track(n_runs=4 * 80, seconds=10.0, rng=np.random.default_rng(6))
    means = runs.mean(axis=0).reshape(80, 4, 3).mean(axis=1)
    off = np.abs(means - moments(truth.points).mean)
    assert 0.0 < (off > floor.mean).mean() < 0.2
    # Two of them differ by the root of two more, and so more often by more than the floor.
    assert (np.abs(means[::2] - means[1::2]) > floor.mean).mean() > (off > floor.mean).mean()


def test_the_truth_is_of_no_draw_s_random_numbers(monkeypatch):
    """What draws are compared with is not made of the numbers that one of them is made of."""
    used = []
    monkeypatch.setattr(jobs, "find_truth", lambda rng: used.append(rng.random(100)))
    monkeypatch.setattr(
        jobs, "noise_floor", lambda truth, *, rng, **sizes: used.append(rng.random(100))
    )
    jobs.prepare(job())
    assert len(used) == 2
    for seed in range(50):
        root = np.random.default_rng(seed)
        used += [child.random(100) for child in [np.random.default_rng(seed), *root.spawn(2)]]
    assert len(np.unique(np.array(used))) == np.size(used)


def test_exponents_of_true_runs_scatter_about_as_it_is_said():
    n_runs = 192
    # Runs that begin near a fixed point swing slowly out of it: they have settled before.
    rates = growth_rates(
        Lorenz(),
        np.zeros((1, n_runs)),
        dt=0.01,
        settle_s=10.0,
        seconds=60.0,
        every_s=1.0,
        rng=np.random.default_rng(11),
    )
    for seconds in (30, 60):
        exponents = rates[:seconds].mean(axis=0)
        scatter = exponents.std() / exponents.mean()
        # So many runs tell it to 5 %; lengths in another space, the network's, end otherwise.
        assert scatter == pytest.approx(exponent_scatter(seconds), rel=0.2)
        assert exponents.mean() == pytest.approx(
            LARGEST_EXPONENT, rel=4.0 * scatter / np.sqrt(n_runs)
        )
