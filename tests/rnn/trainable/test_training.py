"""Networks trained many at once learn what each learns alone."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

from rnn.tasks import DelayMatch
from rnn.trainable import (
    Assignment,
    OptimiserConfig,
    Plan,
    RateConfig,
    TrainingConfig,
    advance,
    begin,
    train,
)
from rnn.trainable.gradients.gradients import make_batch
from rnn.trainable.workers import Workers
from tests.support.rate_networks import (
    DALE,
    DT,
    SHORT,
    TASKS,
    UNITS,
    advanced,
    assert_close,
    every_config,
    kept,
    plan_of,
)


@pytest.mark.parametrize("network", [UNITS, replace(DALE, n_contexts=0, form="rate")])
def test_a_network_in_a_stack_learns_what_it_learns_alone(network):
    plan = plan_of(network=network, validate_every=1000)
    together = advanced(plan, 7)
    assert_close([together.loss], [advanced(plan, 7).loss])
    for i in range(4):
        alone = advanced(replace(plan, assignments=plan.assignments[i : i + 1]), 7)
        assert_close(kept(together, slice(i, i + 1)), kept(alone))
        assert not torch.equal(alone.networks.weights.matrix, begin(plan).networks.weights.matrix)


def test_a_network_in_a_stack_is_validated_as_it_is_alone():
    plan = plan_of()
    together = advanced(plan, 6)
    for i in range(4):
        alone = advanced(replace(plan, assignments=plan.assignments[i : i + 1]), 6)
        assert together.history[i] == alone.history[0]


def test_a_validation_says_when_where_and_how_well():
    state = advanced(plan_of(), 7)
    assert [[one["updates"] for one in history] for history in state.history] == [[3, 6]] * 4
    delays = [history[0]["delays_s"] for history in state.history]
    for own, expected in zip(
        delays, ([0.0, 0.1, 0.2], [0.1, 0.2, 0.3], [0.0, 0.02], [0.12]), strict=True
    ):
        assert own == pytest.approx(expected)
    for history in state.history:
        for one in history:
            accuracy = np.array(one["accuracy"])
            assert accuracy.shape == (len(one["delays_s"]), 4)
            assert ((accuracy >= 0.0) & (accuracy <= 1.0)).all()


def test_networks_of_one_seed_hear_the_same_noise():
    trials = [task.draw(4, DT, rng=np.random.default_rng(0)) for task in TASKS[1::-1]]
    like = torch.zeros(1).double()
    first, second = len(trials[0].inputs), len(trials[1].inputs)
    assert first > second
    alike = make_batch(UNITS, trials, [(1, 5), (1, 5)], DT, like=like)
    assert alike.stream.tolist() == [0, 0]
    assert alike.noise.shape == (1, first, 4, 10)
    apart = make_batch(UNITS, trials, [(1, 5), (1, 6)], DT, like=like)
    assert apart.stream.tolist() == [0, 1]
    alone = make_batch(UNITS, trials[1:], [(1, 5)], DT, like=like)
    np.testing.assert_array_equal(alike.columns[1, :second], alone.columns[0, :second])
    np.testing.assert_array_equal(alike.noise[0, :second], alone.noise[0])
    assert not torch.equal(apart.columns[1, :second], alone.columns[0, :second])
    assert alike.n_steps == [first, second]
    for i, n_steps in enumerate(alike.n_steps):
        assert alike.mask[i].sum().item() == pytest.approx(1.0, rel=1e-6)
        assert not alike.mask[i, n_steps:].any()


@pytest.mark.parametrize("cut", [1, 3, 4])
def test_a_training_in_two_parts_is_the_whole_training_to_the_last_bit(cut):
    plan = plan_of()
    whole = begin(plan)
    with Workers(1) as workers:
        for _ in range(6):
            advance(plan, whole, workers)
    halves = advanced(plan, 6 - cut, copy.deepcopy(advanced(plan, cut)))
    for part, expected in zip(kept(halves), kept(whole), strict=True):
        np.testing.assert_array_equal(part, expected)
    assert halves.history == whole.history


@pytest.mark.parametrize("n_workers", [2, 3, 8])
def test_networks_shared_out_among_threads_learn_what_one_thread_teaches(n_workers):
    plan = plan_of()
    expected, shared = advanced(plan, 7), begin(plan)
    with Workers(n_workers) as workers:
        for _ in range(7):
            advance(plan, shared, workers)
    assert_close(kept(shared), kept(expected))
    assert shared.history == expected.history


@pytest.mark.parametrize("n_workers", [1, 2])
def test_while_threads_share_the_work_each_works_alone(n_workers):
    before = torch.get_num_threads()
    torch.set_num_threads(before + 2)
    try:
        with Workers.for_device(torch.device("cpu")) as workers:
            assert workers.n == before + 2
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == before + 2
        with pytest.raises(ZeroDivisionError), Workers(n_workers) as workers:
            assert workers.map(lambda n: n + 1, range(9)) == list(range(1, 10))
            workers.map(lambda n: 1 / n, range(3))
        assert torch.get_num_threads() == before + 2
    finally:
        torch.set_num_threads(before)


@every_config
def test_training_leaves_what_is_fixed_and_signs_hold(config):
    config = replace(config, n_inputs=1, n_contexts=0)
    plan = plan_of(network=config, validate_every=1000)
    state = begin(plan)
    fixed = [part.clone() for part in state.networks.wiring]
    before = state.networks.matrix
    state = advanced(plan, 5, state)
    for part, expected in zip(state.networks.wiring, fixed, strict=True):
        np.testing.assert_array_equal(part, expected)
    after, mask, n = state.networks.matrix, state.networks.wiring.mask, config.n_units
    assert not after[mask == 0.0].any()
    assert not state.networks.weights.matrix[mask == 0.0].any()
    moved = after != before
    if config.excitatory_share is not None:
        assert (state.networks.weights.matrix[:, :n, :n] < 0.0).any()  # which do not act
    assert moved[:, :n, :n].any()
    assert moved[:, n:].any()
    if config.excitatory_share is not None:
        assert (after[:, :n, :9] >= 0.0).all()
        assert (after[:, :n, 9:n] <= 0.0).all()
        assert not after.diagonal(dim1=1, dim2=2)[:, :n].any()


def test_an_easy_task_is_learnt():
    network = RateConfig(n_units=20, input_scale=1.0, readout_scale=0.3, recurrent_noise=0.03)
    task = DelayMatch(longest_s=0.2, pulse_s=0.3, decision_s=0.2)
    training = TrainingConfig(
        optimiser=OptimiserConfig(learning_rate=0.01),
        dt_s=0.04,
        batch=32,
        validate_every=20,
        validation_delays=2,
        validation_trials=40,
        validations=2,
        max_updates=500,
    )
    plan = Plan(network, training, tuple(Assignment(task=task, seed=seed) for seed in (0, 1)))
    counts = []
    state = train(plan, begin(plan), after=lambda now: counts.append(now.n_updates.copy()))
    assert state.outcome == ["reached", "reached"]
    assert len(state.active) == 0
    assert len(counts) == state.n_updates.max()
    np.testing.assert_array_equal(counts[0], [1, 1])
    for history, n_updates in zip(state.history, state.n_updates, strict=True):
        assert history[-1]["updates"] == n_updates
        assert len(history) == n_updates / 20
        least = [np.mean(one["accuracy"], axis=0).min() for one in history]
        assert np.mean(least[-2:]) >= 0.9
        assert all(np.mean(least[k : k + 2]) < 0.9 for k in range(len(least) - 2))


def test_a_network_that_does_not_learn_is_stopped():
    plan = plan_of(max_updates=4)
    state = train(plan, begin(plan))
    assert state.outcome == ["stopped"] * 4
    np.testing.assert_array_equal(state.n_updates, 4)


@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_a_network_that_is_no_longer_finite_starts_again_and_leaves_the_others_alone(poison):
    plan, others = plan_of(max_restarts=1), [0, 2, 3]
    first = begin(plan).networks.weights.matrix[1]
    clean, state = advanced(plan, 4), advanced(plan, 3)
    state.networks.weights.matrix[1, 2, 3] = poison
    advance(plan, state)
    assert_close(kept(state, others), kept(clean, others))
    assert state.incidents == [
        "network 1 (seed 11): its loss was no longer finite at update 4; "
        "it starts again from another draw."
    ]
    assert state.outcome == ["training"] * 4
    assert (state.n_updates.tolist(), state.restarts.tolist()) == ([4, 0, 4, 4], [0, 1, 0, 0])
    assert state.history[1] == []
    assert state.smoothed[1] == 0.5
    again = state.networks.weights.matrix[1].clone()
    assert torch.isfinite(again).all()
    assert not torch.equal(again, first)
    for part in (*state.moments.first, *state.moments.second):
        assert not part[1].any()

    advanced(plan, 2, clean)
    advanced(plan, 2, state)
    assert state.n_updates.tolist() == [6, 2, 6, 6]
    assert torch.isfinite(state.networks.weights.matrix[1]).all()
    assert not torch.equal(state.networks.weights.matrix[1], again)
    state.networks.weights.initial[1] = poison
    advanced(plan, 3, clean)
    advanced(plan, 3, state)
    assert state.outcome == ["training", "failed", "training", "training"]
    assert state.active.tolist() == others
    assert state.incidents[1:] == [
        "network 1 (seed 11): its loss was no longer finite at update 3; it has failed."
    ]
    assert state.n_updates.tolist() == [9, 3, 9, 9]
    assert_close(kept(state, others), kept(clean, others))


def test_a_gradient_that_explodes_while_the_loss_is_finite_starts_a_network_again():
    plan = plan_of(network=replace(UNITS, form="rate", recurrent_noise=0.0))
    state = begin(plan)
    matrix = state.networks.weights.matrix
    matrix[1, :10] = 0.0  # at rest, where tanh is steepest
    matrix[1, :10, :10].fill_diagonal_(1e10)
    state.networks.weights.initial[1] = 0.0
    advance(plan, state)
    assert state.restarts.tolist() == [0, 1, 0, 0]
    assert state.n_updates.tolist() == [1, 0, 1, 1]


def test_what_a_restart_draws_is_that_of_its_seed():
    plan = plan_of()
    states = [advanced(plan, n) for n in (1, 3)]
    for state in states:
        state.networks.weights.matrix[1] = np.nan
        advance(plan, state)
    one, other = states
    np.testing.assert_array_equal(one.networks.weights.matrix[1], other.networks.weights.matrix[1])


def test_delays_widen_when_the_smoothed_accuracy_is_high_enough():
    tasks = [replace(SHORT, longest_s=0.5, widening_s=0.2, first_limit_s=0.1)] * 4
    settings = {"validate_every": 1000, "gradient_weight": 0.0}
    plan = plan_of(tasks, range(4), widen_at=0.6, **settings)
    never = plan_of(tasks, range(4), widen_at=1.0, **settings)
    state, n_rises = begin(plan), 0
    for _ in range(15):
        unwidened = advanced(never, 1, copy.deepcopy(state))
        level, smoothed = state.level.copy(), state.smoothed.copy()
        advance(plan, state)
        answered = (unwidened.smoothed - 0.8 * smoothed) / 0.2  # shares of right answers
        assert ((answered > -1e-9) & (answered < 1.0 + 1e-9)).all()
        rises = (unwidened.smoothed > 0.6) & (level < 2)
        np.testing.assert_array_equal(unwidened.level, level)
        np.testing.assert_array_equal(state.level, level + rises)
        np.testing.assert_array_equal(state.smoothed, np.where(rises, 0.8, unwidened.smoothed))
        n_rises += rises.sum()
    assert n_rises > 2
    assert state.level.max() == 2
