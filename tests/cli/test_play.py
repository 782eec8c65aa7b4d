"""``ctxaudio play`` and ``devices``: what is heard, what is said, and what can be wrong."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.support.command import (
    HEAVY,
    ctxaudio,
    failed,
    finished,
    imported_by,
    notes,
    started,
    write,
)
from tests.support.forks import Forked
from tests.support.listening import Listener
from tests.support.signals import cents, mono, sine, tone
from tests.support.sound_server import RATE, wait_until


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("play")


@pytest.fixture(scope="module")
def song(folder):
    return write(folder / "song.wav", notes(seconds=0.4, rate=16_000, channels=2))


@pytest.fixture(scope="module")
def memory(folder, song):
    return taught(song, folder / "song.memory")


def taught(song, path):
    assert ctxaudio("teach", song, "-o", path).code == 0
    return path


# What is heard


def test_a_tone_is_heard_five_semitones_higher_without_gaps_or_clicks(jack, folder, tmp_path):
    song = write(folder / "tone.wav", mono(sine(440.0, seconds=2.3)))
    memory = taught(song, folder / "tone.memory")
    hz = 440.0 * 2.0 ** (5.0 / 12.0)
    bent = 0.5 * (2.0 * np.pi * hz / RATE) ** 2  # the most that such a sine is
    for _ in range(8):
        listener = Listener(tmp_path / "heard.npy")
        process = Forked("play", song, "+5", "-m", memory)
        wait_until(lambda: b"PortAudio" in finished(Forked("devices")).out)
        listener.begin()
        assert finished(process).code == 0
        heard = listener.end().astype(np.float64)
        np.testing.assert_array_equal(heard[0], heard[1])
        piece = np.trim_zeros(heard[0])[-3 * RATE // 4 : -RATE // 4]
        found_hz, amplitude = tone(piece, hz)
        # A gap or a click bends it more.
        found = [
            abs(cents(found_hz, hz)),
            abs(amplitude / 0.5 - 1.0),
            most_bent(piece) / bent - 1.0,
        ]
        if np.all(np.array(found) < [2.0, 0.02, 0.1]):
            return
        # A busy machine disturbs a sound card; not every time.
    pytest.fail(f"heard otherwise by {found}")


def most_bent(samples):
    return np.abs(np.diff(samples, 2)).max()


def test_a_song_is_played_to_its_end(jack, song, memory):
    result = ctxaudio("play", song, "+5", "-m", memory, "--json")
    assert (result.code, result.err) == (0, "")
    facts = json.loads(result.out)
    assert facts["input"] == str(song)
    assert facts["memory"] == str(memory)
    assert (facts["semitones"], facts["position_s"], facts["duration_s"]) == (5.0, 0.4, 0.4)
    assert facts["load"] > 0.0
    assert min(facts["underruns"], facts["late"]) >= 0
    assert facts["timings_s"].keys() == {"load", "read memory", "play"}
    assert 0.3 < facts["timings_s"]["play"] < 20.0


def test_a_song_is_learned_before_it_is_played(jack, song):
    result = ctxaudio("play", song, "-3.5", "--examples", "-2,+2", "--seed", "3")
    assert (result.code, result.out) == (0, b"")
    assert result.err.startswith(f"played {song} to 0:00 of 0:00, ")
    assert result.err.count("\n") == 1
    assert ctxaudio("play", song, "-q") == (0, b"", "")


def test_a_song_comes_in_through_a_pipe(jack, song, memory):
    result = ctxaudio("play", "-", "-m", memory, "--json", stdin=song.read_bytes())
    assert json.loads(result.out)["position_s"] == 0.4


def test_a_memory_that_sings_alone_is_played_with_no_song_at_hand(jack, song, folder):
    alone = folder / "alone.memory"
    assert ctxaudio("teach", song, "--alone", "-o", alone).code == 0
    result = ctxaudio("play", alone, "+5", "--json")
    assert (result.code, result.err) == (0, "")
    facts = json.loads(result.out)
    assert (facts["semitones"], facts["position_s"], facts["duration_s"]) == (5.0, 0.4, 0.4)
    refused = ctxaudio("play", alone, "-m", alone)
    assert (refused.code, "without --memory" in refused.err) == (2, True)
    live = ctxaudio("live", alone, "--no-ui", stdin=b"")
    assert (live.code, live.err.startswith(f"played {alone} to 0:00 of 0:00")) == (0, True)


@pytest.mark.parametrize(
    "options",
    [
        ("--device", "0", "--latency", "20", "--blocksize", "512"),
        ("--device", "SYS", "--latency", "low", "--blocksize", "64"),
    ],
)
def test_the_sound_card_is_asked_as_the_options_say(jack, song, memory, options):
    result = ctxaudio("play", song, "-m", memory, "--json", *options)
    assert (result.code, json.loads(result.out)["position_s"]) == (0, 0.4)


# What can be wrong


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("--device", "nonsense"), "no output device 'nonsense'; 'ctxaudio devices' lists"),
        (("--device", "7"), "no output device '7'"),
        (("--memory", "missing.memory"), "missing.memory"),
        (("--memory", "{song}"), "song.wav"),
        (("--memory", "{other}"), "another song"),
    ],
)
def test_what_cannot_be_played_is_told(jack, folder, song, args, reason):
    other = folder / "other.memory"
    if not other.exists():
        taught(write(folder / "other.wav", notes(seconds=0.3)), other)
    args = [arg.format(song=song, other=other) for arg in args]
    assert reason in failed(ctxaudio("play", song, *args))


def test_a_song_that_is_none_is_told_before_a_sound_card_is_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nonesuch")
    assert "No such file" in failed(ctxaudio("play", tmp_path / "song.wav"))
    assert "cannot read" in failed(ctxaudio("play", tmp_path))
    assert "cannot use" in failed(ctxaudio("play", "-", stdin=b"no song"))


def test_eight_channels_do_not_fit_on_two(jack, tmp_path):
    song = write(tmp_path / "song.wav", notes(seconds=0.2, channels=8))
    assert "plays 2 channels, and the sound has 8" in failed(ctxaudio("play", song))


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ((), "Missing argument 'SONG'"),
        (("song.wav", "high"), "expected a number of semitones"),
        (("song.wav", "+37"), "at most ±36 semitones"),
        (("song.wav", "--latency", "nonsense"), "expected low, high or 0 to 2000 milliseconds"),
        (("song.wav", "--latency", "-1"), "expected low, high or 0 to 2000 milliseconds"),
        (("song.wav", "--latency", "nan"), "expected low, high or 0 to 2000 milliseconds"),
        (("song.wav", "--latency", "2001"), "expected low, high or 0 to 2000 milliseconds"),
        (("song.wav", "--blocksize", "-1"), "--blocksize"),
        (("song.wav", "--blocksize", "1.5"), "not a valid integer"),
        (("song.wav", "-m", "a.memory", "--seed", "1"), "--seed cannot change it"),
    ],
)
def test_a_usage_error_of_play_is_one_line(args, reason):
    assert reason in failed(ctxaudio("play", *args), code=2)


def test_without_a_sound_server_it_says_so_in_one_line(song, monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nonesuch")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    assert "no output device" in failed(ctxaudio("play", song))
    result = finished(Forked("devices"))
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(b"PortAudio sees no device")
    assert finished(Forked("devices", "--json")) == (0, b"", "")


@pytest.fixture
def without_portaudio(tmp_path, monkeypatch):
    """A folder from which Python imports what it finds where the library is missing."""
    folder = tmp_path / "missing"
    folder.mkdir()
    (folder / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


def test_without_portaudio_all_else_works_and_playing_says_what_to_install(
    without_portaudio, song, memory
):
    told = "playing needs PortAudio, which is not installed; on Debian and Ubuntu: apt install lib"
    assert told in failed(ctxaudio("play", song, "-m", memory))
    assert told in failed(ctxaudio("live", song, "-m", memory, "--no-ui"))
    assert told in failed(ctxaudio("live", "--input", "-m", memory, "--no-ui"))
    # A process of its own, which looks where PYTHONPATH says first.
    assert told in failed(finished(started("devices")))
    shift = ["shift", song, "+1", "-m", memory, "-o", without_portaudio / "up.wav"]
    assert finished(started(*shift)).code == 0
    assert ctxaudio("info", memory).code == 0


# Devices


def test_devices_lists_what_there_is(jack):
    result = finished(started("devices"))
    assert (result.code, result.err) == (0, "")
    assert f"system, JACK Audio Connection Kit: 2 in, 2 out, {RATE} Hz" in result.out.decode()
    assert result.out.startswith(b"<>   0  ")
    result = finished(Forked("devices", "--json"))
    devices = [json.loads(line) for line in result.out.splitlines()]
    assert [device["number"] for device in devices] == list(range(len(devices)))
    assert devices[0] == {
        "number": 0,
        "name": "system",
        "host": "JACK Audio Connection Kit",
        "n_inputs": 2,
        "n_outputs": 2,
        "sample_rate": RATE,
        "is_default_input": True,
        "is_default_output": True,
    }


@pytest.mark.parametrize("command", ["play", "live", "devices"])
def test_help_imports_nothing_heavy(command):
    result = ctxaudio(command, "--help")
    assert (result.code, result.err) == (0, "")
    assert result.out.decode().startswith(f"Usage: ctxaudio {command}")
    assert "\\b" not in result.out.decode()
    assert (HEAVY | {"sounddevice", "textual"}).isdisjoint(imported_by(command, "--help"))
