"""A task that a user wrote is trained, validated, saved, loaded and explained as one that ships."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from rnn.tasks import DelayMatch, Trials
from rnn.trainable import (
    Assignment,
    OptimiserConfig,
    Plan,
    RateConfig,
    TrainingConfig,
    acting,
    advance,
    begin,
    draw_network,
    explain,
    load_networks,
    load_plan,
    load_training,
    measure_accuracy,
    outputs_of,
    save_networks,
    save_training,
    stack,
    train,
)
from rnn.trainable.accuracy import plain_accuracy
from rnn.trainable.dynamics import run_constant
from rnn.trainable.gradients.gradients import given_with
from tests.support.own_tasks import Bump, Choice, Three

DT = 0.02
SMALL = TrainingConfig(
    optimiser=OptimiserConfig(learning_rate=0.01),
    batch=32,
    validate_every=20,
    validation_trials=40,
    validations=2,
    max_updates=600,
)
NETWORK = {"n_units": 30, "recurrent_noise": 0.03, "input_scale": 0.5, "context_scale": 0.5}


def plan_of(*tasks, training=SMALL, **network):
    task = tasks[0]
    config = RateConfig(
        n_inputs=task.n_inputs,
        n_outputs=task.n_outputs,
        n_contexts=task.n_contexts,
        **NETWORK | network,
    )
    return Plan(config, training, tuple(Assignment(task=t, seed=k) for k, t in enumerate(tasks)))


def saved(path, save, *args):
    with open(path, "wb") as file:
        save(*args, file)
    return path


@pytest.fixture(scope="module")
def learnt():
    plan = plan_of(Choice())
    return plan, train(plan, begin(plan))


def test_a_task_with_contexts_is_learnt(learnt):
    _, state = learnt
    assert state.outcome == ["reached"]
    last = state.history[0][-1]
    assert set(last) == {"updates", "level", "accuracy"}
    assert np.array(last["accuracy"]).shape == (1, 4)
    share = measure_accuracy(state.networks, 0, Choice(), DT, seed=1, n_trials=100)
    assert share.shape == (1, 4)
    assert share.min() > 0.85


def test_without_its_contexts_the_task_cannot_be_told(learnt):
    _, state = learnt

    class Deaf(Choice):
        def draw(self, n_trials, dt_s, **options):
            trials = super().draw(n_trials, dt_s, **options)
            return trials._replace(contexts=np.full_like(trials.contexts, 0.5))

    share = measure_accuracy(state.networks, 0, Deaf(), DT, seed=1, n_trials=100)
    assert share.min() < 0.75


def test_it_is_saved_loaded_and_explained(learnt, tmp_path):
    plan, state = learnt
    training = saved(tmp_path / "a.training", save_training, plan, state)
    networks = saved(tmp_path / "a.networks", save_networks, state.networks)
    found = load_plan(training, tasks=(Choice,))
    assert found == plan
    assert load_training(found, training).history == state.history
    account = explain(
        load_networks(networks),
        0,
        found.assignments[0].task,
        DT,
        rng=np.random.default_rng(0),
        longest_run_s=30.0,
        longest_delay_s=2.0,
    )
    assert account.kind in ("fixed points", "slow points", "passage", "cycle", "none")
    assert "the cue can be told" in account.sentence
    assert len(account.runs) == len(account.picture.ways) == 2


def test_a_file_imports_nothing_that_it_names(learnt, tmp_path):
    training = saved(tmp_path / "a.training", save_training, *learnt)
    with pytest.raises(ValueError, match=r"'choice' is none of delay-match.*give its class"):
        load_plan(training)

    class Other(Choice):
        pass

    with pytest.raises(ValueError, match="two tasks of the name 'choice'"):
        load_plan(training, tasks=(Choice, Other))
    with pytest.raises(ValueError, match="of another plan"):
        load_training(plan_of(Choice(delay_s=0.2)), training)


def test_one_that_ships_needs_no_class(tmp_path):
    plan = plan_of(DelayMatch(longest_s=0.2))
    assert load_plan(saved(tmp_path / "a", save_training, plan, begin(plan))) == plan


def test_a_task_of_values_is_learnt_by_its_own_score():
    plan = plan_of(Bump(), Bump(value=0.3), training=replace(SMALL, criterion=0.95))
    state = train(plan, begin(plan))
    assert state.outcome == ["reached", "reached"]
    for i, assignment in enumerate(plan.assignments):
        assert measure_accuracy(state.networks, i, assignment.task, DT, seed=2).min() > 0.9


def test_a_task_that_holds_nothing_is_not_explained():
    networks = begin(plan_of(Bump())).networks
    with pytest.raises(ValueError, match="asks nothing to be held"):
        explain(networks, 0, Bump(), DT, rng=np.random.default_rng(0))


def test_more_than_two_cues_are_told_apart_in_pairs():
    plan = plan_of(Three(), n_units=12)
    networks = draw_network(plan.network, rng=np.random.default_rng(3))
    options = {"longest_run_s": 30.0, "longest_delay_s": 0.5, "n_starts": 8, "n_trials": 8}
    account = explain(networks, 0, Three(), DT, rng=np.random.default_rng(0), **options)
    assert len(account.runs) == 3
    assert account.picture.ways.shape[0] == 3
    two = Three().memory(DT)
    pairs = [
        two._replace(
            names=tuple(two.names[k] for k in pair),
            cues=tuple(cue._replace(given=cue.given[list(pair)]) for cue in two.cues),
        )
        for pair in ((0, 1), (0, 2), (1, 2))
    ]
    apart = [
        explain(networks, 0, pair, DT, rng=np.random.default_rng(0), **options) for pair in pairs
    ]
    # The three runs are those of the pairs, and what draws together soonest counts.
    assert account.separation.halving_s == min(one.separation.halving_s for one in apart)


def test_a_stack_of_two_tasks_learns_what_each_learns_alone():
    often = replace(SMALL, validate_every=3, validation_trials=10)
    both = DelayMatch(form="input", longest_s=0.2), Straight(longest_s=0.2)
    mixed = plan_of(*both, training=often, n_units=10)
    together = begin(mixed)
    for _ in range(6):
        advance(mixed, together)
    for i in range(2):
        alone = replace(mixed, assignments=mixed.assignments[i : i + 1])
        state = begin(alone)
        for _ in range(6):
            advance(alone, state)
        np.testing.assert_allclose(
            state.networks.weights.matrix[0], together.networks.weights.matrix[i], atol=1e-5
        )
        assert state.history[0] == together.history[i]


@dataclass(frozen=True)
class Straight(DelayMatch):
    """Delay match without forks: each trial is run as a whole."""

    name = "straight"
    form: str = "input"

    def forked(self, dt_s, **options):
        return None


def test_whole_trials_are_answered_as_forked_ones_are():
    network = RateConfig(n_units=12, n_inputs=2, recurrent_noise=0.0, input_noise=0.0)
    networks = stack([draw_network(network, rng=np.random.default_rng(k)) for k in range(3)])
    forked, whole = (
        np.stack(
            [
                measure_accuracy(networks, i, task, DT, seed=0, n_trials=20, n_forks=1)[0]
                for i in range(3)
            ]
        )
        for task in (one(form="input", longest_s=0.0) for one in (DelayMatch, Straight))
    )
    np.testing.assert_array_equal(forked, whole)


def test_contexts_are_columns_after_the_inputs_without_noise():
    task, config = Choice(), plan_of(Choice(), recurrent_noise=0.0).network
    trials = task.draw(6, DT, rng=np.random.default_rng(0))
    heard = np.zeros(trials.inputs.shape, np.float32)
    given = given_with(trials, heard)
    np.testing.assert_array_equal(
        given[..., 2:4], np.broadcast_to(trials.contexts, given[..., 2:4].shape)
    )
    np.testing.assert_array_equal(given[..., 4], 1.0)
    moving = trials._replace(contexts=np.repeat(trials.contexts, len(given), axis=0))
    np.testing.assert_array_equal(given_with(moving, heard), given)
    # A run in stretches is the run of those columns.
    networks = draw_network(replace(config, input_noise=0.0), rng=np.random.default_rng(1))
    acts, state = acting(networks, DT), None
    state = acts.initial[:, None].expand(-1, 6, -1)
    for column in given[..., :-1]:
        state = run_constant(networks.config, acts, state, torch.from_numpy(column), 1, DT)
    said = outputs_of(networks.config, acts, state)[0].numpy().argmax(1)
    share = plain_accuracy_of(networks, trials)
    assert share == np.mean(said == trials.answer)


def plain_accuracy_of(networks, trials):
    """The accuracy in just these trials."""

    class Same(Choice):
        conditions = ("all",)

        def draw(self, *_, **__):
            return trials

    (share,) = plain_accuracy(networks, 0, Same(), DT, n_trials=6, key=(0,))
    return share


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            {"inputs": np.zeros((5, 32, 3))},
            r"draws inputs of shape \(5, 32, 3\), expected \(5, 32, 2\)",
        ),
        ({"targets": np.zeros((5, 32))}, r"draws targets of shape \(5, 32\)"),
        ({"contexts": None}, r"draws contexts of shape \(1, 32, 0\), expected \(1, 32, 2\)"),
        ({"contexts": np.zeros((2, 32, 2))}, r"draws contexts of shape \(2, 32, 2\)"),
        ({"mask": np.zeros((20, 32))}, "a mask under which no target counts"),
        ({"last": np.full(32, 20)}, "answers outside of its 20 steps"),
        ({"targets": np.full((20, 32, 2), np.nan)}, "targets that are not finite"),
    ],
)
def test_trials_that_are_none_are_named(change, complaint):
    class Broken(Choice):
        def draw(self, n_trials, dt_s, **options) -> Trials:
            return super().draw(n_trials, dt_s, **options)._replace(**change)

    plan = plan_of(Broken())
    with pytest.raises(ValueError, match=complaint):
        advance(plan, begin(plan))


def test_a_task_has_to_draw():
    @dataclass(frozen=True)
    class Lazy(Bump):
        draw = DelayMatch.__mro__[1].draw  # the abstract one

    with pytest.raises(TypeError, match="draw"):
        Lazy()


def test_a_network_of_another_shape_is_refused():
    config = plan_of(Choice()).network
    with pytest.raises(ValueError, match=r"'choice' needs 2 inputs, 2 contexts .* 1 contexts"):
        Plan(replace(config, n_contexts=1), SMALL, (Assignment(task=Choice(), seed=0),))
    networks = draw_network(config, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="'delay-match' needs 2 inputs, 0 contexts"):
        measure_accuracy(networks, 0, DelayMatch(form="input"), DT, seed=0)
