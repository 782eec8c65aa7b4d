"""What becomes of networks that are left alone, of which it is known."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.special

from rnn.trainable.analysis.cycles import long_runs, separation
from rnn.trainable.analysis.slow_points import size_of
from rnn.trainable.analysis.velocity import Velocity
from tests.support.holding_networks import (
    DT_S,
    TAU_S,
    bistable,
    held,
    made,
    ring,
    still,
)


def turns(velocity: Velocity, start):
    """The period of a cycle by an independent integrator: times at which unit 0 rises past 0."""

    def rises(_, state):
        return state[0]

    rises.direction = 1.0
    run = scipy.integrate.solve_ivp(
        lambda _, state: velocity(state[None])[0],
        (0, 40),
        start,
        events=rises,
        rtol=1e-9,
        atol=1e-9,
    )
    return np.diff(run.t_events[0])[-1]


def test_cycle_has_the_period_of_an_independent_integrator():
    velocity = still(ring())
    starts = np.array([[0.3, 0.1], [-0.3, 0.2]])
    period_s = turns(velocity, starts[0])
    runs, path, sample_s = long_runs(velocity, starts, 0.001, size=1.0)
    for run in runs:
        assert (run.kind, run.run_s) == ("cycle", 30.0)
        assert run.period_s == pytest.approx(period_s, rel=2e-3)  # Euler's step is short
    assert sample_s == pytest.approx(0.01)
    n = round(10.0 / sample_s)
    assert runs[0].amplitude == pytest.approx(size_of(path[-n:, 0]), rel=0.02)


def test_runs_rest_drift_swing_and_grow():
    def ends(networks, start, longest_s=30.0):
        start = np.array([start], float)
        ((run,), _, _) = long_runs(still(networks), start, DT_S, size=1.0, longest_s=longest_s)
        return run

    rest = ends(bistable(), [0.1])
    assert rest.kind == "rest"
    assert rest.speed < 1e-9
    assert 0.1 < rest.settled_s < 2.0
    drift = ends(held(20.0), [6.0])
    assert drift.kind == "drift"
    assert np.isnan(drift.period_s)
    # The distance from 5 falls e-fold in 20 s; long enough, it is seen to come to rest.
    assert drift.speed == pytest.approx(np.exp(-1.5) / 20.0, rel=0.01)
    assert ends(held(20.0), [6.0], 300.0).kind == "rest"
    # Swings of 2 s around (5, 5) that die away; Euler's step makes up for part of that.
    for dies_s in (6.0, 20.0):
        pull = 1.0 / dies_s + 0.5 * DT_S * np.pi**2
        weights = np.eye(2) + TAU_S * np.array([[-pull, -np.pi], [np.pi, -pull]])
        swings = ends(made(weights, [1, 0], bias=(np.eye(2) - weights) @ [5, 5]), [6, 5])
        assert swings.kind == "drift"
    pull = 1.0 / 200.0 + 0.5 * DT_S * np.pi**2
    weights = np.eye(2) + TAU_S * np.array([[-pull, -np.pi], [np.pi, -pull]])
    swings = ends(made(weights, [1, 0], bias=(np.eye(2) - weights) @ [5, 5]), [6, 5])
    assert swings.period_s == pytest.approx(2.0, rel=0.01)
    assert swings.kind == "drift"
    assert ends(held(-1.0), [6.0], 60.0).kind == "growth"


def test_separation_of_two_runs_that_draw_together():
    times = np.arange(0.0, 30.0, 0.01)
    gap = np.exp(-times / 3.0)[:, None, None] * np.array([[[1.0], [-1.0]]])
    apart = separation(gap, 0.01, ended=True, same=1e-2)
    assert apart.start == 2.0
    assert apart.halving_s == pytest.approx(3.0 * np.log(2.0), abs=0.01)
    assert apart.decay_s == pytest.approx(3.0, rel=1e-6)
    # The same runs, but to ends that are apart.
    apart = separation(gap + np.array([[0.2], [-0.2]]), 0.01, ended=True, same=1e-2)
    assert apart.end == pytest.approx(0.4, abs=1e-3)
    assert np.isinf(apart.decay_s)
    still_open = separation(gap[:100], 0.01, ended=False, same=1e-2)
    assert np.isinf(still_open.halving_s)
    assert still_open.decay_s == pytest.approx(3.0, rel=1e-6)
