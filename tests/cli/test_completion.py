"""What a shell offers while a command line is typed."""

from __future__ import annotations

import os
import subprocess
import sys
from unittest import mock

import pytest

from tests.support.command import HEAVY, ROOT, ctxaudio, imported_by


def completed(shell, *words):
    """Types and values of what is offered for the last of the words that follow ``ctxaudio``."""
    line = " ".join(["ctxaudio", *words])
    place = words[-1] if shell == "fish" else str(len(words))
    asked = {"_CTXAUDIO_COMPLETE": f"{shell}_complete", "COMP_WORDS": line, "COMP_CWORD": place}
    with mock.patch.dict(os.environ, asked):
        result = ctxaudio()
    assert (result.code, result.err) == (0, "")
    lines = result.out.decode().splitlines()
    if shell == "zsh":  # type, value and help on a line each
        return list(zip(lines[::3], lines[1::3], strict=True))
    return [tuple(line.split("\t")[0].split(",", 1)) for line in lines]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    "words",
    [
        ("shift", "so"),
        ("shift", "a.wav", "so"),
        ("shift", "a.wav", "+5", "-o", "so"),
        ("shift", "--memory", "so"),
        ("shift", "--example", "-1", "so"),
        ("play", "so"),
        ("live", "so"),
        ("live", "--input", "-m", "so"),
        ("teach", "so"),
        ("teach", "a.wav", "--output", "so"),
        ("info", "so"),
    ],
)
def test_files_are_offered_where_a_file_is_meant(shell, words):
    assert completed(shell, *words) == [("file", "so")]


@pytest.mark.parametrize("command", ["lorenz", "delay-match"])
def test_folders_are_offered_where_a_folder_is_meant(command):
    assert completed("bash", "bench", command, "--out", "so") == [("dir", "so")]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("sh",), ["shift"]),
        (("ca",), ["cache"]),
        (("cache", "--cl"), ["--clear"]),
        (("live", "--no-c"), ["--no-cache"]),
        (("bench", "de"), ["delay-match"]),
        (("shift", "--forc"), ["--force"]),
        (("teach", "--network", "tr"), ["trained"]),
        (("bench", "lorenz", "tr"), ["translate", "transform"]),
    ],
)
def test_commands_options_and_choices_are_offered(words, offered):
    assert completed("bash", *words) == [("plain", value) for value in offered]


@pytest.mark.parametrize("words", [("",), ("shift", "so"), ("bench", "lorenz", "tr")])
def test_completion_waits_for_nothing_heavy(words):
    asked = {
        "_CTXAUDIO_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["ctxaudio", *words]),
        "COMP_CWORD": str(len(words)),
    }
    assert HEAVY.isdisjoint(imported_by(**asked))


def test_help_says_how_a_shell_learns_to_complete():
    assert "_CTXAUDIO_COMPLETE=bash_source ctxaudio" in ctxaudio("--help").out.decode()


def test_what_a_shell_is_to_read_is_a_script():
    run = subprocess.run(
        [sys.executable, "-m", "ctxaudio"],
        env=os.environ | {"_CTXAUDIO_COMPLETE": "bash_source", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert subprocess.run(["bash", "-n"], input=run.stdout, text=True).returncode == 0
