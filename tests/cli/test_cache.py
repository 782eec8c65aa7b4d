"""A song that was taught before is not taught again: what is remembered, what is said of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.command import ctxaudio, failed, finished, notes, read, write
from tests.support.forks import Forked

SHIFT = ("shift", "song.wav", "+5", "--force")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "song.wav", notes())
    return tmp_path


def remembered():
    """The files of all memories that are remembered."""
    return [*Path(os.environ["CTXAUDIO_CACHE_DIR"]).glob("memories/*")]


def facts(*args):
    result = ctxaudio(*args, "--json")
    assert result.code == 0, result
    return json.loads(result.out)


def test_a_second_shift_teaches_nothing_and_writes_the_same_bytes(here):
    made = []
    for options, is_remembered in (((), False), ((), True), (("--no-cache",), False)):
        told = facts(*SHIFT, *options)
        assert told["remembered"] is is_remembered
        assert ("teach" in told["timings_s"]) is not is_remembered
        made.append((here / "song+5st.wav").read_bytes())
    assert made[0] == made[1] == made[2]


def test_the_line_says_what_was_remembered(here):
    assert "; learned +1.00 semitones a step" in ctxaudio(*SHIFT).err
    assert "; remembered +1.00 semitones a step" in ctxaudio(*SHIFT).err
    assert "; learned +1.00 semitones a step" in ctxaudio(*SHIFT, "--no-cache").err


def test_without_it_nothing_is_kept(here):
    assert facts(*SHIFT, "--no-cache")["remembered"] is False
    assert facts("teach", "song.wav")["output"] == "song.memory"  # always taught, and its own file
    assert remembered() == []


@pytest.mark.parametrize(
    "options",
    [("--examples", "-2,+2"), ("--seed", "1"), ("--formants", "keep"), ("--example", "1", "a.wav")],
    ids=lambda options: options[0],
)
def test_other_settings_are_another_lesson(here, options):
    write(here / "a.wav", notes(seed=1))
    facts(*SHIFT)
    assert [facts(*SHIFT, *options)["remembered"] for _ in range(2)] == [False, True]


def test_another_song_or_example_of_the_same_name_is_another_lesson(here):
    write(here / "a.wav", notes(seed=1))
    given = (*SHIFT, "--example", "1", "a.wav")
    facts(*given)
    times = [Path(name).stat() for name in ("song.wav", "a.wav")]
    for name, about in zip(("song.wav", "a.wav"), times, strict=True):
        write(here / name, notes(seed=2))
        os.utime(name, ns=(about.st_atime_ns, about.st_mtime_ns))
        assert facts(*given)["remembered"] is False
    (here / "song.wav").rename(here / "other.wav")
    assert facts("shift", "other.wav", *given[2:])["remembered"] is True


def test_doubts_are_said_again(here):
    write(here / "a.wav", notes(seed=1, channels=2))
    given = (*SHIFT, "--example", "1", "a.wav")
    first, second = ctxaudio(*given), ctxaudio(*given)
    assert "has 2 channels, the song 1" in first.err
    assert first.err.splitlines()[:-1] == second.err.splitlines()[:-1]
    assert facts(*given)["doubts"]


@pytest.mark.parametrize("left", [0, 100, -1])
def test_a_damaged_memory_is_taught_anew_and_that_is_said_once(here, left):
    ctxaudio(*SHIFT)
    made = (here / "song+5st.wav").read_bytes()
    (path,) = remembered()
    path.write_bytes(path.read_bytes()[:left])
    said = [ctxaudio(*SHIFT).err.splitlines() for _ in range(2)]
    assert [len(lines) for lines in said] == [2, 1]
    assert said[0][0] == f"ctxaudio: the remembered {path} is damaged. The song is taught anew."
    assert "; remembered" in said[1][0]
    assert (here / "song+5st.wav").read_bytes() == made


def test_a_folder_that_cannot_be_written_is_passed_over(here, monkeypatch):
    monkeypatch.setenv("CTXAUDIO_CACHE_DIR", "song.wav")
    for _ in range(2):
        result = ctxaudio(*SHIFT)
        assert (result.code, result.err.count("\n")) == (0, 1)


def test_a_disk_that_has_no_room_for_a_memory_is_passed_over(here):
    room = (here / "song.wav").stat().st_size + 1_000  # for the song
    result = finished(Forked(*SHIFT, cwd=here, file_bytes=room))
    assert (result.code, result.err.count("\n")) == (0, 1)
    assert remembered() == []


def test_two_at_once_are_both_right(here):
    both = [Forked("shift", "song.wav", "+5", "-o", f"{n}.wav", cwd=here) for n in range(2)]
    assert [finished(each).code for each in both] == [0, 0]
    assert (here / "0.wav").read_bytes() == (here / "1.wav").read_bytes()
    assert [path.suffix for path in remembered()] == [".memory"]


def test_songs_side_by_side_are_remembered(here):
    write(here / "other.wav", notes(seed=2))
    args = ("shift", "song.wav", "other.wav", "+5", "--force", "--json", "--jobs", "2")
    for expected in (False, True):
        lines = finished(Forked(*args, cwd=here)).out.splitlines()
        assert [json.loads(line)["remembered"] for line in lines] == [expected] * 2


@pytest.mark.parametrize("command", [("play",), ("live", "--no-ui")], ids=lambda words: words[0])
def test_what_is_played_is_remembered_too(jack, here, command):
    args = (*command, "song.wav", "--json")
    assert [facts(*args)["remembered"] for _ in range(2)] == [False, True]
    assert facts(*args, "--no-cache")["remembered"] is False
    facts("shift", "song.wav", "+5", "--force")
    assert len(remembered()) == 1


# Files that are as they were need not be read to be recognised


@pytest.fixture
def settled(monkeypatch):
    monkeypatch.setattr("ctxaudio.sound.origin._SETTLED_NS", 0)


@pytest.fixture
def ahead(monkeypatch):
    """What each song was foretold to be, of those that are decoded while they play."""
    from ctxaudio.sound import ahead

    foretold = []

    class Seen(ahead.AheadSound):
        def __init__(self, *args, **kwargs):
            foretold.append(kwargs["foretold"])
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(ahead, "AheadSound", Seen)
    return foretold


LIVE = ("live", "--no-ui", "song.wav")


@pytest.mark.usefixtures("jack", "settled")
@pytest.mark.parametrize(("container", "encoding"), [("WAV", "PCM_16"), ("MP3", "MPEG_LAYER_III")])
def test_a_file_that_was_read_is_played_at_once(here, ahead, container, encoding):
    song = f"song.{container.lower()}"
    write(here / song, notes(rate=16_000), container, encoding)
    facts("shift", song, "+5", "--force")
    assert ahead == []
    assert facts("play", song)["remembered"] is True
    assert [each.n_samples for each in ahead] == [read(here / song).n_samples]


@pytest.mark.usefixtures("jack", "settled")
def test_what_asks_for_all_of_a_file_reads_it(here, ahead):
    facts(*SHIFT)
    assert facts("play", "song.wav", "--no-cache")["remembered"] is False
    assert facts("play", "song.wav", "--speed", "0.8")["remembered"] is True
    ctxaudio("cache", "--clear")
    assert facts("play", "song.wav")["remembered"] is False
    assert ahead == []


@pytest.mark.usefixtures("jack", "settled")
def test_a_file_that_has_changed_is_read_again(here, ahead):
    assert [facts(*LIVE)["remembered"] for _ in range(2)] == [False, True]
    about = (here / "song.wav").stat()
    data = bytearray((here / "song.wav").read_bytes())
    data[-4_000:] = bytes(4_000)
    (here / "song.wav").write_bytes(data)
    os.utime("song.wav", ns=(about.st_atime_ns, about.st_mtime_ns))
    assert [facts(*LIVE)["remembered"] for _ in range(2)] == [False, True]
    assert len(ahead) == 2


@pytest.mark.usefixtures("jack", "settled")
def test_other_settings_of_a_file_that_is_known_are_taught(here, ahead):
    facts(*LIVE)
    assert [facts(*LIVE, "--seed", "1")["remembered"] for _ in range(2)] == [False, True]
    assert len(ahead) == 2


@pytest.mark.usefixtures("jack", "settled")
def test_a_change_without_a_trace_is_an_error_once_and_no_wrong_memory(here, monkeypatch):
    monkeypatch.setattr("ctxaudio.sound.origin.origin_of", lambda _: "always the same")
    monkeypatch.setattr("ctxaudio.sound.files.origin_of", lambda _: "always the same")
    facts(*LIVE)
    write(here / "song.wav", notes(seed=1))
    assert "song.wav has changed without a trace; start again." in failed(ctxaudio(*LIVE))
    assert [facts(*LIVE)["remembered"] for _ in range(2)] == [False, True]


@pytest.mark.usefixtures("settled")
def test_what_was_learned_is_not_found_out_again(here, monkeypatch):
    first = facts(*SHIFT)["learned"]
    monkeypatch.setattr("ctxaudio.memory.learned.what_was_learned", None)
    assert facts(*SHIFT)["learned"] == first


# The command


def test_what_is_remembered_is_shown_and_cleared(here):
    folder = Path(os.environ["CTXAUDIO_CACHE_DIR"]) / "memories"
    empty = {"folder": str(folder), "memories": 0, "bytes": 0, "most_bytes": 10**9}
    assert facts("cache") == empty | {"cleared": False}
    ctxaudio(*SHIFT)
    size = remembered()[0].stat().st_size
    full = empty | {"memories": 1, "bytes": size}
    assert facts("cache") == full | {"cleared": False}
    line = f"{folder}: 1 memory, {size / 1e6:.1f} MB"
    assert ctxaudio("cache") == (0, f"{line} of 1000 MB at most\n".encode(), "")
    assert ctxaudio("cache", "--clear") == (0, f"{line}, removed\n".encode(), "")
    assert remembered() == []
    assert facts("cache", "--clear") == empty | {"cleared": True}


def test_what_cannot_be_cleared_is_one_line(here):
    ctxaudio(*SHIFT)
    (path,) = remembered()
    path.unlink()
    path.mkdir()
    assert str(path) in failed(ctxaudio("cache", "--clear"))
