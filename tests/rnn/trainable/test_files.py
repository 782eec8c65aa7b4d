"""A file of networks, or of a training, gives back what was saved, or is refused."""

from __future__ import annotations

import io
import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn.codec import digest
from rnn.tasks import DelayMatch
from rnn.trainable import Assignment, Plan, RateConfig, TrainingConfig, advance, begin
from rnn.trainable.files import load_networks, load_training, save_networks, save_training

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


def header_of(data):
    return json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]


def forged(data, *, about=None, arrays=None, **metadata):
    """Signed as if it were true, so that nothing but the checks of the contents stands behind."""
    header = header_of(data) | metadata
    if arrays is None:
        arrays = safetensors.numpy.load(data)
    if about is not None:
        header["about"] = about if isinstance(about, str) else json.dumps(about)
    header["digest"] = digest(header["about"], arrays)
    return safetensors.numpy.save(arrays, header)


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


def test_a_file_of_the_other_kind_is_refused(path, saved):
    said = refused("networks", path, saved["training"])
    assert "expected rnn rate networks, got 'rnn training'" in said
    said = refused("training", path, saved["networks"])
    assert "expected rnn training, got 'rnn rate networks'" in said


@pytest.mark.parametrize("kind", KINDS)
def test_another_version_is_refused(kind, path, saved):
    path.write_bytes(forged(saved[kind], format_version="2"))
    with pytest.raises(ValueError, match="of another version: expected format 1, got 2"):
        load(kind, path)
    assert "got" in refused(kind, path, forged(saved[kind], format="rnn attractor memory"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_not_there_is_an_error_of_the_system(kind, tmp_path):
    with pytest.raises(FileNotFoundError):
        load(kind, tmp_path / "missing")
    with pytest.raises(IsADirectoryError):
        load(kind, tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_one_changed_weight_is_noticed(kind, path, saved):
    for at in (-1, -50, -500):
        changed = bytearray(saved[kind])
        changed[at] ^= 1
        assert "contents have changed" in refused(kind, path, bytes(changed))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(data=st.data())
def test_changed_bytes_never_surprise(kind, saved, path, data):
    changed = bytearray(saved[kind])
    end = 8 + int.from_bytes(changed[:8], "little")
    places = st.one_of(st.integers(0, end), st.integers(0, len(changed) - 1))
    for at, value in data.draw(
        st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=6)
    ):
        changed[at] = value
    if changed != saved[kind]:
        path.write_bytes(changed)
        try:
            load(kind, path)
        except ValueError:
            return
        # Nothing but padding was changed.
        assert header_of(bytes(changed)) == header_of(saved[kind])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(data=st.data())
def test_a_part_of_a_file_is_refused(kind, saved, path, data):
    start = data.draw(st.sampled_from([0, 0, 0, 1, 8]))
    stop = data.draw(st.integers(0, len(saved[kind]) - 1))
    refused(kind, path, saved[kind][start:stop])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [2**63 - 1, 2**40, 10**8, 0])
def test_a_header_that_promises_too_much_is_refused_at_once(kind, path, size):
    refused(kind, path, size.to_bytes(8, "little") + b"{" + b" " * 100)


# What is signed, but cannot be.


def changed_arrays(data, name, change):
    arrays = dict(safetensors.numpy.load(data))
    arrays[name] = np.ascontiguousarray(change(arrays[name]))
    return forged(data, arrays=arrays)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["matrix", "initial", "mask", "tau_s"])
@pytest.mark.parametrize(
    "change",
    [
        lambda array: array[..., :-1],
        lambda array: array[:0],
        lambda array: array[None],
        lambda array: array.astype(np.int32),
        lambda array: array.astype(np.float16),
        lambda array: array.ravel(),
    ],
)
def test_an_array_of_another_shape_or_type_is_refused(kind, name, change, path, saved):
    refused(kind, path, changed_arrays(saved[kind], name, change))


@pytest.mark.parametrize("kind", KINDS)
def test_an_array_that_is_missing_is_named(kind, path, saved):
    for name in ("matrix", "tau_s"):
        arrays = dict(safetensors.numpy.load(saved[kind]))
        del arrays[name]
        assert name in refused(kind, path, forged(saved[kind], arrays=arrays))


@pytest.mark.parametrize("name", ["n_updates", "smoothed", "first_matrix", "second_initial"])
def test_a_checkpoint_of_fewer_networks_is_refused(name, path, saved):
    refused("training", path, changed_arrays(saved["training"], name, lambda array: array[:1]))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tau_s", [0.0, -0.1, np.nan])
def test_a_time_constant_that_is_none_is_refused(kind, tau_s, path, saved):
    data = changed_arrays(saved[kind], "tau_s", lambda array: np.full_like(array, tau_s))
    said = refused(kind, path, data)
    assert "time constants" in said or "tau_s holds values that are not finite" in said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "about", ["[" * 100_000, '{"plan": 1e999}', "[]", "null", "\x1b[31m", '{"config": []}']
)
def test_a_description_that_is_none_is_refused(kind, about, path, saved):
    refused(kind, path, forged(saved[kind], about=about))


numbers = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.floats(), max_size=3),
    st.sampled_from([10**400, -1, 0, 2**31, 2**63, [[[]]], {}]),
)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(data=st.data())
def test_a_forged_description_never_surprises(kind, saved, path, data):
    about = json.loads(header_of(saved[kind])["about"])
    inner = about["config"] if kind == "networks" else about
    inner[data.draw(st.sampled_from(sorted(inner)))] = data.draw(numbers)
    path.write_bytes(forged(saved[kind], about=about))
    try:
        load(kind, path)
    except ValueError as error:
        assert str(path) in str(error)


class Trap:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return pytest.fail, ("a file of networks was run",)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pickle_is_not_run(kind, path):
    refused(kind, path, pickle.dumps(Trap()))
    torch.save(Trap(), path)
    refused(kind, path, path.read_bytes())
