"""The bifurcation: a system whose rho the context moves, taught where it is at rest."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rnn.experiments.lorenz import bifurcation
from rnn.experiments.lorenz.bifurcation import RisingLorenz
from rnn.experiments.lorenz.jobs import teach_draw
from rnn.systems import Lorenz, field_at, flow_map
from tests.support.draws import FLOOR, job

TAUGHT = np.repeat(bifurcation.TAUGHT, 8)[None]


def test_a_draw_taught_fixed_points_finds_their_bifurcation_and_the_chaos_beyond(truth):
    memory = teach_draw(job("bifurcation", changes=(("keep_s", 12.0), ("n_units", 150))))
    assert set(memory.contexts[0]) == {0.0, 1.0}
    found = bifurcation.measure_bifurcation(
        memory, truth, FLOOR, n_runs=2, seconds=20.0, rng=np.random.default_rng(1)
    )
    true_hopf = Lorenz().hopf_rho() - 23.0
    for way in ("hopf_eigenvalues", "hopf_swings"):
        assert found[way] == [pytest.approx(true_hopf, rel=0.05)] * 2
    assert found["context"] == [5.0]
    assert found["outcome"] not in ("at rest", "one wing", "diverged")
    assert found["hopf_tolerance"] == bifurcation.HOPF_TOLERANCE
    assert 0.1 < found["wings"] <= 0.5
    json.dumps(found, allow_nan=False)


def test_the_sweep_of_the_bifurcation_goes_up_down_and_up():
    schedule = bifurcation.sweep_schedule(70.0)
    assert schedule.contexts[:, 0, 0].tolist() == [0.0, 0.0, 5.0, 5.0, 0.0, 0.0, 5.0, 5.0]
    assert schedule.times_s.tolist() == [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0]


def test_the_context_is_a_lorenz_system_s_rho():
    states = np.random.default_rng(1).uniform(-20.0, 40.0, (3, 2))
    contexts = np.array([[0.0, 5.0]])
    for run, rho in enumerate((23.0, 28.0)):
        one = slice(run, run + 1)
        system = Lorenz(rho=rho)
        velocity = RisingLorenz().velocity(states, contexts)[:, one]
        np.testing.assert_array_equal(velocity, system(states[:, one]))
        np.testing.assert_array_equal(
            RisingLorenz().jacobian(states, contexts)[..., one],
            system.jacobian(states[:, one], contexts[:, one]),
        )


def test_runs_start_on_spirals_into_either_fixed_point_in_turn():
    start = RisingLorenz().initial_states(TAUGHT, rng=np.random.default_rng(0))
    end = flow_map(field_at(RisingLorenz(), TAUGHT), start, 0.01, 10_000)
    for run, context in enumerate(TAUGHT[0]):
        points = Lorenz(rho=bifurcation.RHO + context).fixed_points()
        into = points[(run % 8) // 4]
        # At context 1 the spiral is slow: most of the way is enough.
        assert np.linalg.norm(end[:, run] - into) < 0.5 * np.linalg.norm(start[:, run] - into)
    assert len(np.unique(start, axis=1).T) == 16


def test_runs_start_where_it_is_known_how_far_off_they_may():
    with pytest.raises(ValueError, match=r"runs start at contexts \(0.0, 1.0\), got 0.5"):
        RisingLorenz().initial_states(np.array([[0.5]]), rng=np.random.default_rng(0))
