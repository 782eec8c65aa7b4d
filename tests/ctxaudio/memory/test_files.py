"""A memory file holds all of a memory, and nothing but a memory is taken for one."""

from __future__ import annotations

import io
import time
from dataclasses import replace

import numpy as np
import pytest

from ctxaudio import ContextShift, DataError, load_memory, save_memory
from ctxaudio.memory.files import is_memory_file
from ctxaudio.memory.song_memory import for_any_sound
from tests.support.command import ctxaudio, failed
from tests.support.saved import about_of, arrays_of, forged


@pytest.fixture(scope="module")
def saved(taught_tune):
    target = io.BytesIO()
    save_memory(taught_tune.memory, target)
    return target.getvalue()


@pytest.fixture
def rewritten(saved, tmp_path):
    """Writes the memory file with some arrays or entries replaced, and signs it anew."""

    def write(*, about=(), arrays=(), **texts):
        path = tmp_path / "changed.ctx"
        path.write_bytes(forged(saved, about=about_of(saved) | dict(about), arrays=arrays, **texts))
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
            load_memory(rewritten(**metadata))


def test_a_memory_file_looks_like_one(saved, tmp_path):
    path = tmp_path / "tune.ctx"
    path.write_bytes(saved)
    assert is_memory_file(path)
    assert not is_memory_file(tmp_path / "missing.ctx")
    assert not is_memory_file(tmp_path)


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


# A song of at most a phrase has one phrase whatever its length.
ODD_PHRASES = (10**7, 4097, 128.0, 1e30, True, "128", None, -1, 2**63)


@pytest.mark.parametrize(
    "about",
    [
        {"n_frames": 7},
        {"n_samples": 0},
        {"n_samples": "many"},
        {"clock": {"n_frames": 0}},
        {"clock": {"n_frames": 128, "colour": 1}},
        *({"clock": {"n_frames": n, "n_bumps": 64}} for n in ODD_PHRASES),
        *({name: True} for name in ("n_frames", "n_samples", "sample_rate", "leak")),
        *({name: "1"} for name in ("n_frames", "n_samples", "sample_rate", "leak")),
        {"leak": 65},
        {"sample_rate": 22_050.0},
        {"contexts": ["0"]},
        {"contexts": [True, False]},
        {"network": "trained\x1b[2J"},
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
def test_facts_that_do_not_fit_are_refused_and_info_agrees(rewritten, about):
    path = rewritten(about=about)
    start = time.monotonic()
    with pytest.raises(DataError, match=r"is no memory of ctxaudio, or is damaged") as error:
        load_memory(path)
    assert time.monotonic() - start < 2.0
    assert failed(ctxaudio("info", path)) == f"ctxaudio: {error.value}\n"


# What could not be loaded is not saved.


def test_a_memory_for_any_sound_is_refused_with_what_to_save_instead(taught_tune, tmp_path):
    memory = for_any_sound(taught_tune.memory, 44_100)
    with pytest.raises(DataError, match="save the song's memory it was made from"):
        save_memory(memory, tmp_path / "any.memory")
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_is_no_reservoir_is_not_saved(taught_tune, tmp_path):
    memory = taught_tune.memory
    other = replace(memory, phrases=replace(memory.phrases, network=object()))
    with pytest.raises(TypeError, match="only a reservoir's memory can be saved, got object"):
        save_memory(other, tmp_path / "other.memory")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"n_samples": 7}, "[0-9]+ frames do not fit 7 samples"),
        ({"sample_rate": 8_000.5}, "sample_rate must be a whole number, got 8000.5"),
        ({"contexts": (0.0, np.inf)}, "Out of range float values"),
        ({"fingerprint": "tune"}, "its fingerprint is not one of a song"),
        ({"network": "magic"}, "network must be one of"),
    ],
)
def test_what_could_not_be_loaded_is_not_saved(taught_tune, tmp_path, change, match):
    path = tmp_path / "song.memory"
    path.write_bytes(b"an earlier one")
    with pytest.raises(DataError, match=f"this memory of ctxaudio cannot be saved: {match}"):
        save_memory(replace(taught_tune.memory, **change), path)
    assert path.read_bytes() == b"an earlier one"


def test_numpys_numbers_are_saved_as_pythons(saved, taught_tune):
    memory = taught_tune.memory
    target = io.BytesIO()
    save_memory(
        replace(
            memory,
            sample_rate=np.int64(memory.sample_rate),
            n_samples=np.uint32(memory.n_samples),
            contexts=tuple(np.float32(context) for context in memory.contexts),
        ),
        target,
    )
    assert target.getvalue() == saved


def test_indices_outside_the_network_are_refused(rewritten, saved):
    indices = arrays_of(saved)["recurrent_indices"].copy()
    indices[0] = 400
    with pytest.raises(DataError, match="damaged"):
        load_memory(rewritten(arrays={"recurrent_indices": indices}))
