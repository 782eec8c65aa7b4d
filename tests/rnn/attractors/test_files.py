"""A memory of attractors survives on disk, and nothing else is taken for one."""

from __future__ import annotations

import dataclasses
import io
import json

import numpy as np
import pytest
import safetensors.numpy

from rnn import Schedule, free_run, load_attractors, save_attractors
from rnn.files.codec import digest
from tests.support.cycles import FLOW, RESERVOIR, assert_same, teach

SWEEP = Schedule(
    np.array([0.05, 0.2, 0.3]), np.array([[0.0, 1.0], [0.5, -1.0], [0.2, 0.0]]).reshape(3, 1, 2)
)


@pytest.fixture(scope="module")
def memory():
    return teach()


def saved_bytes(memory):
    target = io.BytesIO()
    save_attractors(memory, target)
    return target.getvalue()


def arrays_of(memory):
    """Every array of a memory."""
    reservoir = memory.reservoir
    recurrent = reservoir.recurrent
    return (
        *(recurrent.data, recurrent.indices, recurrent.indptr),
        *(reservoir.inputs, reservoir.context, reservoir.bias),
        *memory.readout,
        memory.contexts,
        memory.states,
    )


@pytest.fixture
def path(memory, tmp_path):
    path = tmp_path / "cycle.memory"
    path.write_bytes(saved_bytes(memory))
    return path


def test_a_saved_memory_is_the_same_to_the_last_bit_and_goes_on_so(memory, path):
    loaded = load_attractors(path)
    assert_same(arrays_of(loaded), arrays_of(memory))
    assert (loaded.flow, loaded.reservoir.leak) == (FLOW, RESERVOIR.leak)
    runs = [
        free_run(memory, SWEEP, memory.states[:, :2], n_steps=30) for memory in (memory, loaded)
    ]
    assert_same(*runs)


def test_a_memory_has_one_file(memory, path):
    content = path.read_bytes()
    assert saved_bytes(memory) == saved_bytes(load_attractors(path)) == content


def refused(path, content, message=""):
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=f"no attractor memory, or is damaged: .*{message}"
    ) as error:
        load_attractors(path)
    assert str(error.value).isprintable()


def signed(path, changed=(), **header):
    """The file with arrays and header changed, signed as if it had been made so."""
    saved = path.read_bytes()
    end = 8 + int.from_bytes(saved[:8], "little")
    header = json.loads(saved[8:end])["__metadata__"] | header
    arrays = safetensors.numpy.load(saved) | dict(changed)
    header["digest"] = digest(header["about"], arrays)
    return safetensors.numpy.save(arrays, header)


def test_signing_alone_changes_nothing(memory, path):
    path.write_bytes(signed(path))
    assert_same(arrays_of(load_attractors(path)), arrays_of(memory))


@pytest.mark.parametrize("at", [-1, -1000, -10_000])
def test_a_changed_weight_is_noticed(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    refused(path, bytes(content), "changed since it was made")


@pytest.mark.parametrize("length", [0, 7, 8, 200, 10_000, -1])
def test_a_part_of_a_file_is_refused(path, length):
    refused(path, path.read_bytes()[:length])


@pytest.mark.parametrize("content", [b"no memory\n\x1b[31m" * 9, b"\x80\x04.", b"RIFF" + bytes(99)])
def test_another_kind_of_file_is_refused(path, content):
    refused(path, content)


def test_arrays_of_another_program_are_refused(path):
    refused(path, safetensors.numpy.save({"states": np.zeros(3)}), "expected rnn attractor memory")


def test_another_version_is_refused(path):
    path.write_bytes(signed(path, format_version="2"))
    with pytest.raises(
        ValueError, match="of another version: expected rnn attractor memory 1, got 2"
    ):
        load_attractors(path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("bias", np.zeros(59), "bias must have shape"),
        ("readout_offset", np.zeros(3), "readout_offset must have shape"),
        ("states", np.zeros((60, 1)), "states must have shape"),
        ("contexts", np.zeros(20), ""),
        ("readout_weights", np.full((60, 2), np.nan), "readout_weights holds values that are not"),
        ("recurrent_indices", np.full(RESERVOIR.recurrent.nnz, 60, np.int32), ""),
        ("recurrent_indices", np.full(RESERVOIR.recurrent.nnz, -1, np.int32), ""),
        ("recurrent_data", np.zeros(3), ""),
    ],
)
def test_arrays_that_make_no_network_are_refused(path, name, value, message):
    refused(path, signed(path, {name: value}), message)


@pytest.mark.parametrize(
    "about",
    [
        "[]",
        "null",
        "{",
        "{}",
        '{"flow": {"rate": 1.0, "dt": 0.0}, "leak": 1.0}',
        '{"flow": {"rate": 1.0, "dt": 0.1, "speed": 1.0}, "leak": 1.0}',
        '{"flow": {"rate": 1.0, "dt": 0.1}, "leak": null}',
    ],
)
def test_a_description_that_is_none_is_refused(path, about):
    refused(path, signed(path, about=about))


def test_a_file_that_cannot_be_read_says_so(tmp_path):
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(OSError, match=r"No such file|Is a directory"):
            load_attractors(path)


def test_what_is_not_finite_is_not_saved(memory):
    broken = dataclasses.replace(memory, states=np.full_like(memory.states, np.nan))
    with pytest.raises(ValueError, match="states holds values that are not finite"):
        save_attractors(broken, io.BytesIO())
