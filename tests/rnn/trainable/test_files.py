"""A file of networks, or of a training, gives back what was saved, or is refused."""

from __future__ import annotations

import io
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch

from rnn.tasks import DelayMatch
from rnn.trainable import (
    Assignment,
    Plan,
    RateConfig,
    TrainingConfig,
    Weights,
    Wiring,
    advance,
    begin,
)
from rnn.trainable.files import load_networks, load_training, save_networks, save_training
from tests.support.saved import arrays_of, forged

TASK = DelayMatch(fixation_s=0.04, pulse_s=0.1, decision_s=0.06, longest_s=0.1)
PLAN = Plan(
    RateConfig(n_units=6),
    TrainingConfig(batch=4, validate_every=2, validation_trials=2, max_updates=5),
    tuple(Assignment(task=TASK, seed=seed) for seed in (0, 3)),
)
KINDS = ("networks", "training")


def begun(n_updates=3):
    """A training that has been validated once, and goes on."""
    state = begin(PLAN)
    for _ in range(n_updates):
        advance(PLAN, state)
    return state


def written(kind, state, plan=PLAN):
    target = io.BytesIO()
    if kind == "networks":
        save_networks(state.networks, target)
    else:
        save_training(plan, state, target)
    return target.getvalue()


def load(kind, path):
    return load_networks(path) if kind == "networks" else load_training(PLAN, path)


@pytest.fixture(scope="module")
def saved():
    state = begun()
    return {kind: written(kind, state) for kind in KINDS}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("networks") / "a.file"


def refused(kind, path, data):
    """Why a file is refused, in one line that names it."""
    path.write_bytes(data)
    with pytest.raises(ValueError, match="damaged") as error:
        load(kind, path)
    assert str(path) in str(error.value)
    if kind == "training":
        assert "remove it to begin anew" in str(error.value)
    return str(error.value)


# What is saved comes back.


def test_networks_come_back_as_they_were(path, saved):
    path.write_bytes(saved["networks"])
    networks, before = load_networks(path), begun().networks
    assert networks.config == before.config
    for name in ("weights", "wiring"):
        for part, other in zip(getattr(networks, name), getattr(before, name), strict=True):
            assert torch.equal(part, other)
            assert part.dtype == other.dtype


@pytest.mark.parametrize("kind", KINDS)
def test_equal_contents_give_equal_bytes(kind, path, saved):
    assert written(kind, begun()) == saved[kind]
    path.write_bytes(saved[kind])
    loaded = load(kind, path)
    again = io.BytesIO()
    if kind == "networks":
        save_networks(loaded, again)
    else:
        save_training(PLAN, loaded, again)
    assert again.getvalue() == saved[kind]


def test_a_training_goes_on_to_the_same_end(path, saved):
    path.write_bytes(saved["training"])
    loaded, state = load_training(PLAN, path), begun()
    for _ in range(2):
        advance(PLAN, loaded)
        advance(PLAN, state)
    assert written("training", loaded) == written("training", state)
    assert loaded.outcome == state.outcome == ["stopped"] * 2


def test_a_training_that_has_not_begun_comes_back(path):
    state = begin(PLAN)  # its losses are NaN
    path.write_bytes(written("training", state))
    loaded = load_training(PLAN, path)
    assert np.isnan(loaded.loss).all()
    advance(PLAN, loaded)
    advance(PLAN, state)
    assert written("training", loaded) == written("training", state)


def test_numpys_numbers_in_a_plan_and_a_config_are_saved(path):
    plan = Plan(
        replace(PLAN.network, n_units=np.int64(6), recurrent_noise=np.float32(0.125)),
        replace(PLAN.training, batch=np.int64(4)),
        tuple(replace(one, seed=np.int64(one.seed)) for one in PLAN.assignments),
    )
    state = begin(plan)
    save_training(plan, state, path)
    assert load_training(plan, path).outcome == state.outcome
    save_networks(state.networks, path)
    assert load_networks(path).config == plan.network


def test_a_training_is_saved_with_its_own_plan_only(path):
    with pytest.raises(ValueError, match="cannot be saved: expected 1 outcomes, got 2"):
        save_training(replace(PLAN, assignments=PLAN.assignments[:1]), begin(PLAN), path)


def test_networks_of_float64_are_saved_as_such(path):
    networks = begin(PLAN).networks
    double = replace(
        networks,
        weights=Weights(*(part.double() for part in networks.weights)),
        wiring=Wiring(*(part.double() for part in networks.wiring)),
    )
    save_networks(double, path)
    assert load_networks(path).weights.matrix.dtype == torch.float64
    mixed = replace(double, wiring=networks.wiring)
    with pytest.raises(ValueError, match="mask must be float64, got float32"):
        save_networks(mixed, path)


def test_networks_that_are_not_finite_are_not_saved():
    state = begin(PLAN)
    state.networks.weights.matrix[1, 0, 0] = torch.nan
    with pytest.raises(ValueError, match="matrix holds values that are not finite"):
        written("networks", state)


# What is another's, or damaged, is refused.


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAN, network=RateConfig(n_units=7)),
        replace(PLAN, training=replace(PLAN.training, batch=5)),
        replace(PLAN, assignments=PLAN.assignments[:1]),
        replace(PLAN, assignments=PLAN.assignments[::-1]),
        replace(PLAN, assignments=(Assignment(task=replace(TASK, longest_s=0.2), seed=0),) * 2),
    ],
)
def test_a_checkpoint_of_another_plan_is_refused(other, path, saved):
    path.write_bytes(saved["training"])
    with pytest.raises(ValueError, match=r"of another plan.*remove it"):
        load_training(other, path)


def changed_arrays(data, name, change):
    return forged(data, arrays={name: change(arrays_of(data)[name])})


@pytest.mark.parametrize("name", ["n_updates", "smoothed", "first_matrix", "second_initial"])
def test_a_checkpoint_of_fewer_networks_is_refused(name, path, saved):
    refused("training", path, changed_arrays(saved["training"], name, lambda array: array[:1]))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tau_s", [0.0, -0.1, np.nan])
def test_a_time_constant_that_is_none_is_refused(kind, tau_s, path, saved):
    data = changed_arrays(saved[kind], "tau_s", lambda array: np.full_like(array, tau_s))
    said = refused(kind, path, data)
    assert "time constants" in said or "tau_s holds values that are not finite" in said


class Trap:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return pytest.fail, ("a file of networks was run",)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pickle_is_not_run(kind, path):
    refused(kind, path, pickle.dumps(Trap()))
    torch.save(Trap(), path)
    refused(kind, path, path.read_bytes())
