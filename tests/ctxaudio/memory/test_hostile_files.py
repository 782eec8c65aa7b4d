"""A memory file that was changed on its way is a memory or refused, and is never run."""

from __future__ import annotations

import io
import json
import pickle

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxaudio import ContextShift, DataError, load_memory, save_memory
from rnn.codec import digest
from tests.support.command import ctxaudio, failed, finished, notes, read, started, write

SONG = notes(seconds=0.1)


@pytest.fixture(scope="module")
def saved():
    target = io.BytesIO()
    save_memory(ContextShift.teach(SONG).memory, target)
    return target.getvalue()


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("memory") / "song.memory"


def loaded_or_refused(path, data):
    path.write_bytes(data)
    try:
        memory = load_memory(path)
    except DataError as error:
        assert str(error).isprintable()
        return
    assert np.isfinite(ContextShift(memory)(SONG, 5.0).samples).all()


@settings(max_examples=60)
@given(data=st.data())
def test_changed_bytes_never_surprise(saved, path, data):
    changed = bytearray(saved)
    end = 8 + int.from_bytes(saved[:8], "little")
    places = st.one_of(st.integers(0, end), st.integers(0, len(saved) - 1))
    for at, value in data.draw(
        st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=6)
    ):
        changed[at] = value
    loaded_or_refused(path, bytes(changed))


@settings(max_examples=25)
@given(data=st.data())
def test_a_part_of_a_file_is_refused(saved, path, data):
    start = data.draw(st.sampled_from([0, 0, 0, 1, 8]))
    stop = data.draw(st.integers(0, len(saved) - 1))
    path.write_bytes(saved[start:stop])
    with pytest.raises(DataError):
        load_memory(path)


numbers = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.floats(), max_size=3),
    st.sampled_from([10**400, -1, 0, 2**31, 2**63, [[[]]], {}]),
)


@settings(max_examples=80)
@given(data=st.data())
def test_a_forged_description_never_surprises(saved, path, data):
    """Signed as if it were true, so that nothing but the checks of the contents stands behind."""
    end = 8 + int.from_bytes(saved[:8], "little")
    header = json.loads(saved[8:end])["__metadata__"]
    about = json.loads(header["about"])
    for _ in range(data.draw(st.integers(1, 2))):
        name = data.draw(st.sampled_from(sorted(about)))
        value = about[name]
        if isinstance(value, dict) and value and data.draw(st.booleans()):
            about[name] = value | {data.draw(st.sampled_from(sorted(value))): data.draw(numbers)}
        else:
            about[name] = data.draw(numbers)
    arrays = safetensors.numpy.load(saved)
    header["about"] = json.dumps(about)
    header["digest"] = digest(header["about"], arrays)
    loaded_or_refused(path, safetensors.numpy.save(arrays, header))


def test_one_changed_weight_is_noticed(saved, path):
    for at in (-1, -1_000, -100_000):
        changed = bytearray(saved)
        changed[at] ^= 1
        path.write_bytes(changed)
        with pytest.raises(DataError, match="damaged"):
            load_memory(path)


@pytest.mark.parametrize(
    "about", ["[" * 100_000, '{"n_frames": 1e999}', "[]", "null", "\x1b[31m", '{"clock": []}']
)
def test_a_description_that_is_none_is_refused(saved, path, about):
    arrays = safetensors.numpy.load(saved)
    header = {
        "format": "ctxaudio memory",
        "format_version": "1",
        "about": about,
        "digest": digest(about, arrays),
    }
    path.write_bytes(safetensors.numpy.save(arrays, header))
    with pytest.raises(DataError, match="no memory of ctxaudio, or is damaged") as error:
        load_memory(path)
    assert str(error.value).isprintable()


@pytest.mark.parametrize("factor", [1e3, -1e3, 1e30, -3e37])
def test_forged_weights_of_any_size_only_sound_odd(saved, tmp_path, factor):
    # In a process of its own: what moves energy by that much must not move it out of its arrays.
    arrays = safetensors.numpy.load(saved)
    weights = np.float64(factor) * arrays["readouts"]
    arrays["readouts"] = np.clip(weights, -3e38, 3e38).astype(np.float32)
    end = 8 + int.from_bytes(saved[:8], "little")
    header = json.loads(saved[8:end])["__metadata__"]
    header["digest"] = digest(header["about"], arrays)
    path = tmp_path / "forged.memory"
    path.write_bytes(safetensors.numpy.save(arrays, header))
    song = write(tmp_path / "song.wav", SONG, encoding="FLOAT")
    out = tmp_path / "out.wav"
    result = finished(started("shift", song, "+36", "-m", path, "-o", out))
    if result.code == 1:
        failed(result)
    else:
        assert result.code == 0, result
        assert read(out).samples.shape == SONG.samples.shape


class Trap:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return pytest.fail, ("a memory file was run",)


def test_a_pickle_is_not_run(path):
    for content in (pickle.dumps(Trap()), b"\x80\x04."):
        path.write_bytes(content)
        with pytest.raises(DataError):
            load_memory(path)
    np.save(path.with_suffix(".npy"), np.array([Trap()], dtype=object), allow_pickle=True)
    with pytest.raises(DataError):
        load_memory(path.with_suffix(".npy"))


@pytest.mark.parametrize("size", [2**63 - 1, 2**40, 10**8, 0])
def test_a_header_that_promises_too_much_is_refused_at_once(path, size):
    path.write_bytes(size.to_bytes(8, "little") + b"{" + b" " * 100)
    with pytest.raises(DataError):
        load_memory(path)


def test_another_version_is_refused_by_the_command_in_one_line(saved, tmp_path):
    song = write(tmp_path / "song.wav", SONG)
    end = 8 + int.from_bytes(saved[:8], "little")
    header = json.loads(saved[8:end])["__metadata__"]
    header |= {"format_version": "2", "made_by": "ctxaudio 9\n\x1b[31m"}
    path = tmp_path / "new.memory"
    path.write_bytes(safetensors.numpy.save(safetensors.numpy.load(saved), header))
    for args in (("shift", song, "+5", "-m", path), ("info", path)):
        assert "expected format 1, got 2, made by ctxaudio 9" in failed(ctxaudio(*args))
