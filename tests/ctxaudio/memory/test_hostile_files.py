"""A memory file that was changed on its way is a memory or refused, and is never run."""

from __future__ import annotations

import io
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxaudio import ContextShift, DataError, load_memory, save_memory
from tests.support.command import ctxaudio, failed, finished, notes, read, write
from tests.support.forks import Forked
from tests.support.saved import about_of, arrays_of, forged, forged_abouts

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
@given(draw=st.data())
def test_a_damaged_or_forged_memory_never_surprises(saved, path, draw):
    """It is refused in one line, or shifts; in the second case few of its numbers are its own."""
    about, arrays = about_of(saved), arrays_of(saved)
    name = draw.draw(st.sampled_from(["readouts", "context", "bias", "recurrent_data", "inputs"]))
    changed = arrays[name].copy()
    values = st.sampled_from([0.0, -1.0, 1e3, -1e30, 3e38])
    changed.flat[draw.draw(st.integers(0, changed.size - 1))] = draw.draw(values)
    described = draw.draw(st.one_of(st.just(about), forged_abouts(about)))
    loaded_or_refused(path, forged(saved, about=described, arrays={name: changed}))


@pytest.mark.parametrize("factor", [1e3, -1e3, 1e30, -3e37])
def test_forged_weights_of_any_size_only_sound_odd(saved, tmp_path, factor):
    # In a process of its own: what moves energy by that much must not move it out of its arrays.
    weights = np.clip(np.float64(factor) * arrays_of(saved)["readouts"], -3e38, 3e38)
    path = tmp_path / "forged.memory"
    path.write_bytes(forged(saved, arrays={"readouts": weights.astype(np.float32)}))
    song = write(tmp_path / "song.wav", SONG, encoding="FLOAT")
    out = tmp_path / "out.wav"
    result = finished(Forked("shift", song, "+36", "-m", path, "-o", out))
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


def test_another_version_is_refused_by_the_command_in_one_line(saved, tmp_path):
    song = write(tmp_path / "song.wav", SONG)
    path = tmp_path / "new.memory"
    path.write_bytes(forged(saved, format_version="2", made_by="ctxaudio 9\n\x1b[31m"))
    for args in (("shift", song, "+5", "-m", path), ("info", path)):
        assert "expected ctxaudio memory 1, got 2, made by ctxaudio 9" in failed(ctxaudio(*args))
