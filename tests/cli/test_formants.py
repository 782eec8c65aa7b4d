"""``--formants``: what is written and said, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ctxaudio import load_memory
from tests.support.command import ctxaudio, failed, notes, read, write


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("voices")


@pytest.fixture(scope="module")
def song(folder):
    return write(folder / "song.wav", notes())


@pytest.fixture(scope="module")
def memory(folder, song):
    result = ctxaudio("teach", song, "--formants", "-o", folder / "two.memory", "--json")
    assert json.loads(result.out)["knobs"] == ["pitch", "formants"]
    return folder / "two.memory"


def test_formants_are_kept_and_said_to_be(song, memory, tmp_path):
    kept, along = tmp_path / "kept.wav", tmp_path / "along.wav"
    result = ctxaudio("shift", song, "+5", "--formants", "keep", "-o", kept)
    assert (result.code, result.out) == (0, b"")
    assert "+5 semitones, formants kept, in " in result.err
    assert ctxaudio("shift", song, "+5", "-o", along, "-q", "-m", memory).code == 0
    assert not np.array_equal(read(kept).samples, read(along).samples)
    again = tmp_path / "again.wav"
    ctxaudio("shift", song, "+5", "--formants", "keep", "-m", memory, "-o", again)
    assert again.read_bytes() == kept.read_bytes()


def test_formants_go_by_themselves(song, memory, tmp_path):
    result = ctxaudio(
        "shift", song, "0", "--formants", "-2.5", "-m", memory, "-o", tmp_path / "a.wav", "--json"
    )
    assert json.loads(result.out)["formants"] == -2.5


def test_a_memory_tells_its_knobs(memory, song, tmp_path):
    assert load_memory(memory).knobs == ("pitch", "formants")
    assert "knobs          pitch, formants" in ctxaudio("info", memory).out.decode()
    plain = tmp_path / "plain.memory"
    ctxaudio("teach", song, "-o", plain)
    assert "knobs" not in ctxaudio("info", plain).out.decode()
    reason = failed(ctxaudio("shift", song, "+5", "--formants", "keep", "-m", plain), code=1)
    assert "one knob, pitch; teach it anew with --formants" in reason


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("shift", "a.wav", "+5", "--formants", "kept"), "expected keep, or a number of semitones"),
        (("shift", "a.wav", "+5", "--formants", "40"), "expected keep, or at most ±36 semitones"),
        (
            ("shift", "a.wav", "+5", "--formants", "keep", "--example", "1", "b.wav"),
            "of an --example nobody knows where its formants are",
        ),
        (("play", "a.wav", "+5", "--formants", "x"), "expected keep, or"),
        (("live", "a.wav", "--formants", "x"), "expected keep, or"),
    ],
)
def test_what_cannot_be_is_one_line(args, reason):
    assert reason in failed(ctxaudio(*args), code=2)


def test_a_trained_network_is_refused(song):
    pytest.importorskip("torch")
    result = ctxaudio("teach", song, "--formants", "--network", "trained")
    assert "formants are taught to a reservoir" in failed(result, code=1)
