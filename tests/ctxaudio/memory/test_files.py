"""A memory file holds all of a memory, and nothing but a memory is taken for one."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
import safetensors.numpy

from ctxaudio import ContextShift, DataError, load_memory, save_memory
from ctxaudio.memory.files import is_memory_file
from rnn.codec import digest


@pytest.fixture(scope="module")
def saved(taught_tune):
    target = io.BytesIO()
    save_memory(taught_tune.memory, target)
    return target.getvalue()


@pytest.fixture
def rewritten(saved, tmp_path):
    """Writes the memory file with some arrays or entries replaced; None takes one out.

    It is signed anew unless ``signed`` is false, so that what stands behind the digest is tested.
    """

    def write(*, arrays=(), about=(), metadata=(), signed=True):
        length = int.from_bytes(saved[:8], "little")
        header = json.loads(saved[8 : 8 + length])["__metadata__"]
        header["about"] = json.dumps(json.loads(header["about"]) | dict(about))
        kept = safetensors.numpy.load(saved) | dict(arrays)
        kept = {name: array for name, array in kept.items() if array is not None}
        if signed:
            header["digest"] = digest(header["about"], kept)
        header = {k: v for k, v in (header | dict(metadata)).items() if v is not None}
        path = tmp_path / "changed.ctx"
        path.write_bytes(safetensors.numpy.save(kept, header))
        return path

    return write


def test_a_memory_that_was_saved_shifts_to_the_same_bytes(saved, tmp_path, taught_tune, tune):
    path = tmp_path / "tune.ctx"
    path.write_bytes(saved)
    loaded = ContextShift(load_memory(path))
    for context in (-24.0, 0.0, 5.0):
        assert loaded(tune, context).samples.tobytes() == (
            taught_tune(tune, context).samples.tobytes()
        )
    memory, original = loaded.memory, taught_tune.memory
    for name in ("frames", "bands", "fingerprint", "sample_rate", "n_samples", "contexts"):
        assert getattr(memory, name) == getattr(original, name)
    assert memory.phrases.clock == original.phrases.clock
    assert memory.phrases.readouts.weights.tobytes() == original.phrases.readouts.weights.tobytes()


def test_a_memory_is_saved_as_the_same_bytes_every_time(saved, tmp_path):
    path = tmp_path / "tune.ctx"
    path.write_bytes(saved)
    memory = load_memory(path)
    files = {saved}
    for _ in range(8):
        target = io.BytesIO()
        save_memory(memory, target)
        files.add(target.getvalue())
    assert len(files) == 1


def test_an_unchanged_rewrite_is_still_the_memory(rewritten, taught_tune):
    assert load_memory(rewritten()).fingerprint == taught_tune.memory.fingerprint


@pytest.mark.parametrize("keep", [0, 5, 8, 100, 5000, -1])
def test_a_cut_file_is_refused(saved, tmp_path, keep):
    path = tmp_path / "cut.ctx"
    path.write_bytes(saved[:keep])
    with pytest.raises(DataError, match=r"cut\.ctx"):
        load_memory(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "missing.ctx", tmp_path):
        with pytest.raises(DataError, match="cannot read"):
            load_memory(path)


def test_another_kind_of_file_is_refused(tmp_path, rewritten):
    path = tmp_path / "song.wav"
    path.write_bytes(b"RIFF" + bytes(100))
    assert not is_memory_file(path)
    with pytest.raises(DataError, match="is no memory of ctxaudio"):
        load_memory(path)
    for metadata in ({"format": "something else"}, {"format": None}):
        with pytest.raises(DataError, match="expected ctxaudio memory, got "):
            load_memory(rewritten(metadata=metadata))


def test_a_memory_file_looks_like_one(saved, tmp_path):
    path = tmp_path / "tune.ctx"
    path.write_bytes(saved)
    assert is_memory_file(path)
    assert not is_memory_file(tmp_path / "missing.ctx")
    assert not is_memory_file(tmp_path)


def test_anything_changed_without_the_digest_is_noticed(rewritten, saved):
    weights = safetensors.numpy.load(saved)["readouts"].copy()
    weights[0, 0, 0] = np.nextafter(weights[0, 0, 0], np.float32(np.inf))
    for change in (
        {"arrays": {"readouts": weights}},
        {"about": {"contexts": [-2.0, 0.0, 2.0]}},
        {"metadata": {"digest": "0" * 64}},
        {"metadata": {"digest": None}},
    ):
        with pytest.raises(DataError, match="damaged"):
            load_memory(rewritten(**change, signed=False))


def test_another_version_of_the_format_is_named(rewritten):
    metadata = {"format_version": "99", "made_by": "ctxaudio 9\x1b[2J"}
    with pytest.raises(
        DataError, match="of another version: expected format 1, got 99, made by ctxaudio 9"
    ) as error:
        load_memory(rewritten(metadata=metadata))
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    ("arrays", "match"),
    [
        ({"bias": np.zeros(3)}, r"bias must have shape \(400,\), got \(3,\)"),
        ({"readouts": np.zeros((1, 2, 3), np.float32)}, "readouts must have shape"),
        ({"context": np.zeros((400, 2))}, r"context must have shape \(400, 1\)"),
        ({"inputs": np.zeros((400, 64), np.float32)}, "inputs must be float64, got float32"),
        ({"context": np.full((400, 1), np.nan)}, "context holds values that are not finite"),
        ({"recurrent_indptr": np.full(401, -7, np.int32)}, "damaged"),
        ({"bias": None}, "bias is missing"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(rewritten, arrays, match):
    with pytest.raises(DataError, match=match):
        load_memory(rewritten(arrays=arrays))


@pytest.mark.parametrize(
    "about",
    [
        {"n_frames": 7},
        {"n_samples": 0},
        {"n_samples": "many"},
        {"clock": {"n_frames": 0}},
        {"clock": {"n_frames": 128, "colour": 1}},
        {"frames": {"hop": -1}},
        {"bands": None},
        {"contexts": 5},
        {"leak": None},
        {"leak": 0.0},
        {"sample_rate": 48_000},
        {"sample_rate": 1},
        {"fingerprint": "tune"},
    ],
)
def test_facts_that_do_not_fit_are_refused(rewritten, about):
    with pytest.raises(DataError, match=r"damaged|not those of"):
        load_memory(rewritten(about=about))


def test_indices_outside_the_network_are_refused(rewritten, saved):
    indices = safetensors.numpy.load(saved)["recurrent_indices"].copy()
    indices[0] = 400
    with pytest.raises(DataError, match="damaged"):
        load_memory(rewritten(arrays={"recurrent_indices": indices}))
