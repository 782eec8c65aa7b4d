"""What was learned is said, and so is what of the examples is odd; all of it is taught as it is."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from ctxaudio import Sound, load_memory, tape_example
from tests.support.command import ctxaudio, failed, notes, write


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def song(here):
    song = notes()
    write(here / "song.wav", song, encoding="FLOAT")
    return song


def as_long(song, semitones):
    """A version that a program which shifts pitch alone might write."""
    return np.resize(tape_example(song, semitones).sound.samples, song.samples.shape)


def taught(here, song, versions, command=("teach", "song.wav")):
    """The JSON facts, and the notes, of teaching versions (context to samples)."""
    examples = []
    for context, samples in versions.items():
        name = f"{context:+g}.wav"
        write(here / name, Sound(samples, song.sample_rate), encoding="FLOAT")
        examples += ["--example", context, name]
    result = ctxaudio(*command, *examples, "--json", "--force")
    assert result.code == 0, result
    facts, lines = json.loads(result.out), result.err.splitlines()
    assert lines[: len(facts["doubts"])] == [f"ctxaudio: {doubt}" for doubt in facts["doubts"]]
    return facts, lines[len(facts["doubts"]) :]


@pytest.mark.parametrize("command", [("teach", "song.wav"), ("shift", "song.wav", "+5")])
def test_versions_are_taught_without_a_word(here, song, command):
    facts, rest = taught(here, song, {s: as_long(song, s) for s in (-0.25, 0.25)}, command)
    assert (facts["doubts"], rest) == ([], [])
    assert facts["learned"]["semitones_a_step"] == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("command", [("teach", "song.wav"), ("shift", "song.wav", "+5")])
@pytest.mark.parametrize(
    ("make", "doubt"),
    [
        (lambda song, rng: notes(seed=1).samples[:, ::-1], "is unlike the song"),
        (lambda song, rng: 0.1 * rng.standard_normal(song.samples.shape), "is unlike the song"),
        (lambda song, rng: 0.0 * song.samples, "is unlike the song"),
        (lambda song, rng: song.samples, "nothing moves at any context"),
        (lambda song, rng: np.repeat(as_long(song, 1.0), 2, 0), "has 2 channels, the song 1"),
    ],
    ids=["another song", "noise", "silence", "the song itself", "two channels"],
)
def test_an_example_that_is_odd_is_doubted_and_taught(here, song, rng, command, make, doubt):
    facts, _ = taught(here, song, {1.0: make(song, rng)}, command)
    assert any(doubt in line for line in facts["doubts"])
    assert all(line.isprintable() for line in facts["doubts"])


def test_wrong_labels_are_taught_as_they_are(here, song):
    assert ctxaudio("teach", "song.wav", "--examples", "-1,1", "-q").err == ""
    facts, _ = taught(here, song, {2.0: as_long(song, 0.5), -2.0: as_long(song, -0.5)})
    assert facts["learned"]["semitones_a_step"] == pytest.approx(0.25, abs=0.05)
    assert load_memory("song.memory").contexts == (-2.0, 0.0, 2.0)


def test_levels_that_are_extrapolated_far_are_told(here, song):
    louder = {c: song.samples * 10.0 ** (c / 20.0) for c in (-1.0, 1.0)}
    facts, rest = taught(here, song, louder, ("shift", "song.wav", "+12"))
    assert facts["learned"]["gain_db_a_step"] == pytest.approx(1.0, abs=0.1)
    assert len(rest) == 1
    assert "levels learned as 1.0 dB a step become 12 dB at +12" in rest[0]
    assert taught(here, song, louder, ("shift", "song.wav", "+5"))[1] == []


def test_what_was_learned_is_in_the_last_line(here, song):
    result = ctxaudio("shift", "song.wav", "+5")
    assert result.err.count("\n") == 1
    assert result.err.endswith("; learned +1.00 semitones a step, 24 of 24 bands agree\n")
    assert ctxaudio("shift", "song.wav", "+6", "-q").err == ""


@pytest.mark.parametrize("link", [None, os.link, os.symlink])
@pytest.mark.parametrize("command", [("teach",), ("shift",)])
@pytest.mark.parametrize("of", ["song.wav", "version.wav"])
def test_what_is_read_is_never_written(here, song, command, of, link):
    write(here / "version.wav", Sound(as_long(song, 1.0), song.sample_rate))
    target = here / of
    if link is not None:
        target = here / "link.wav"
        link(here / of, target)
    before = (here / of).read_bytes()
    semitones = ["+5"] if command == ("shift",) else []
    args = (*command, "song.wav", *semitones, "--example", 1, "version.wav", "-o", target)
    for force in ([], ["--force"]):
        if force and command == ("shift",) and of == "song.wav":
            continue
        assert f"is read too, as {of}" in failed(ctxaudio(*args, *force))
    assert (here / of).read_bytes() == before


def test_a_song_is_replaced_by_its_own_shift_where_that_is_asked_for(here, song):
    # Of integers: libsndfile writes the time into a file of floats.
    write(here / "song.wav", song, encoding="PCM_16")
    assert ctxaudio("shift", "song.wav", "+5", "-o", "other.wav").code == 0
    assert "is read too, as song.wav" in failed(
        ctxaudio("shift", "song.wav", "+5", "-o", "song.wav")
    )
    assert ctxaudio("shift", "song.wav", "+5", "-o", "song.wav", "--force").code == 0
    assert (here / "song.wav").read_bytes() == (here / "other.wav").read_bytes()


def test_a_memory_is_not_written_over_by_its_own_shift(here, song):
    assert ctxaudio("teach", "song.wav", "-q", "-o", "memory.wav").code == 0
    before = (here / "memory.wav").read_bytes()
    args = ("shift", "song.wav", "+5", "-m", "memory.wav", "-o", "memory.wav", "--force")
    assert "is read too, as memory.wav" in failed(ctxaudio(*args))
    assert (here / "memory.wav").read_bytes() == before
