"""Folders and lists of songs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from ctxaudio import Sound
from tests.support.command import ctxaudio, encoded, failed, notes, read, write


@pytest.fixture
def album(tmp_path, monkeypatch):
    """Three songs, one of them in a folder, a file that is none and one that seems to be one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "album" / "more").mkdir(parents=True)
    for seed, name in enumerate(("a.wav", "b.flac", "more/c.wav")):
        sound = notes(seconds=0.3, seed=seed)
        write(tmp_path / "album" / name, sound, name[-4:].strip(".").upper())
    (tmp_path / "album" / "cover.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "album" / ".hidden.wav").write_bytes(encoded(notes()))
    return tmp_path / "album"


def files_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_folder_is_the_songs_in_it(album, tmp_path):
    result = ctxaudio("shift", "album", "+2", "-o", "out")
    assert result.code == 0
    assert files_in(tmp_path / "out") == {"a+2st.wav", "b+2st.flac"}
    first, second = result.err.splitlines()
    assert first.startswith("1/2 wrote out/a+2st.wav: 0.3 s, +2 semitones")
    assert first.endswith("left)")
    assert second.startswith("2/2 wrote out/b+2st.flac")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_folders_in_it_are_mirrored(album, tmp_path, jobs):
    (album / "bad.mp3").write_bytes(b"no song")
    result = ctxaudio(
        "shift", "album", "+2", "-r", "-o", "out", "--jobs", jobs, "--report", "report.jsonl"
    )
    assert result.code == 1
    assert "expected a sound file" in result.err
    assert "1 of 4 songs could not be shifted." in result.err
    assert files_in(tmp_path / "out") == {"a+2st.wav", "b+2st.flac", "more/c+2st.wav"}
    told = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text().splitlines()]
    assert {(each["status"], each["input"]) for each in told} == {
        ("shifted", "album/a.wav"),
        ("shifted", "album/b.flac"),
        ("shifted", "album/more/c.wav"),
        ("failed", "album/bad.mp3"),
    }
    alone = ctxaudio("shift", "album/a.wav", "+2", "-o", "alone.wav")
    assert alone.code == 0
    made, expected = read(tmp_path / "out" / "a+2st.wav"), read(tmp_path / "alone.wav")
    # Bit by bit where both have one thread for products, which a warm process may not have.
    np.testing.assert_allclose(made.samples, expected.samples, atol=1e-6)


def test_what_was_interrupted_goes_on_where_it_was(album, tmp_path):
    args = ("shift", "album", "+2", "-r", "-o", "out", "--skip-existing", "--report", "report")
    assert ctxaudio(*args).code == 0
    (tmp_path / "out" / "b+2st.flac").unlink()
    before = (tmp_path / "out" / "a+2st.wav").stat().st_mtime_ns
    result = ctxaudio(*args)
    assert result.code == 0
    assert "2 of 3 songs were there already." in result.err
    assert (tmp_path / "out" / "b+2st.flac").is_file()
    assert (tmp_path / "out" / "a+2st.wav").stat().st_mtime_ns == before
    told = [json.loads(line)["status"] for line in (tmp_path / "report").read_text().splitlines()]
    assert told == ["shifted"] * 3 + ["skipped"] * 2 + ["shifted"]


def test_what_was_made_before_is_no_song_of_the_folder(album, tmp_path):
    for _ in range(2):
        result = ctxaudio("shift", "album", "+2", "-r", "-o", "album/up", "--force")
        assert result.code == 0
        assert "3/3" in result.err
    assert files_in(album / "up") == {"a+2st.wav", "b+2st.flac", "more/c+2st.wav"}


def test_several_shifts_of_a_song_are_taught_once(album, tmp_path):
    result = ctxaudio("shift", "album/a.wav", "--by", "-2,+3", "--json")
    assert result.code == 0
    told = [json.loads(line) for line in result.out.splitlines()]
    assert [each["output"] for each in told] == ["a-2st.wav", "a+3st.wav"]
    assert ["teach" in each["timings_s"] for each in told] == [True, False]
    for each in told:
        alone = f"{each['semitones']:+g}"
        assert ctxaudio("shift", "album/a.wav", alone, "-o", f"{alone}.wav").code == 0
        assert (tmp_path / f"{alone}.wav").read_bytes() == (tmp_path / each["output"]).read_bytes()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("album", "+2", "-o", "-"), "several songs cannot go to standard output"),
        (("album/a.wav", "--by", "-2,+2", "-o", "-"), "several songs cannot go to standard"),
        (("album/a.wav", "--by", "-2,-2"), "expected different shifts"),
        (("album/a.wav", "--by", "-2,40"), "at most ±36 semitones"),
        (("album/a.wav", "--by", "-2", "--to", "C"), "give one of them"),
        (("--by", "-2"), "expected a song"),
        (("album/a.wav", "album/a.wav", "+2"), "two songs of the same name"),
    ],
)
def test_what_does_not_go_together_is_said(album, args, message):
    assert message in failed(ctxaudio("shift", *args), 2)


def test_a_folder_without_songs_is_said(album, tmp_path):
    (tmp_path / "empty" / "songs").mkdir(parents=True)
    write(tmp_path / "empty" / "songs" / "a.wav", Sound([[0.0] * 100], 8_000))
    message = failed(ctxaudio("shift", "empty", "+1", "-o", "out"))
    assert (
        "cannot use empty: there is no sound file in it; --recursive looks into its folders too"
        in message
    )


@pytest.mark.parametrize("letter", ["a", "é", "\N{MUSICAL SYMBOL G CLEF}"])
def test_a_name_as_long_as_can_be_makes_one_that_can_be(album, tmp_path, letter):
    name = letter * (251 // len(letter.encode())) + ".wav"
    shutil.copy(album / "a.wav", tmp_path / name)
    assert ctxaudio("shift", name, "+2").code == 0
    (made,) = tmp_path.glob("*+2st.wav")
    assert 250 < len(os.fsencode(made.name)) <= 255
    assert name.startswith(made.name.removesuffix("+2st.wav"))


@pytest.mark.parametrize("name", ["\N{MUSICAL NOTE}.wav", "a\nb.wav", "./-5.wav", "bad\udcff.wav"])
def test_a_name_of_any_kind_names_its_result(album, tmp_path, name):
    shutil.copy(album / "a.wav", tmp_path / name)
    assert ctxaudio("shift", name, "+2").code == 0
    assert (tmp_path / name.replace(".wav", "+2st.wav")).is_file()


def test_a_folder_may_look_like_a_file_with_a_suffix(album, tmp_path):
    assert ctxaudio("shift", "album/a.wav", "+2", "-o", "v1.0/").code == 0
    assert files_in(tmp_path / "v1.0") == {"a+2st.wav"}


def test_a_link_to_nothing_is_replaced_only_by_force(album, tmp_path):
    (tmp_path / "link.wav").symlink_to("nothing")
    args = ("shift", "album/a.wav", "+2", "-o", "link.wav")
    assert "link.wav exists already; --force replaces it" in failed(ctxaudio(*args))
    assert (tmp_path / "link.wav").is_symlink()
    assert ctxaudio(*args, "--force").code == 0
    assert files_in(tmp_path) >= {"link.wav"}
    assert not (tmp_path / "link.wav").is_symlink()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_need_not_know_the_letters_of_a_name(album, encoding):
    name = "album/naïve \N{MUSICAL NOTE}.wav"
    shutil.copy(album / "a.wav", name)
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "ctxaudio", "shift", name, "+2"]
    environment = {**os.environ, **plain, "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0
    (line,) = done.stderr.decode(encoding).splitlines()
    assert line.startswith("wrote ")
