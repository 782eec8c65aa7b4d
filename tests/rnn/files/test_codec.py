"""All kinds of saved network: what is saved comes back; of a stranger's file only what can be."""

from __future__ import annotations

import io
import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.kinds import KINDS
from tests.support.saved import (
    about_of,
    arrays_of,
    damaged,
    forged,
    forged_abouts,
    forged_headers,
    header_of,
    metadata_of,
    with_header,
)


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


def refused(kind, data, match="."):
    """Why a file is refused, in one line."""
    with pytest.raises(ValueError, match=match) as error:
        kind.load(io.BytesIO(data))
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 500
    return str(error.value)


def loaded_or_refused(kind, data):
    """Either something whole, which is saved as just that again; or one line; in little room."""
    tracemalloc.start()
    try:
        thing = kind.load(io.BytesIO(data))
    except ValueError as error:
        assert str(error).isprintable()
        assert len(str(error)) < 500
        return None
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 10**6 + 20 * len(data)
    again = kind.bytes_of(thing)
    assert kind.bytes_of(kind.load(io.BytesIO(again))) == again
    return thing


# Files of today's format.


def test_a_file_of_an_earlier_version_loads_and_is_saved_as_it_was(kind):
    again = kind.bytes_of(kind.load(kind.path))
    old, new = arrays_of(kind.data), arrays_of(again)
    assert old.keys() == new.keys()
    for name, array in old.items():
        assert new[name].tobytes() == array.tobytes()
        assert (new[name].dtype, new[name].shape) == (array.dtype, array.shape)
    for name in ("format", "format_version"):
        assert metadata_of(again)[name] == metadata_of(kind.data)[name]
    assert kind.bytes_of(kind.load(io.BytesIO(again))) == again


@pytest.mark.parametrize("name", ["memory", "attractors", "networks"])
def test_of_what_knows_no_task_not_a_byte_has_changed_but_for_who_made_it(name):
    kind = KINDS[name]
    again = kind.bytes_of(kind.load(kind.path))
    old, new = (header_of(data) for data in (kind.data, again))
    for header in (old, new):
        header["__metadata__"].pop("made_by", None)
    assert old == new
    old, new = (data[8 + int.from_bytes(data[:8], "little") :] for data in (kind.data, again))
    assert old == new


def test_a_path_and_an_open_file_hold_the_same(kind, tmp_path):
    path = tmp_path / "saved"
    thing = kind.load(kind.path)
    path.write_bytes(b"an earlier one")
    kind.save(thing, path)
    content = kind.bytes_of(thing)
    assert path.read_bytes() == content
    kind.save(kind.load(str(path)), str(path))
    with open(path, "rb") as file:
        assert kind.bytes_of(kind.load(file)) == content
    assert [one.name for one in tmp_path.iterdir()] == ["saved"]


def test_what_cannot_be_read_is_an_error_of_the_system_or_says_why(kind, tmp_path):
    for path, words in ((tmp_path / "missing", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises((OSError, ValueError), match=words):
            kind.load(path)


# Damage.


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=50)
@given(draw=st.data())
def test_damage_never_surprises(name, draw):
    kind = KINDS[name]
    data = draw.draw(damaged(kind.data))
    if loaded_or_refused(kind, data) is not None:  # nothing but what says who made it
        assert arrays_of(data).keys() == arrays_of(kind.data).keys()
        assert metadata_of(data)["about"] == metadata_of(kind.data)["about"]
        assert metadata_of(data)["digest"] == metadata_of(kind.data)["digest"]


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=50)
@given(draw=st.data())
def test_a_forged_header_never_surprises(name, draw):
    kind = KINDS[name]
    loaded_or_refused(kind, draw.draw(forged_headers(kind.data)))


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=50)
@given(draw=st.data())
def test_a_forged_description_never_surprises(name, draw):
    """Signed as if it were true, so that nothing but the checks of the contents stands behind."""
    kind = KINDS[name]
    about = draw.draw(forged_abouts(about_of(kind.data)))
    loaded_or_refused(kind, forged(kind.data, about=about))


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=50)
@given(draw=st.data())
def test_forged_values_never_surprise(name, draw):
    kind = KINDS[name]
    arrays = arrays_of(kind.data)
    changed = draw.draw(st.sampled_from(sorted(arrays)))
    array = arrays[changed].copy()
    floats = st.sampled_from([np.nan, np.inf, -np.inf, -1.0, 0.0, 1e30, 2.0])
    wholes = st.sampled_from([-1, 0, 1, 2**31 - 1, -(2**31)])
    at = draw.draw(st.integers(0, array.size - 1))
    array.flat[at] = draw.draw(floats if array.dtype.kind == "f" else wholes)
    loaded_or_refused(kind, forged(kind.data, arrays={changed: array}))


def test_one_changed_byte_of_an_array_is_noticed(kind):
    for at in (-1, -50, -500):
        changed = bytearray(kind.data)
        changed[at] ^= 1
        refused(kind, bytes(changed), "contents have changed since it was made")
    refused(kind, forged(kind.data, signed=False, digest=None), "contents have changed")


TYPES = ("float16", "float32", "float64", "int8", "int32", "int64", "uint8", "bool")


def test_an_array_of_any_other_type_is_refused(kind):
    for name, array in arrays_of(kind.data).items():
        for dtype in set(TYPES) - {array.dtype.name}:
            # Or another array must be of that type, where several may be of one of two.
            match = f"{name}.* (must be|is of a type)|must be {dtype}, got {array.dtype}"
            refused(kind, forged(kind.data, arrays={name: array.astype(dtype)}), match)


def test_an_array_of_any_other_shape_is_refused(kind):
    for name, array in arrays_of(kind.data).items():
        for other in (array[..., :-1], array[:0], array[None], array.reshape(-1, 1, 1, 1)):
            refused(kind, forged(kind.data, arrays={name: other}), "damaged")


def test_an_array_too_few_or_too_many_is_named(kind):
    for name in arrays_of(kind.data):
        refused(kind, forged(kind.data, arrays={name: None}), f"{name} is missing")
    refused(kind, forged(kind.data, arrays={"more": np.zeros(3)}), "'more' is not a part of it")


def test_values_that_are_not_finite_are_refused_and_not_saved(kind):
    for name, array in arrays_of(kind.data).items():
        if array.dtype.kind == "f" and name != "loss":
            for value in (np.nan, np.inf, -np.inf):
                forgery = forged(kind.data, arrays={name: np.full_like(array, value)})
                refused(kind, forgery, f"{name} holds values that are not finite")


@pytest.mark.parametrize(
    "about", ["[" * 100_000, '{"n_frames": 1e999}', "[]", "null", "\x1b[31m", "{}", '{"leak": NaN}']
)
def test_a_description_that_is_none_is_refused(kind, about):
    refused(kind, forged(kind.data, about=about), "damaged")


NETWORK = about_of(KINDS["networks"].data)["config"]
HISTORY = about_of(KINDS["training"].data)["history"]


@pytest.mark.parametrize(
    ("name", "facts", "match"),
    [
        ("attractors", {"leak": 65}, r"leak must lie in \(0, 1\], got 65"),
        ("attractors", {"leak": 0.0}, r"leak must lie in \(0, 1\], got 0"),
        ("attractors", {"leak": True}, "leak must be a finite number, got True"),
        ("attractors", {"flow": {"rate": 1e30, "dt": 1.0}}, "for the steps to stay stable"),
        ("attractors", {"flow": {"rate": "1", "dt": 1.0}}, "rate must be a finite number"),
        ("networks", {"config": NETWORK | {"n_units": 8.0}}, "n_units must be a whole number"),
        ("networks", {"config": NETWORK | {"n_units": 10**7}}, "must have shape"),
        ("networks", {"config": NETWORK | {"n_contexts": 1}}, "matrix must have shape"),
        ("networks", {"config": NETWORK | {"longest_tau_s": 1e30, "shortest_tau_s": 0.2}}, "time"),
        ("networks", {"config": NETWORK | {"excitatory_share": 1e308}}, "proportion|both signs"),
        ("training", {"plan": {}}, "of another plan"),
        ("training", {"plan": {"assignments": [3]}}, "of another plan"),
        ("training", {"plan": {"assignments": [{"task": 3}]}}, "of another plan"),
        ("training", {"outcome": ["lost"]}, "an outcome that there is not"),
        ("training", {"outcome": []}, "expected 1 outcomes, got 0"),
        ("training", {"history": [[], []]}, "expected 1 histories, got 2"),
        ("training", {"history": [[HISTORY[0][0] | {"updates": 2.0}]]}, "updates must be a whole"),
        ("training", {"history": [[HISTORY[0][0] | {"level": -1}]]}, "a count in it is negative"),
        ("training", {"history": [[HISTORY[0][0] | {"accuracy": [[1.0], []]}]]}, "is no table"),
        ("training", {"history": [[HISTORY[0][0] | {"accuracy": [[1.5]]}]]}, "is no share"),
        ("training", {"history": [[{"updates": 2}]]}, "a validation in it is incomplete"),
        ("training", {"incidents": [1]}, r"incidents\[0\] must be a text"),
    ],
)
def test_facts_that_cannot_be_are_named(name, facts, match):
    kind = KINDS[name]
    refused(kind, forged(kind.data, about=about_of(kind.data) | facts), match)


@pytest.mark.parametrize(
    ("name", "changed", "value", "match"),
    [
        ("memory", "recurrent_indices", 24, "indices|index"),
        ("memory", "recurrent_indices", -1, "recurrent_indices must lie between 0 and inf"),
        ("attractors", "recurrent_indptr", 7, "index pointer"),
        ("networks", "mask", 2.0, "mask must lie between -1 and 1, got 0 to 2"),
        ("networks", "tau_s", 0.0, "time constants must lie between 0.1 and 0.1 s, got 0 to 0.1"),
        ("training", "tau_s", 1e30, "time constants must lie between"),
        ("training", "second_matrix", -1.0, "second_matrix must lie between 0 and inf"),
        ("training", "n_updates", -1, "n_updates must lie between 0 and"),
        ("training", "smoothed", 1.5, "smoothed must lie between 0 and 1"),
    ],
)
def test_values_out_of_their_range_are_named(name, changed, value, match):
    kind = KINDS[name]
    array = arrays_of(kind.data)[changed].copy()
    array.flat[0] = value
    refused(kind, forged(kind.data, arrays={changed: array}), match)


def test_another_version_is_named_with_who_made_it(kind):
    said = refused(
        kind,
        forged(kind.data, format_version="2", made_by="ctxaudio 9\n\x1b[31m"),
        r"is of another version: expected .* 1, got 2, made by ctxaudio 9",
    )
    assert "damaged" not in said
    refused(kind, forged(kind.data, format_version=None), r"expected .* 1, got none")


def test_a_file_of_another_kind_is_refused(kind):
    for other in KINDS.values():
        if other is not kind:
            refused(kind, other.data, "expected .*, got")
    refused(kind, forged(kind.data, format=None), "expected .*, got None")


def test_a_longer_header_than_there_can_be_is_refused_unread(kind):
    header = header_of(kind.data)
    header["__metadata__"]["about"] = "[" * 2**20
    if kind is not KINDS["training"]:  # which may have a long history
        refused(kind, with_header(kind.data, header), "does not begin as a file of arrays")


def test_numpys_numbers_in_a_description_are_saved(kind, monkeypatch):
    """As they come of sums and shapes; the file is the same."""
    thing, dumps = kind.load(kind.path), json.dumps
    expected = kind.bytes_of(thing)

    def numpy_of(value):
        if type(value) in (int, float):
            return np.asarray(value)[()]
        if isinstance(value, dict):
            return {name: numpy_of(one) for name, one in value.items()}
        return [numpy_of(one) for one in value] if isinstance(value, list) else value

    def dump(value, **options):
        return dumps(numpy_of(value) if "allow_nan" in options else value, **options)

    monkeypatch.setattr(json, "dumps", dump)
    assert kind.bytes_of(thing) == expected
