"""Velocities and slow points of networks of which they are known."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.special
import torch

from rnn.trainable import (
    RateConfig,
    acting,
    draw_network,
    euler_step,
    stack,
)
from rnn.trainable.analysis.cycles import long_runs
from rnn.trainable.analysis.slow_points import describe, find_slow_points
from rnn.trainable.analysis.velocity import velocity_of
from tests.support.holding_networks import (
    DT_S,
    TAU_S,
    bistable,
    made,
    ring,
    still,
)


def drawn(form, share=None):
    config = RateConfig(
        n_units=12,
        n_contexts=1,
        form=form,
        longest_tau_s=0.3,
        excitatory_share=share,
        weights="normal",
        spectral_radius=0.8,
        context_scale=1.0,
    )
    return stack([draw_network(config, rng=np.random.default_rng(seed)) for seed in (1, 2)])


KINDS = pytest.mark.parametrize(
    ("form", "share"), [("current", None), ("current", 0.75), ("rate", None)]
)


@KINDS
def test_velocity_is_that_of_the_networks_steps(form, share, rng):
    networks = drawn(form, share)
    states = rng.standard_normal((2, 5, 12)).astype(np.float32)
    given = np.array([0.7, -0.4])
    shown = torch.tensor(given).float().expand(2, 5, 2)
    after = euler_step(networks.config, acting(networks, DT_S), torch.tensor(states), shown).numpy()
    for i in (0, 1):
        velocity = velocity_of(networks, i, given)
        np.testing.assert_allclose(
            states[i] + DT_S * velocity(states[i].astype(float)), after[i], atol=2e-6
        )
        path = velocity.trajectory(states[i].astype(float), 6, DT_S)
        np.testing.assert_array_equal(
            velocity.trajectory(states[i].astype(float), 6, DT_S, every=3), path[::3]
        )


@KINDS
def test_jacobian_is_the_slope_of_the_velocity(form, share, rng):
    velocity = velocity_of(drawn(form, share), 1, np.array([0.7, -0.4]))
    states = rng.standard_normal((4, 12))
    states[np.abs(states) < 1e-3] = 0.1  # away from the bends
    slopes = velocity.jacobian(states)
    for unit, moved in enumerate(1e-5 * np.eye(12)):
        differences = (velocity(states + moved) - velocity(states - moved)) / 2e-5
        np.testing.assert_allclose(slopes[:, :, unit], differences, atol=1e-6)


def test_linear_network_has_one_fixed_point_and_known_eigenvalues(rng):
    # All rates are positive: eigenvalues are those of (W − 1) / τ, the state is W x + h.
    basis, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    weights = basis @ np.diag([0.9, 0.5, -1.0]) @ basis.T
    state = np.array([4.0, 5.0, 6.0])
    networks = made(weights, np.ones(3), bias=state - weights @ state)
    (point,) = find_slow_points(still(networks), state + 0.5 * rng.standard_normal((20, 3)))
    np.testing.assert_allclose(point.state, state, rtol=1e-6)
    np.testing.assert_allclose(point.eigenvalues, [-1.0, -5.0, -20.0], rtol=1e-5)
    assert (point.kind, point.n_unstable) == ("fixed", 0)
    assert point.slowest == pytest.approx(-1.0)
    assert point.time_constant_s == pytest.approx(1.0)


def test_line_attractor_stands_still_along_its_line(rng):
    line = np.array([0.6, 0.8])
    networks = made(np.outer(line, line), line)
    starts = 5.0 + rng.standard_normal((20, 2))
    points = find_slow_points(still(networks), starts)
    assert len(points) > 10  # a continuum: each start finds a point of its own
    for point in points:
        assert (point.kind, point.n_unstable) == ("fixed", 0)
        np.testing.assert_allclose(point.eigenvalues, [0.0, -10.0], atol=1e-5)
        assert point.state @ [0.8, -0.6] == pytest.approx(0.0, abs=1e-5)
    nearest = np.abs(starts @ line - np.array([[p.state @ line] for p in points])).min(0)
    assert nearest.max() < 0.2


def test_bistable_unit_has_the_three_points_of_its_equation(rng):
    up = scipy.optimize.brentq(lambda rate: np.tanh(2.0 * rate) - rate, 0.5, 1.0)
    points = find_slow_points(still(bistable()), rng.uniform(-1.5, 1.5, (30, 1)))
    states = np.array([point.state[0] for point in points])
    order = np.argsort(states)
    np.testing.assert_allclose(states[order], [-up, 0.0, up], atol=1e-6)
    assert [points[i].n_unstable for i in order] == [0, 1, 0]
    rate = (2.0 * (1.0 - up**2) - 1.0) / TAU_S
    np.testing.assert_allclose(
        [points[i].eigenvalues[0] for i in order], [rate, 1.0 / TAU_S, rate], rtol=1e-5
    )
    assert {point.kind for point in points} == {"fixed"}


def test_where_a_fixed_point_is_lost_a_slow_one_remains(rng):
    # w (1 − tanh²) = 1 at the fold; a little beyond it the velocity is least there, not 0.
    bend = np.sqrt(0.5)
    beyond = -(np.arctanh(bend) - 2.0 * bend) + 0.02
    starts = rng.uniform(-1.2, 1.2, (30, 1))
    points = find_slow_points(still(bistable(bias=beyond)), starts)
    assert [point.kind for point in points] == ["fixed", "slow"]
    assert points[0].state[0] > bend
    # dF/dr = 0: tanh² = ½ again, at a rate that is not quite its own aim.
    rate = (np.arctanh(-bend) - beyond) / 2.0
    assert points[1].state[0] == pytest.approx(rate, abs=1e-4)
    assert points[1].speed == pytest.approx(abs(-bend - rate) / TAU_S, rel=1e-5)
    assert find_slow_points(still(bistable(bias=beyond)), starts, slow=1e-3)[0].kind == "fixed"


def test_slow_points_by_dales_law_are_at_rest():
    velocity = velocity_of(drawn("current", 0.75), 0, np.array([0.5, 1.0]))
    starts = np.abs(np.random.default_rng(4).standard_normal((10, 12)))
    points = find_slow_points(velocity, starts)
    assert points
    resting = [point for point in points if point.kind == "fixed"]
    assert all(np.abs(velocity(p.state[None])).max() < 1e-5 for p in resting)
    assert [p.speed for p in points] == sorted(p.speed for p in points)
    again = describe(velocity, np.array([p.state for p in points]), 1e-6)
    np.testing.assert_array_equal(again[0].eigenvalues, points[0].eigenvalues)


def test_starts_that_cannot_be_used_are_refused():
    velocity = still(ring())
    with pytest.raises(ValueError, match=r"shape \(start, 2\), got \(4, 3\)"):
        find_slow_points(velocity, np.zeros((4, 3)))
    with pytest.raises(ValueError, match="grow without bounds"):
        find_slow_points(velocity, np.full((4, 2), np.inf))
    with pytest.raises(ValueError, match="are all starts one"):
        find_slow_points(velocity, np.ones((4, 2)))
    with pytest.raises(ValueError, match="are all states one"):
        long_runs(velocity, np.ones((2, 2)), DT_S, size=0.0)
    with pytest.raises(ValueError, match=r"given must have shape \(2,\)"):
        velocity_of(ring(), 0, np.zeros(3))
    with pytest.raises(IndexError, match="there are 1 networks"):
        velocity_of(ring(), 1, np.zeros(2))
