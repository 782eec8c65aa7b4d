"""When a training is done, and what cannot be trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from rnn.trainable import OptimiserConfig, TrainingConfig, advance, begin, stack, train
from tests.support.rate_networks import (
    HAND,
    KNOWN,
    SHORT,
    UNITS,
    WHOLE,
    accuracies,
    advanced,
    as_type,
    perfect,
    plan_of,
)


def hand_made_training(makers, *, longest_s=0.2, **settings):
    """Networks that noise leaves alone and that stay as they are."""
    still = OptimiserConfig(method="sgd", learning_rate=1e-30)
    task = replace(WHOLE, longest_s=longest_s, widening_s=0.1, first_limit_s=0.1)
    defaults = {"optimiser": still, "widen_at": 1.0, "validate_every": 1, "gradient_weight": 0.0}
    plan = plan_of([task] * len(makers), range(len(makers)), network=HAND, **defaults | settings)
    state = begin(plan)
    state.networks = as_type(torch.float32, stack([maker() for maker in makers]))
    return plan, state


def test_the_criterion_holds_at_the_last_level_alone_and_for_the_last_validations():
    makers = [made for made, _ in KNOWN]
    plan, state = hand_made_training(makers, validations=2)
    advanced(plan, 3, state)
    assert state.outcome == ["training"] * 4
    for history, (_, expected) in zip(state.history, KNOWN, strict=True):
        assert [one["level"] for one in history] == [0, 0, 0]
        for one in history:
            np.testing.assert_array_equal(one["accuracy"], [expected] * len(one["delays_s"]))
    state.level[:] = 1
    advance(plan, state)
    assert state.outcome == ["training"] * 4  # one validation of two
    advance(plan, state)
    assert state.outcome == ["reached", "training", "training", "training"]
    assert state.active.tolist() == [1, 2, 3]
    assert state.history[0][-1]["delays_s"] == pytest.approx([0.0, 0.1, 0.2])


@pytest.mark.parametrize(("every_delay", "outcome"), [(False, "reached"), (True, "stopped")])
def test_the_least_of_the_conditions_counts_of_each_delay_only_if_asked_for(every_delay, outcome):
    def drifting():
        """Adds a little to the sum, so that after a long delay it no longer knows."""
        networks = perfect()
        networks.weights.matrix[0, 0, -1] += 0.09
        return networks

    expected = accuracies(drifting(), [[0.0, 0.5, 1.0]])[0]
    criterion = 0.6
    assert expected.min() == 0.0
    assert expected.mean(0).min() > criterion
    plan, state = hand_made_training(
        [drifting],
        longest_s=1.0,
        validations=1,
        criterion=criterion,
        every_delay=every_delay,
        max_updates=2,
    )
    state.level[:] = 9
    assert train(plan, state).outcome == [outcome]


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        *(
            ({name: 0}, rf"{name} must be at least 1, got 0")
            for name in (
                "batch",
                "validate_every",
                "validation_delays",
                "validation_trials",
                "validations",
                "max_updates",
            )
        ),
        ({"max_restarts": -1}, r"max_restarts must not be negative, got -1"),
        *(
            ({name: value}, rf"{name} must lie in \(0, 1\], got {value}")
            for name in ("criterion", "widen_at")
            for value in (0.0, 1.1, np.nan)
        ),
        *(
            ({"gradient_weight": value}, rf"gradient_weight must be finite .*got {value}")
            for value in (-0.1, np.inf, np.nan)
        ),
        *(
            ({"dt_s": value}, rf"dt_s must be positive and finite, got {value}")
            for value in (0.0, -0.1, np.inf, np.nan)
        ),
    ],
)
def test_a_bad_training_is_named(settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        TrainingConfig(**settings)


@pytest.mark.parametrize(
    ("tasks", "settings", "complaint"),
    [
        ([], {}, r"there is no network to train"),
        (
            [SHORT, replace(SHORT, form="input")],
            {},
            r"the task 'delay-match' needs 2 inputs, 0 contexts and 2 outputs, the network has 1 ",
        ),
        (
            [SHORT],
            {"network": replace(UNITS, n_inputs=2)},
            r"the task 'delay-match' needs 1 inputs, .*, the network has 2 inputs, ",
        ),
        (
            [SHORT],
            {"network": replace(UNITS, n_outputs=3)},
            r"2 outputs, the network .* 3 outputs",
        ),
        (
            [SHORT, replace(SHORT, longest_s=0.01)],
            {},
            r"a delay of 0.01 s is shorter than a step of 0.02 s",
        ),
        ([SHORT], {"dt_s": 0.05}, r"a fixation of 0.04 s is shorter than a step of 0.05 s"),
        (
            [WHOLE],
            {"network": replace(UNITS, shortest_tau_s=0.01)},
            r"the step must be positive and at most the time constant, 0.01 s, got 0.02 s",
        ),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(tasks, settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        plan_of(tasks, range(len(tasks)), **settings)
