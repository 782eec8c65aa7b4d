"""The families are the study's, and systems: contexts move what is seen of the Lorenz system."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.experiments.lorenz.families import FAMILIES, Family
from rnn.experiments.lorenz.flight import flight_path
from rnn.systems import Lorenz

# Two contexts that deform and move; so little that any context drawn here can be undone.
BENT = Family(
    name="bent",
    shifts=np.array([[1.0, -2.0, 0.5], [0.0, 0.3, 1.0]]),
    matrices=np.array([np.diag([0.01, -0.02, 0.01]), [[0, 0.02, 0], [0.01, 0, 0], [0, 0, -0.01]]]),
)
ALL_FAMILIES = [*FAMILIES.values(), BENT]


@pytest.mark.parametrize(
    ("name", "shifts", "entries"),
    [
        ("translate", [(1, 0, 0)], {}),
        ("translate-y", [(0, 1, 0)], {}),
        ("translate-z", [(0, 0, 1)], {}),
        ("transform", [(0, 0, 0)], {(1, 1): -0.012}),
        ("stretch", [(0, 0, 0)], {(3, 3): 0.012}),
        ("shear", [(0, 0, 0)], {(2, 1): 0.012}),
        ("squeeze", [(0, 0, 0)], {(1, 1): 0.012, (2, 2): -0.012}),
        ("flight", [(1, 0, 0), (0, 0, 1)], {}),
    ],
)
def test_the_families_are_those_of_the_paper_s_table(name, shifts, entries):
    family = FAMILIES[name]
    matrices = np.zeros((len(shifts), 3, 3))
    for (row, column), value in entries.items():  # counted from 1, as T11 in the paper
        matrices[0, row - 1, column - 1] = value
    np.testing.assert_array_equal(family.shifts, shifts)
    np.testing.assert_array_equal(family.matrices, matrices)
    assert (family.name, family.n_contexts) == (name, len(shifts))
    assert family.deforms == bool(entries)


@given(
    family=st.sampled_from(ALL_FAMILIES),
    point=st.tuples(*[st.floats(-60.0, 60.0)] * 3),
    both=st.tuples(*[st.floats(-20.0, 20.0)] * 2),
)
def test_what_a_context_does_to_a_point_can_be_undone(family, point, both):
    context = np.array(both[: family.n_contexts])
    moved = family.observe(np.array(point)[:, None], context[:, None])
    np.testing.assert_allclose(family.undo(moved.T, context)[0], point, atol=1e-8)


@given(family=st.sampled_from(ALL_FAMILIES), point=st.tuples(*[st.floats(-60.0, 60.0)] * 3))
def test_context_0_leaves_the_attractor_where_it_is(family, point):
    points = np.array(point)[:, None]
    still = np.zeros((family.n_contexts, 1))
    np.testing.assert_array_equal(family.observe(points, still), points)


@given(
    family=st.sampled_from(ALL_FAMILIES),
    point=st.tuples(*[st.floats(-40.0, 40.0)] * 3),
    velocity=st.tuples(*[st.floats(-200.0, 200.0)] * 3),
    both=st.tuples(*[st.floats(-20.0, 20.0)] * 2),
)
def test_the_response_is_the_derivative_by_the_first_context(family, point, velocity, both):
    context = np.array(both[: family.n_contexts])
    later = 1e-3  # a time; a point and its successor, both moved by the context
    true = np.stack([point, np.array(point) + later * np.array(velocity)], axis=1)

    def seen(change):
        moved = context + change * np.eye(family.n_contexts)[0]
        return family.observe(true, np.stack([moved, moved], axis=1))

    at, (up, down) = seen(0.0), (seen(0.5), seen(-0.5))
    wanted = up - down  # exact: a family is affine in its contexts
    moves, rates = family.response(at[:, 0], (at[:, 1] - at[:, 0]) / later, context)
    np.testing.assert_allclose(moves, wanted[:, 0], atol=1e-9)
    np.testing.assert_allclose(rates, (wanted[:, 1] - wanted[:, 0]) / later, atol=1e-6)


def test_each_run_is_moved_by_its_own_contexts():
    points = np.random.default_rng(1).uniform(-20.0, 20.0, (5, 4, 3, 6))  # as stages are
    contexts = np.random.default_rng(2).uniform(-3.0, 3.0, (2, 6))
    moved = BENT.observe(points, contexts)
    for run in range(6):
        alone = BENT.observe(points[..., run : run + 1], contexts[:, run : run + 1])
        np.testing.assert_allclose(moved[..., run], alone[..., 0], atol=1e-12)


def test_the_flight_goes_from_edge_to_edge_and_to_30_either_way():
    path = flight_path(160.0)
    first, second = path.contexts[:, :, 0].T
    assert (path.times_s[0], path.times_s[-1], first[0], first[-1]) == (0.0, 160.0, -40.0, 40.0)
    assert (second.min(), second.max()) == (-30.0, 30.0)


@cache
def lorenz_states(n_contexts):
    """Contexts of four runs, and where a Lorenz system starts them; no test changes either."""
    contexts = np.random.default_rng(1).uniform(-3.0, 3.0, (n_contexts, 4))
    return contexts, Lorenz().initial_states(contexts, rng=np.random.default_rng(2))


@pytest.mark.parametrize("family", ALL_FAMILIES)
def test_a_family_moves_as_the_lorenz_system_does(family):
    contexts, wanted = lorenz_states(family.n_contexts)
    states = family.initial_states(contexts, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(states, wanted)
    np.testing.assert_array_equal(family.velocity(states, contexts), Lorenz()(states))
    lorenz = Lorenz().jacobian(states, contexts)
    np.testing.assert_array_equal(family.jacobian(states, contexts), lorenz)
