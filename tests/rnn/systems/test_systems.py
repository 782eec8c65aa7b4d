"""Systems are integrated to fourth order, by the step that was asked for, and are what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.systems import (
    Lorenz,
    field_at,
    flow_map,
    growth_rates,
    integrate,
    runge_kutta_step,
    tangent_field_at,
    trajectory,
)

STATE = np.array([[1.0, -4.0, 3.0], [2.0, 5.0, 3.0], [20.0, 30.0, 5.0]])  # (3, run)


def logistic(state):
    return state * (1.0 - state)


def swing(state):
    """x' = x cos t, the time being a state of its own."""
    x, time = state
    return np.stack([x * np.cos(time), np.ones_like(time)])


def turn(state):
    x, y = state
    return np.stack([-y, x])


def jacobian(field, point):
    """By complex steps, exact to rounding."""
    steps = point[:, None] + 1e-30j * np.eye(len(point))
    return field(steps).imag / 1e-30


def growth_at_fixed_points(rho):
    """The real part of the pair of complex eigenvalues at both fixed points."""
    system = Lorenz(rho=rho)
    for point in system.fixed_points():
        eigenvalues = np.linalg.eigvals(jacobian(system, point))
        yield eigenvalues[eigenvalues.imag > 0.0].real.item()


@pytest.mark.parametrize(
    ("field", "start", "end"),
    [
        (logistic, [0.1], [0.1 * np.exp(2.0) / (0.9 + 0.1 * np.exp(2.0))]),
        (swing, [1.0, 0.0], [np.exp(np.sin(2.0)), 2.0]),
        (turn, [1.0, 0.0], [np.cos(2.0), np.sin(2.0)]),
    ],
)
def test_the_error_falls_with_the_fourth_power_of_the_step(field, start, end):
    steps = 0.5 ** np.arange(3, 8)
    errors = [
        np.linalg.norm(integrate(field, np.array(start), dt, round(2.0 / dt))[1] - end)
        for dt in steps
    ]
    order = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert order == pytest.approx(4.0, abs=0.2)


@pytest.mark.parametrize(("dt", "n_steps"), [(0.125, 1), (0.125, 64), (2.0**-10, 500)])
def test_the_step_is_the_one_asked_for(dt, n_steps):
    stages, last = integrate(np.ones_like, np.zeros(1), dt, n_steps)
    expected = dt * (np.arange(n_steps)[:, None] + [0.0, 0.5, 0.5, 1.0])
    np.testing.assert_array_equal(stages[..., 0], expected)
    assert last.item() == n_steps * dt


def test_a_step_of_no_binary_fraction_ends_where_it_should():
    _, last = integrate(np.ones_like, np.zeros(1), 0.001, 5000)
    assert last.item() == pytest.approx(5.0, abs=1e-11)


def test_stages_are_the_points_at_which_the_field_was_asked():
    asked = []

    def listening(state):
        asked.append(state.copy())
        return Lorenz()(state)

    stages, _ = integrate(listening, STATE, 0.01, 7)
    np.testing.assert_array_equal(stages.reshape(28, 3, 3), asked)


def test_a_step_begins_where_the_one_before_it_ended():
    stages, last = integrate(Lorenz(), STATE, 0.01, 5)
    np.testing.assert_array_equal(stages[0, 0], STATE)
    for before, after in zip(stages, [*stages[1:, 0], last], strict=True):
        np.testing.assert_array_equal(runge_kutta_step(Lorenz(), before[0], 0.01)[0], after)


@given(n_steps=st.integers(1, 40), block=st.integers(1, 45))
def test_a_trajectory_in_blocks_is_the_whole_one_to_the_last_bit(n_steps, block):
    stages, last = integrate(Lorenz(), STATE, 0.01, n_steps)
    parts, ends = zip(*trajectory(Lorenz(), STATE, 0.01, n_steps, block=block), strict=True)
    assert max(map(len, parts)) <= block
    np.testing.assert_array_equal(np.concatenate(parts), stages)
    np.testing.assert_array_equal(ends[-1], last)


def test_no_step_goes_nowhere():
    stages, last = integrate(Lorenz(), STATE, 0.01, 0)
    assert stages.shape == (0, 4, 3, 3)
    np.testing.assert_array_equal(last, STATE)


def test_the_state_given_is_not_changed():
    state = STATE.copy()
    integrate(Lorenz(), state, 0.01, 5)
    np.testing.assert_array_equal(state, STATE)


@pytest.mark.parametrize("dt", [0.0, -0.1, np.inf, np.nan])
def test_a_bad_step_is_refused(dt):
    with pytest.raises(ValueError, match=f"dt must be a positive, finite time, got {dt}"):
        integrate(Lorenz(), STATE, dt, 3)


def test_less_than_no_step_is_refused():
    with pytest.raises(ValueError, match="n_steps must not be negative, got -1"):
        integrate(Lorenz(), STATE, 0.01, -1)


@pytest.mark.parametrize("rho", [1.5, 28.0, np.array([2.0, 23.0, 100.0])])
def test_lorenz_rests_at_its_fixed_points(rho):
    system = Lorenz(rho=rho)
    points = system.fixed_points()
    assert points.shape == (2, 3, *np.shape(rho))
    assert np.all(points[0, :2] == -points[1, :2])
    assert np.all(points[0, 0] > 0.0)
    for point in points:
        np.testing.assert_allclose(system(point), 0.0, atol=1e-12)


def test_lorenz_turned_about_its_axis_is_lorenz():
    half_turn = np.array([-1.0, -1.0, 1.0])[:, None]
    np.testing.assert_array_equal(Lorenz()(half_turn * STATE), half_turn * Lorenz()(STATE))


def test_the_fixed_points_of_lorenz_lose_their_stability_at_the_hopf_point():
    rho = Lorenz().hopf_rho()
    assert rho == pytest.approx(470.0 / 19.0, rel=1e-12)
    np.testing.assert_allclose(list(growth_at_fixed_points(rho)), 0.0, atol=1e-9)
    assert max(growth_at_fixed_points(rho - 0.1)) < -1e-3
    assert min(growth_at_fixed_points(rho + 0.1)) > 1e-3


def test_runs_with_a_rho_each_are_those_runs_alone():
    rhos = np.array([10.0, 24.0, 99.6])
    _, together = integrate(Lorenz(rho=rhos), STATE, 0.01, 30)
    for run, rho in enumerate(rhos):
        _, alone = integrate(Lorenz(rho=float(rho)), STATE[:, run], 0.01, 30)
        np.testing.assert_array_equal(together[:, run], alone)


@pytest.mark.parametrize("rho", [1.0, 0.5, -3.0, np.array([28.0, 1.0])])
def test_a_rho_without_two_fixed_points_is_refused(rho):
    with pytest.raises(ValueError, match="rho must exceed 1 for a fixed point off the origin"):
        Lorenz(rho=rho).fixed_points()


@pytest.mark.parametrize("n_steps", [0, 1, 40])
def test_the_flow_map_is_where_integrating_ends_to_the_last_bit(n_steps):
    _, last = integrate(Lorenz(), STATE, 0.01, n_steps)
    np.testing.assert_array_equal(flow_map(Lorenz(), STATE, 0.01, n_steps), last)


@pytest.mark.parametrize(("dt", "n_steps"), [(0.0, 3), (np.nan, 3), (0.01, -1)])
def test_a_flow_map_of_no_steps_is_refused(dt, n_steps):
    with pytest.raises(ValueError, match=r"dt must be a positive|n_steps must not be negative"):
        flow_map(Lorenz(), STATE, dt, n_steps)


@pytest.mark.parametrize("rho", [28.0, np.array([10.0, 24.0, 99.6])])
def test_the_jacobian_of_lorenz_is_how_its_velocity_changes(rho):
    system = Lorenz(rho=rho)
    found = system.jacobian(STATE, np.zeros((1, 3)))
    for run in range(3):
        alone = Lorenz(rho=float(np.broadcast_to(rho, 3)[run]))
        np.testing.assert_allclose(found[..., run], jacobian(alone, STATE[:, run]), atol=1e-12)


def test_contexts_do_not_move_lorenz():
    still, moved = (field_at(Lorenz(), np.full((1, 3), c)) for c in (0.0, 5.0))
    np.testing.assert_array_equal(still(STATE), moved(STATE))
    np.testing.assert_array_equal(still(STATE), Lorenz()(STATE))


def test_a_tangent_is_a_small_difference():
    contexts = np.zeros((1, 3))
    tangents = np.random.default_rng(2).standard_normal((3, 3))
    both = flow_map(
        tangent_field_at(Lorenz(), contexts), np.concatenate([STATE, tangents]), 0.01, 30
    )
    ahead, behind = (flow_map(Lorenz(), STATE + s * 1e-6 * tangents, 0.01, 30) for s in (1, -1))
    np.testing.assert_array_equal(both[:3], flow_map(Lorenz(), STATE, 0.01, 30))
    np.testing.assert_allclose(both[3:], (ahead - behind) / 2e-6, rtol=1e-5)


def test_the_exponent_at_a_point_of_rest_is_the_largest_eigenvalue():
    class Linear(Lorenz):
        """At the origin Lorenz's system is linear: its exponent is known."""

        def initial_states(self, contexts, *, rng):
            return np.zeros((3, contexts.shape[1]))

    rates = growth_rates(
        Linear(),
        np.zeros((1, 2)),
        dt=0.002,
        settle_s=3.0,
        seconds=2.0,
        every_s=0.5,
        rng=np.random.default_rng(0),
    )
    largest = np.linalg.eigvals(jacobian(Lorenz(), np.zeros(3))).real.max()
    assert rates.shape == (4, 2)
    np.testing.assert_allclose(rates, largest, rtol=1e-6)
