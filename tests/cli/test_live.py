"""``ctxaudio live``: commands that are typed, signals, and what is left behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest

from ctxaudio import load_memory
from tests.support.command import ctxaudio, failed, finished, notes, read, write
from tests.support.decks import wait_for_recording
from tests.support.forks import Forked
from tests.support.signals import snr_db
from tests.support.sound_server import wait_until
from tests.support.streaming import whole

RATE = 16_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="module")
def song(folder):
    return write(folder / "song.wav", notes(seconds=0.6, rate=RATE))


@pytest.fixture(scope="module")
def memory(folder, song):
    assert ctxaudio("teach", song, "-o", folder / "song.memory").code == 0
    return folder / "song.memory"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def begun(here, memory):
    """``live`` in processes of its own, that commands are typed to; none outlives its test."""
    processes = []

    def begin(*args, lines):
        options = ("-m", memory, "--no-ui", *args)
        process = Forked("live", *options, cwd=here, stdin=subprocess.PIPE)
        processes.append(process)
        return type_more(process, lines)

    yield begin
    for process in processes:
        with process:
            process.kill()


def type_more(process, lines):
    process.stdin.write(lines)
    process.stdin.flush()
    return process


def typed(song, memory, lines, *options):
    return ctxaudio("live", song, "-m", memory, "--no-ui", *options, stdin=lines)


# What is typed


def test_without_commands_a_song_plays_to_its_end(jack, here, song, memory):
    result = typed(song, memory, b"", "--json", "--context", "-2")
    assert (result.code, result.err) == (0, "")
    facts = json.loads(result.out)
    assert (facts["semitones"], facts["position_s"]) == (-2.0, 0.6)
    assert list(here.iterdir()) == []


def test_what_is_typed_is_done_and_said(jack, here, song, memory):
    lines = (
        b"+3\nUP\n\n  \n down \n-40\nseek 0.2\nloop\nloop\npause\npause\nrecord\nrecord\n7.125\n"
    )
    result = typed(song, memory, lines)
    assert result.code == 0
    said = [line.removeprefix("ctxaudio: ") for line in result.err.splitlines()]
    assert said[:14] == [
        "+3 semitones",
        "+4 semitones",
        "+3 semitones",
        "-36 semitones",
        "at 0:00",
        "loop",
        "no loop",
        "paused",
        "playing",
        "recording to song-live1.flac",
        "wrote song-live1.flac",
        "+7.12 semitones",
        f"played {song} to 0:00 of 0:00, {said[-1].split()[-2]} underruns",
    ]
    assert [path.name for path in here.iterdir()] == ["song-live1.flac"]


def test_what_nobody_understands_is_told_and_changes_nothing(jack, here, song, memory):
    garbage = [
        b"louder",
        b"nan",
        b"seek",
        b"seek soon",
        b"seek nan",
        b"pause 3",
        b"\xff\xfe\x00\x80\x1b[2J",
        b"9" * 5_000,
        b"+7." + b"1" * 100,  # of which nobody knows how it goes on
        b"inf",
        b"-Infinity",
        b"1e400",
        b"seek inf",
        b"seek -1e999",
        b"x" * 3_000_000,
        "\N{FULLWIDTH DIGIT FIVE} +".encode(),
    ]
    result = typed(song, memory, b"\r\n".join([*garbage, b"+3", b"\x00"]))
    assert result.code == 0
    lines = result.err.splitlines()
    expected = "ctxaudio: expected a number of semitones, up, down"
    assert sum(line.startswith(expected) for line in lines) == len(garbage) + 1
    assert len(lines) == len(garbage) + 3
    assert f"played {song} to" in lines[-1]
    assert "ctxaudio: +3 semitones" in lines
    assert max(map(len, lines)) < 600
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("word", [b"quit\n", b"q\n", b"loop\nseek 0.1\nquit\nrecord\n"])
def test_quit_ends_it_at_once_and_quietly(jack, here, song, memory, word):
    result = typed(song, memory, word, "-q")
    assert result == (0, b"", "")
    assert list(here.iterdir()) == []


def test_a_recording_is_what_was_heard_and_never_replaces_another(jack, here, song, memory):
    (here / "song-live1.flac").write_bytes(b"precious")
    result = typed(song, memory, b"pause\nseek 0\nrecord\npause\n", "--context", "4", "--json")
    assert result.code == 0
    assert "wrote song-live2.flac" in result.err
    assert (here / "song-live1.flac").read_bytes() == b"precious"
    assert {path.name for path in here.iterdir()} == {"song-live1.flac", "song-live2.flac"}
    recorded = read(here / "song-live2.flac")
    assert recorded.sample_rate == RATE
    expected = whole(load_memory(memory), read(song), 4.0).samples
    # It may hold a few blocks of how the song faded out at first, and faded in.
    n = recorded.samples.shape[1] - expected.shape[1]
    assert 0 <= n < RATE // 10
    fade = RATE // 50
    assert snr_db(expected[:, fade:], recorded.samples[:, n + fade :]) > 60.0


def test_a_folder_that_cannot_be_written_is_told_and_the_song_goes_on(jack, here, song, memory):
    away = here / "away"
    away.mkdir()
    os.chdir(away)
    away.rmdir()
    result = typed(song, memory, b"record\n")
    os.chdir(here)
    assert result.code == 0
    assert "ctxaudio: cannot write to .: No such file or directory." in result.err.splitlines()
    assert "played" in result.err


def test_what_comes_in_is_shifted_until_quit(jack, here, begun):
    lines = b"+5\nseek 3\nloop\nrecord\npause\npause\n"
    process = begun("--input", "--context", "-1", lines=lines)
    said = [process.stderr.readline().decode().removeprefix("ctxaudio: ") for _ in range(6)]
    result = finished(process, b"quit\n")
    assert (result.code, result.out) == (0, b"")
    assert [line.strip() for line in said] == [
        "+5 semitones",
        "an input has no other place to go to",
        "an input does not end",
        "recording to input-live1.flac",
        "paused",
        "playing",
    ]
    assert result.err.startswith("played input to 0:0")
    assert result.err.endswith("ctxaudio: wrote input-live1.flac\n")
    recorded = read(here / "input-live1.flac")
    assert recorded.samples.shape[0] == 2
    assert not recorded.samples.any()  # JACK's dummy hears nothing


def test_two_players_in_one_folder_record_to_two_files(jack, here, song, begun):
    contexts = {process: begun(song, "-c", process, lines=b"") for process in ("0", "5")}
    for process in contexts.values():
        type_more(process, b"loop\nrecord\n")
    said = {}
    for context, process in contexts.items():
        assert process.stderr.readline() == b"ctxaudio: loop\n"
        said[context] = process.stderr.readline().decode().split()[-1]
        wait_for_recording(process, here, name=said[context])
    assert sorted(said.values()) == ["song-live1.flac", "song-live2.flac"]
    for context, process in contexts.items():
        assert f"ctxaudio: wrote {said[context]}" in finished(process, b"quit\n").err
        assert np.abs(read(here / said[context]).samples).max() > 0.3
    assert {path.name for path in here.iterdir()} == set(said.values())


def test_a_killed_player_leaves_its_recording_as_far_as_it_went(jack, here, song, begun):
    process = begun(song, "-q", lines=b"loop\nrecord\n")
    wait_for_recording(process, here, more_than=30_000)
    process.kill()
    process.wait()
    assert [path.name for path in here.iterdir()] == ["song-live1.flac"]
    recorded = read(here / "song-live1.flac")
    assert recorded.duration_s > 0.5
    assert np.abs(recorded.samples).max() > 0.3
    # The next one takes another name.
    assert "wrote song-live2.flac" in finished(begun(song, lines=b"record\nquit\n")).err


def test_a_song_named_by_a_stranger_breaks_no_line(jack, here, song, memory):
    strange = here / "a\x1b[2J\nb\u202e\udcff.wav"
    strange.write_bytes(song.read_bytes())
    result = typed(strange, memory, b"record\nrecord\nquit\n")
    assert result.code == 0
    assert all(line.isprintable() for line in result.err.splitlines())
    assert "ctxaudio: wrote a\ufffd[2J\ufffdb\ufffd\ufffd-live1.flac" in result.err.splitlines()
    assert len(list(here.iterdir())) == 2


# What cannot be


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("--no-ui",), "expected a song, or --input"),
        (("song.wav", "--input", "-m", "a.memory"), "not both"),
        (("--input", "--no-ui"), "--input needs a memory"),
        (("song.wav", "--input-device", "mic"), "--input-device goes with --input"),
        (("song.wav",), "this is none; --no-ui plays without"),
        (("--input", "-m", "a.memory"), "this is none; --no-ui plays without"),
        (("song.wav", "-c", "40"), "at most ±36 semitones"),
        (("song.wav", "-c", "inf"), "expected a number of semitones"),
        (("song.wav", "-c", "nan"), "expected a number of semitones"),
        (("song.wav", "-c", "9" * 400), "at most ±36 semitones"),
        (("song.wav", "-m", "a.memory", "--examples", "-2,2"), "--examples cannot change it"),
    ],
)
def test_a_usage_error_of_live_is_one_line(args, reason, here):
    assert reason in failed(ctxaudio("live", *args), code=2)


def test_an_input_that_is_not_there_is_told(jack, memory):
    options = ("--input", "-m", memory, "--no-ui")
    assert "no input device 'mic'" in failed(ctxaudio("live", *options, "--input-device", "mic"))
    assert "missing" in failed(ctxaudio("live", "--input", "-m", "missing", "--no-ui"))


# Signals


def children(process):
    """Processes that a process has started: that of the sound card."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == process.pid:
                found.append(int(stat.parent.name))
    return found


def has_ended(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, "ctxaudio: interrupted."), (signal.SIGTERM, 143, "")],
)
def test_a_signal_keeps_what_was_recorded_and_leaves_nothing_else(
    jack, here, song, begun, number, code, said
):
    process = begun(song, "-q", lines=b"loop\nrecord\n")
    wait_for_recording(process, here)
    (card,) = children(process)
    process.send_signal(number)
    # Standard input stays open: nobody may wait for it.
    out, err = process.stdout.read(), process.stderr.read().decode()
    assert (process.wait(30), out, err.strip()) == (code, b"", said)
    assert [path.name for path in here.iterdir()] == ["song-live1.flac"]
    assert np.abs(read(here / "song-live1.flac").samples).max() > 0.3
    wait_until(lambda: has_ended(card))


def test_quit_does_not_wait_for_more_to_be_typed(jack, song, begun):
    process = begun(song, "-q", lines=b"loop\nquit\n")
    assert (process.wait(30), process.stdout.read(), process.stderr.read()) == (0, b"", b"")


def test_the_sound_card_s_process_ends_with_a_player_that_was_killed(jack, song, begun):
    process = begun(song, lines=b"loop\n")
    assert process.stderr.readline() == b"ctxaudio: loop\n"
    (card,) = children(process)
    process.kill()
    wait_until(lambda: has_ended(card))


def test_a_lost_sound_card_ends_what_nobody_watches(jack, song, begun):
    process = begun(song, lines=b"loop\n")
    assert process.stderr.readline() == b"ctxaudio: loop\n"
    (card,) = children(process)
    os.kill(card, signal.SIGKILL)
    assert (
        process.stderr.readline() == b"ctxaudio: the sound device is gone. 'pause' tries again.\n"
    )
    type_more(process, b"pause\n")
    assert process.stderr.readline() == b"ctxaudio: playing\n"
    (card,) = children(process)
    os.kill(card, signal.SIGKILL)
    result = finished(process)  # its standard input ends
    assert result.code == 1
    assert result.err.splitlines()[-1].startswith("ctxaudio: the sound device is gone. It was at 0")
