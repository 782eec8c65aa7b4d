"""What is asked of the command: help, numbers, and one line on each mistake."""

from __future__ import annotations

import os

import pytest

from cli.main import Outcome
from ctxaudio import __version__
from tests.support.command import HEAVY, ctxaudio, failed, imported_by


@pytest.mark.parametrize("command", [(), ("shift",), ("teach",), ("info",), ("cache",)])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_explains_itself(command, option):
    result = ctxaudio(*command, option)
    assert (result.code, result.err) == (0, "")
    assert result.out.decode().startswith(" ".join(["Usage: ctxaudio", *command]))


@pytest.mark.parametrize(
    "args",
    [
        ("--help",),
        ("shift", "--help"),
        ("cache", "--help"),
        ("--version",),
        ("shift", "a"),
    ],
)
def test_help_and_usage_errors_import_nothing_heavy(args):
    assert HEAVY.isdisjoint(imported_by(*args))


def test_the_sound_does_not_depend_on_the_number_of_cores(monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    seen = []
    monkeypatch.setattr("cli.main._run", lambda _: seen.append(dict(os.environ)) or Outcome(0))
    ctxaudio("--version")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    ctxaudio("--version")
    assert [env["OPENBLAS_NUM_THREADS"] for env in seen] == ["1", "3"]


def test_the_version_is_the_package_s():
    assert ctxaudio("--version").out.decode().split()[-1] == __version__


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ((), "Missing command"),
        (("sing",), "No such command 'sing'"),
        (("shift",), "expected a song and semitones, such as 'song.flac +5'"),
        (
            ("shift", "song.wav"),
            "or an interval such as -50c, x1.5 or 'up a fifth', got 'song.wav'",
        ),
        (("shift", "+5"), "expected a song and semitones"),
        (("shift", "a.wav", "5", "-m", "m", "--examples", "-2,2"), "--examples cannot change it"),
        (("shift", "a.wav", "5", "-m", "m", "--seed", "1"), "--seed cannot change it"),
        (("shift", "a.wav", "5", "-m", "m", "--example", "1", "b.wav"), "--example cannot change"),
        (("teach", "a.wav", "--examples", "-2,2", "--example", "1", "b.wav"), "not both"),
        (("teach", "a.wav", "--example", "0", "b.wav"), "semitones of its own, not 0"),
        (("teach", "a.wav", "--example", "1", "b", "--example", "1", "c"), "of its own"),
        (("teach", "a.wav", "--examples", "-0.1,0.1"), "at least 0.25 semitones"),
        (("teach", "a.wav", "-o", "-"), "a memory goes to a file"),
        (("shift", "song.wav", "abc"), "expected a number of semitones"),
        (("shift", "song.wav", ""), "expected a number of semitones"),
        (("shift", "song.wav", "nan"), "expected a number of semitones"),
        (("shift", "song.wav", "inf"), "expected a number of semitones"),
        (("shift", "song.wav", "−inf"), "expected a number of semitones"),
        (("shift", "song.wav", "37"), "at most ±36 semitones, got 37"),
        (("shift", "song.wav", "-36.01"), "at most ±36 semitones, got -36.01"),
        (("shift", "song.wav", "1e9"), "at most ±36 semitones"),
        (
            ("shift", "song.wav", "+5", "--forc"),
            "Did you mean one of: '--force', '--format', '--from'?",
        ),
        (("shift", "song.wav", "+5", "--seed", "-1"), "--seed"),
        (("shift", "song.wav", "+5", "--examples", "0,1"), "none of them 0"),
        (("shift", "song.wav", "+5", "--examples", "1,1"), "expected different shifts"),
        (("shift", "song.wav", "+5", "--examples", "1,x"), "got 'x'"),
        (("shift", "song.wav", "+5", "--examples", "13"), "at most ±12 semitones"),
        (("shift", "song.wav", "+5", "--example", "high", "b.wav"), "got 'high'"),
        (("shift", "song.wav", "+5", "--example", "1"), "requires 2 arguments"),
        (("shift", "a/song.wav", "b/song.wav", "+5"), "two songs of the same name"),
        (("shift", "a.wav", "b.wav", "+5", "-o", "-"), "several songs"),
        (("shift", "a.wav", "b.wav", "+5", "-o", "c.wav"), "need a folder"),
        (("shift", "song.wav", "+5", "--examples", "1,inf"), "expected a number of semitones"),
        (
            ("shift", "song.wav", "+5", "--example", "nan", "b.wav"),
            "expected a number of semitones",
        ),
        (("shift", "song.wav", "+5", "--seed", "nan"), "--seed"),
        (("play", "song.wav", "--latency", "nan"), "0 to 2000 milliseconds, got 'nan'"),
        (("play", "song.wav", "--blocksize", "inf"), "--blocksize"),
        (("live", "song.wav", "--context", "inf"), "expected a number of semitones"),
        (("bench", "lorenz", "translate", "--seconds", "nan"), "expected a finite number, got nan"),
        (("bench", "lorenz", "translate", "--seconds", "inf"), "--seconds"),
        (("bench", "lorenz", "translate", "--context", "nan"), "expected contexts within"),
        (("bench", "lorenz", "translate", "--set", "ridge=inf"), "a name and a number"),
        (("teach",), "Missing argument 'SONG'"),
        (("info",), "Missing argument 'FILE'"),
    ],
)
def test_a_usage_error_is_one_line_with_code_2(args, reason, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert reason in failed(ctxaudio(*args), code=2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", ["-3.5", "−3.5", "+0", "-0", "36", "-36", "-.5", "3e-1", "5"])
@pytest.mark.parametrize("options_first", [False, True])
def test_a_signed_number_is_no_option(number, options_first, tmp_path, monkeypatch):
    # The number was understood if the missing song is what is wrong.
    monkeypatch.chdir(tmp_path)
    options = ("--example", "-1", "low.wav", "--seed", "3", "-q")
    args = (*options, "song.wav", number) if options_first else ("song.wav", number, *options)
    assert "cannot read song.wav: No such file" in failed(ctxaudio("shift", *args))


def test_help_shows_each_example_on_a_line_of_its_own():
    for command in ("shift", "teach"):
        text = ctxaudio(command, "--help").out.decode()
        assert "\\b" not in text
        examples = [line for line in text.splitlines() if line.startswith("  ctxaudio ")]
        assert len(examples) >= 2
