"""How networks hold a memory, on networks made by hand, of which the answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from rnn.tasks.delay_match import DelayMatch
from rnn.trainable.analysis.account import explain
from rnn.trainable.analysis.delay_states import quiet_starts
from rnn.trainable.analysis.slow_points import size_of
from tests.support.holding_networks import (
    DT_S,
    HELD,
    SPREAD,
    TASK,
    bistable,
    held,
    made,
    ring,
    still,
)


def account(networks, task=TASK, **options):
    options = {"n_trials": 32, "longest_delay_s": 8.0, **options}
    return explain(networks, 0, task, DT_S, rng=np.random.default_rng(3), **options)


def test_memory_in_fixed_points():
    told = account(bistable())
    assert told.kind == "fixed points"
    assert "held in fixed points" in told.sentence
    assert "after A it is at rest" in told.sentence
    assert "above 90 % for 8 s or longer" in told.sentence
    assert [run.kind for run in told.runs] == ["rest", "rest"]
    assert told.runs[0].state > 0.9 > -0.9 > told.runs[1].state
    assert len(told.points) == 3
    assert np.isinf(told.separation.decay_s)


def test_memory_on_a_line_is_in_fixed_points_that_stand_still():
    told = account(held(np.inf, noise=SPREAD))
    assert told.kind == "fixed points"
    assert "the slowest mode stands still" in told.sentence
    assert 1.0 < told.lifetime.lifetime_s < 6.0


def test_memory_that_leaks_is_in_slow_points():
    told = account(held(3.0))
    assert told.kind == "slow points"
    assert told.separation.halving_s == pytest.approx(3.0 * np.log(2.0), rel=0.02)
    assert told.separation.decay_s == pytest.approx(3.0, rel=0.01)
    assert "falls e-fold in 3 s, near a fixed point" in told.sentence
    assert "the slowest mode decays e-fold in 3 s" in told.sentence
    assert account(held(100.0), longest_run_s=30.0).kind == "slow points"  # while it still drifts


def test_memory_at_what_is_left_of_a_fixed_point_is_in_slow_points():
    bend = np.sqrt(0.5)
    told = account(bistable(bias=2.0 * bend - np.arctanh(bend) + 0.002, noise=0.001))
    assert told.kind == "slow points"
    assert "near a slow point" in told.sentence
    assert "slow" in [point.kind for point in told.points]
    assert 2.0 < told.separation.halving_s < 10.0
    assert told.runs[0].state == pytest.approx(told.runs[1].state, abs=1e-6)


def test_memory_in_a_cycle():
    told = account(ring())
    assert told.kind == "cycle"
    (first, second) = (run.period_s for run in told.runs)
    assert first == pytest.approx(second, rel=1e-3)
    # Euler's step of 20 ms, counted plainly: the mean time between rises of unit 0.
    path = still(ring()).trajectory(np.array([[0.3, 0.1]]), 5000, DT_S)[2500:, 0, 0]
    rises = np.flatnonzero((path[:-1] < 0.0) & (path[1:] >= 0.0))
    assert first == pytest.approx(DT_S * np.diff(rises).mean(), rel=5e-3)
    assert f"it returns every {first:.3g} s" in told.sentence


def test_memory_on_the_way_is_in_passing():
    # A chain hands the pulse on from unit to unit; nothing in it is slow.
    told = account(made(np.diag(np.ones(29), -1), 0.05 * np.eye(30)[0], form="rate", noise=0.0))
    assert told.kind == "passage"
    assert 1.0 < told.separation.halving_s < 4.0
    assert "in passing, not in slow points" in told.sentence


def test_no_memory_and_growth():
    told = account(made(np.zeros((2, 2)), [1.0, 0.5], form="rate", noise=0.1))
    assert told.kind == "none"
    assert told.sentence.startswith("No memory is held")
    assert "below 90 % at every trained delay" in told.sentence or "after 0." in told.sentence
    told = account(held(-1.0), longest_delay_s=120.0)
    assert told.kind == "unclear"
    assert "it grows without bounds" in told.sentence


def test_picture_is_ready_to_be_drawn():
    told = account(ring(), n_components=2)
    picture = told.picture
    assert picture.ways.shape == (2, len(picture.times_s), 2)
    assert picture.points.shape == (len(told.points), 2)
    assert told.distances.shape == (len(told.points),)
    assert picture.times_s[-1] == pytest.approx(TASK.longest_s)
    np.testing.assert_allclose(picture.components @ picture.components.T, np.eye(2), atol=1e-12)
    assert picture.share.sum() == pytest.approx(1.0)
    # Two units in two components: nothing is lost.
    back = picture.ways @ picture.components + picture.mean
    np.testing.assert_allclose(back[:, 0], quiet_starts(ring(), 0, HELD, DT_S), atol=1e-12)
    assert size_of(back.reshape(-1, 2)) == pytest.approx(told.size)


def test_the_same_generator_gives_the_same_account():
    first, second = account(ring(noise=0.2)), account(ring(noise=0.2))
    assert first.sentence == second.sentence
    np.testing.assert_array_equal(first.picture.points, second.picture.points)
    np.testing.assert_array_equal(first.lifetime.accuracy, second.lifetime.accuracy)


def test_networks_that_cannot_be_explained_are_refused():
    with pytest.raises(ValueError, match="told by 1 inputs and contexts, the network has 2 and 0"):
        account(ring(), DelayMatch())
    with pytest.raises(ValueError, match="does it hear them"):
        account(made(0.5, 0.0))
    with pytest.raises(IndexError, match="there are 1 networks"):
        explain(ring(), 1, TASK, DT_S, rng=np.random.default_rng(0))
    with pytest.raises(ArithmeticError, match="grows without bounds within the delay"):
        account(held(-1e-3))
