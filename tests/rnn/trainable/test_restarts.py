"""A training that gets nowhere is begun again, and one that is over is left as it is."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from rnn.trainable import TrainingConfig, advance, begin, train
from tests.support.rate_networks import advanced, kept, plan_of

# A learning rate at which nothing is learnt in a few updates, and no validation meanwhile.
PATIENT = {"patience": 3, "max_restarts": 1, "max_updates": 5, "validate_every": 1000}


def test_a_network_that_answers_by_chance_for_long_starts_again():
    plan = plan_of(**PATIENT)
    first = begin(plan).networks.weights.matrix
    state = advanced(plan, 2)
    state.smoothed[:] = [0.5, 0.8, 0.5, 0.5]  # the second has learnt something
    expected = copy.deepcopy(state)
    advance(plan_of(**PATIENT | {"patience": None}), expected)
    advance(plan, state)
    assert state.restarts.tolist() == [1, 0, 1, 1]
    assert state.n_updates.tolist() == [0, 3, 0, 0]
    assert state.incidents == [
        f"network {i} (seed {plan.assignments[i].seed}): it still answered by chance at update 3; "
        "it starts again from another draw."
        for i in (0, 2, 3)
    ]
    assert not any(torch.equal(state.networks.weights.matrix[i], first[i]) for i in (0, 2, 3))
    for part, same in zip(kept(state, 1), kept(expected, 1), strict=True):
        np.testing.assert_array_equal(part, same)


def test_one_that_may_not_start_again_goes_on_to_its_end():
    plan = plan_of(**PATIENT)
    state = train(plan, begin(plan))
    assert state.outcome == ["stopped"] * 4
    assert set(state.restarts.tolist()) <= {0, 1}
    assert state.restarts.any()
    np.testing.assert_array_equal(state.n_updates, 5)


def test_an_update_of_a_training_that_is_over_changes_nothing():
    plan = plan_of(max_updates=2)
    state = train(plan, begin(plan))
    before = copy.deepcopy(state)
    advance(plan, state)
    assert state.outcome == before.outcome
    for part, same in zip(kept(state), kept(before), strict=True):
        np.testing.assert_array_equal(part, same)


@pytest.mark.parametrize("patience", [0, -1])
def test_patience_is_an_update_at_least(patience):
    with pytest.raises(ValueError, match=f"patience must be at least 1, got {patience}"):
        TrainingConfig(patience=patience)
