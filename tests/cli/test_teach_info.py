"""``ctxaudio teach`` and ``ctxaudio info``."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ctxaudio import Sound, load_memory
from tests.support.command import ctxaudio, failed, notes, write


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("songs")


@pytest.fixture(scope="module")
def song(folder):
    return write(folder / "song.wav", notes())


@pytest.fixture(scope="module")
def taught(folder, song):
    memory = folder / "song.memory"
    return memory, ctxaudio("teach", song, "-o", memory, "--json", "--examples", "-2,1.5")


def test_teaching_tells_what_was_taught(song, taught):
    memory, result = taught
    assert (result.code, result.err, result.out.count(b"\n")) == (0, "", 1)
    facts = json.loads(result.out)
    assert facts.pop("timings_s").keys() == {"load", "make examples", "teach", "check", "save"}
    learned = facts.pop("learned")
    assert facts == {
        "input": str(song),
        "output": str(memory),
        "contexts": [-2.0, 0.0, 1.5],
        "network": "reservoir",
        "seed": 0,
        "duration_s": 0.5,
        "bytes": memory.stat().st_size,
        "doubts": [],
    }
    assert learned.pop("semitones_a_step") == pytest.approx(1.0, abs=0.01)
    assert learned.pop("gain_db_a_step") < 0.1
    assert learned == {"bands_that_agree": 24, "bands": 24}


def test_the_memory_holds_what_was_taught(taught):
    memory = load_memory(taught[0])
    assert memory.contexts == (-2.0, 0.0, 1.5)
    assert (memory.sample_rate, memory.n_samples) == (8_000, 4_000)


def test_a_memory_is_named_after_its_song_and_another_seed_gives_another(
    song, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    result = ctxaudio("teach", "-", "--seed", "7", stdin=song.read_bytes())
    assert (result.code, result.out) == (0, b"")
    assert result.err.startswith("wrote stdin.memory: 0.5 s taught at -1, 0, +1, ")
    assert result.err.endswith("; learned +1.00 semitones a step, 24 of 24 bands agree\n")
    assert ctxaudio("teach", song, "-q") == (0, b"", "")
    assert {path.name for path in tmp_path.iterdir()} == {"song.memory", "stdin.memory"}
    first, second = (load_memory(tmp_path / name) for name in ("song.memory", "stdin.memory"))
    assert first.fingerprint == second.fingerprint
    assert not np.array_equal(first.phrases.network.bias, second.phrases.network.bias)


def test_an_existing_memory_is_replaced_only_by_force(song, tmp_path):
    memory = tmp_path / "song.memory"
    memory.write_bytes(b"precious")
    assert "--force replaces it" in failed(ctxaudio("teach", song, "-o", memory))
    assert memory.read_bytes() == b"precious"
    assert ctxaudio("teach", song, "-o", memory, "--force").code == 0
    assert load_memory(memory).contexts == (-1.0, 0.0, 1.0)
    assert list(tmp_path.iterdir()) == [memory]


@pytest.mark.parametrize("song", ["..", ".", "/", "missing.wav", ""])
def test_what_cannot_be_taught_leaves_nothing(song, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "cannot read" in failed(ctxaudio("teach", song))
    assert list(tmp_path.iterdir()) == []


def test_info_of_a_song(tmp_path):
    time_s = np.arange(22_050) / 22_050
    samples = 0.5 * np.sin(2.0 * np.pi * 440.0 * time_s)
    song = write(tmp_path / "a.flac", Sound(np.stack([samples, samples]), 22_050), "FLAC", "PCM_24")
    result = ctxaudio("info", song, "--json")
    assert (result.code, result.err, result.out.count(b"\n")) == (0, "", 1)
    facts = json.loads(result.out)
    assert abs(facts.pop("tuning_cents")) <= 2.0
    assert len(facts.pop("fingerprint")) == 16
    assert {"key", "key_second", "key_confidence", "tempo_bpm"} < set(facts)
    # In two channels a sine of full scale is 0 LUFS, here a little less: at 440 Hz, not at 997.
    assert facts.pop("loudness_lufs") == pytest.approx(-6.02 - 0.7, abs=0.1)
    for name in ("key", "key_second", "key_confidence", "tempo_bpm"):
        facts.pop(name)
    assert facts == {
        "kind": "song",
        "format": "FLAC PCM_24",
        "duration_s": 1.0,
        "sample_rate_hz": 22_050,
        "channels": 2,
        "peak_dbfs": -6.02,
        "true_peak_dbtp": -6.02,
    }
    text = ctxaudio("info", "-", stdin=song.read_bytes()).out.decode()
    assert [line.split()[0] for line in text.splitlines()][:2] == ["kind", "format"]
    assert "sample rate    22050 Hz\n" in text


def test_info_of_silence_has_no_level_and_no_tuning(tmp_path):
    song = write(tmp_path / "a.wav", Sound(np.zeros((1, 10)), 8_000))
    facts = json.loads(ctxaudio("info", song, "--json").out)
    assert facts["peak_dbfs"] is None
    for name in ("true_peak_dbtp", "loudness_lufs", "key", "tuning_cents", "tempo_bpm"):
        assert facts[name] is None


def test_info_of_a_memory(song, taught):
    memory, _ = taught
    facts = json.loads(ctxaudio("info", memory, "--json").out)
    of_song = json.loads(ctxaudio("info", song, "--json").out)
    assert facts["fingerprint"] == of_song["fingerprint"]
    assert facts["kind"] == "memory"
    assert facts["contexts"] == [-2.0, 0.0, 1.5]
    assert (facts["duration_s"], facts["sample_rate_hz"]) == (0.5, 8_000)
    assert facts["semitones_a_step"] == pytest.approx(1.0, abs=0.01)
    assert (facts["bands_that_agree"], facts["bands"]) == (24, 24)
    assert "contexts       -2, 0, +1.5\n" in ctxaudio("info", memory).out.decode()


@pytest.mark.parametrize("content", [b"", b"text", b"\x10\0\0\0\0\0\0\0{}", None])
def test_info_of_neither_is_one_line(content, tmp_path):
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    assert str(path) in failed(ctxaudio("info", path))
