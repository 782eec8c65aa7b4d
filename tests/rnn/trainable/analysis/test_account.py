"""How networks hold a memory, on networks made by hand, of which the answer is known."""

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.special
import torch

from rnn.tasks.delay_match import DelayMatch
from rnn.trainable import (
    Noise,
    RateConfig,
    RateNetworks,
    Weights,
    Wiring,
    acting,
    draw_network,
    euler_step,
    forked_accuracy,
    run_constant,
    stack,
)
from rnn.trainable.analysis.account import explain
from rnn.trainable.analysis.cycles import long_runs, separation
from rnn.trainable.analysis.delay_states import noisy_states, quiet_starts
from rnn.trainable.analysis.lifetime import predict_lifetime
from rnn.trainable.analysis.slow_points import describe, find_slow_points, size_of
from rnn.trainable.analysis.velocity import Velocity, velocity_of

TAU_S = 0.1
DT_S = 0.02
TASK = DelayMatch(form="input", longest_s=1.0)  # A pushes up, B down; at the baseline they cancel
HELD = TASK.memory(DT_S)


def made(
    recurrent, push, *, form="current", bias=0.0, rest=0.0, noise=0.01, readout=None, offset=None
):
    """A network whose inputs A and B add ``push`` (unit,) and take it away."""
    recurrent, push = np.atleast_2d(recurrent), np.atleast_1d(push)
    n = len(push)
    config = RateConfig(
        n_units=n,
        n_inputs=2,
        form=form,
        recurrent_noise=noise,
        input_noise=0.0,
        initial_state=rest,
    )
    matrix = np.zeros((n + 2, n + 3))
    matrix[:n, :n], matrix[:n, n], matrix[:n, n + 1], matrix[:n, -1] = recurrent, push, -push, bias
    if readout is not None:
        matrix[n:, :n], matrix[n:, -1] = readout, offset
    return RateNetworks(
        config,
        Weights(torch.tensor(matrix[None]).float(), torch.full((1, n), rest)),
        Wiring(torch.ones(1, n + 2, n + 3), torch.full((1, n), TAU_S)),
    )


def held(forgets_s, **options):
    """One unit around 5 that forgets with a time constant; infinite: never, an integrator."""
    weight = 1.0 - TAU_S / forgets_s
    return made(weight, 0.2, bias=5.0 * (1.0 - weight), rest=5.0, **options)


def bistable(weight=2.0, bias=0.0, **options):
    return made(weight, 1.0, form="rate", bias=bias, **options)


def ring(gain=1.5, turn=0.3, **options):
    """Two units in the rate form that go round."""
    c, s = np.cos(turn), np.sin(turn)
    return made(gain * np.array([[c, -s], [s, c]]), [1.0, 0.0], form="rate", **options)


def still(networks, index=0):
    """The velocity at the baseline."""
    return velocity_of(networks, index, np.full(networks.config.n_inputs, 0.2))


def account(networks, task=TASK, **options):
    options = {"n_trials": 32, "longest_delay_s": 8.0, **options}
    return explain(networks, 0, task, DT_S, rng=np.random.default_rng(3), **options)


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


def test_delay_states_are_those_of_trials():
    networks = stack([ring(noise=0.0), ring(gain=1.2, noise=0.0)])
    config, acts = networks.config, acting(networks, DT_S)
    state = acts.initial[:, None].expand(-1, 2, -1)
    for inputs, seconds in (([[0.2, 0.2]] * 2, 0.1), ([[1.4, 0.2], [0.2, 1.4]], 0.5)):
        state = run_constant(config, acts, state, torch.tensor(inputs), round(seconds / DT_S), DT_S)
    np.testing.assert_allclose(quiet_starts(networks, 1, HELD, DT_S), state[1], atol=1e-6)
    later = run_constant(config, acts, state, torch.full((2, 2), 0.2), 20, DT_S)
    options = {"n_trials": 3, "rng": np.random.default_rng(0)}
    first, second = noisy_states(networks, 1, HELD, DT_S, [0.0, 0.4], **options)
    np.testing.assert_allclose(first, state[1][:, None].expand(2, 3, 2), atol=1e-6)
    np.testing.assert_allclose(second, later[1][:, None].expand(2, 3, 2), atol=1e-6)
    with pytest.raises(ValueError, match="delays must rise"):
        list(noisy_states(networks, 1, HELD, DT_S, [0.4, 0.0], **options))


SPREAD, STEP = 0.12, 1.2  # noise of an integrator, and how far a pulse moves it


def matcher(forgets_s=2.0):
    """A leaky x around 5 that answers: after the second pulse |x − 5| is about 2 steps or 0."""
    weight = 1.0 - TAU_S / forgets_s
    return made(
        [[weight, 0, 0], [1, 0, 0], [-1, 0, 0]],
        [0.2, 0, 0],
        bias=[5.0 * (1.0 - weight), -5.0, 5.0],
        rest=5.0,
        noise=0.03,
        readout=[[0, 1, 1], [0, 0, 0]],
        offset=[0.0, 0.85],
    )


def test_lifetime_of_an_integrator_is_that_of_its_diffusion():
    task = DelayMatch(form="input", shortest_s=0.5, longest_s=1.0)
    life = predict_lifetime(
        held(np.inf, noise=SPREAD),
        0,
        task.memory(DT_S),
        DT_S,
        rng=np.random.default_rng(0),
        n_trials=500,
    )
    # The variance grows by 2 σ² / τ in a second, from the start of a trial on, 0.6 s before.
    spread = SPREAD * np.sqrt(2.0 * (life.delays_s + 0.6) / TAU_S)
    np.testing.assert_allclose(life.separation, 2.0 * STEP / spread, rtol=0.1)
    right = scipy.special.ndtr(STEP / spread)
    np.testing.assert_allclose(life.accuracy, right, atol=0.04)
    expected_s = TAU_S / 2.0 * (STEP / SPREAD / scipy.special.ndtri(0.9)) ** 2 - 0.6
    assert life.lifetime_s == pytest.approx(expected_s, rel=0.2)


def test_lifetime_is_near_that_of_the_measured_accuracy():
    networks = matcher()
    life = predict_lifetime(
        networks, 0, HELD, DT_S, rng=np.random.default_rng(1), n_trials=200, longest_s=6.0
    )
    delays_s = life.delays_s[::2]
    (measured,) = forked_accuracy(
        networks.config,
        acting(networks, DT_S),
        [TASK.forked_at(delays_s.tolist(), DT_S, n_trials=100)],
        DT_S,
        noise=Noise([np.random.default_rng(2)], torch.tensor([0])),
    )
    measured = measured.mean(1)
    assert measured[0] > 0.95
    falls_s = delays_s[measured < 0.9][0]
    # The second pulse and the decision take 0.8 s more, in which the memory leaks on.
    assert 0.5 * life.lifetime_s < falls_s < life.lifetime_s


def test_lifetime_that_does_not_end_or_never_begins():
    def lifetime_s(networks, **options):
        options = {"rng": np.random.default_rng(0), "longest_s": 3.0, **options}
        return predict_lifetime(networks, 0, HELD, DT_S, **options)

    life = lifetime_s(bistable())
    assert np.isinf(life.lifetime_s)
    assert life.delays_s[-1] == pytest.approx(3.0)
    assert np.all(life.accuracy == 1.0)
    assert lifetime_s(made(0.0, 1e-3, form="rate", noise=1.0)).lifetime_s == 0.0
    with pytest.raises(ValueError, match="asked must lie between"):
        lifetime_s(bistable(), asked=0.5)
    with pytest.raises(ValueError, match="n_trials must be at least 2"):
        lifetime_s(bistable(), n_trials=1)


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
