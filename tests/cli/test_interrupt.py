"""Stopped in the middle, the command leaves nothing; at a terminal it shows how far it is."""

from __future__ import annotations

import os
import pty
import signal

import pytest

from tests.support.command import (
    ctxaudio,
    finished,
    notes,
    started,
    wait_until_it_writes,
    write,
)
from tests.support.forks import Forked


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    """A minute, which takes long enough to teach."""
    return write(tmp_path_factory.mktemp("long") / "song.wav", notes(seconds=60.0, rate=16_000))


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGINT, 130, "ctxaudio: interrupted."),
        (signal.SIGTERM, 143, ""),
        (signal.SIGHUP, 129, ""),
    ],
)
@pytest.mark.parametrize("command", ["teach", "shift"])
def test_a_signal_in_the_middle_leaves_nothing(song, tmp_path, command, number, code, said):
    args = ("+5",) if command == "shift" else ()
    process = Forked(command, song, *args, "-o", "out.wav", cwd=tmp_path)
    wait_until_it_writes(process, tmp_path)
    process.send_signal(number)
    result = finished(process)
    # Interrupted while it imports, Python ends itself by the signal, which a shell calls 130 too.
    assert result.code in {code, -number} if number == signal.SIGINT else result.code == code
    assert (result.out, result.err.strip()) == (b"", said)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_what_force_would_have_replaced(song, tmp_path):
    out = tmp_path / "out.memory"
    out.write_bytes(b"precious")
    process = started("teach", song, "-o", out, "--force", cwd=tmp_path)  # it imports meanwhile
    wait_until_it_writes(process, tmp_path)
    process.send_signal(signal.SIGINT)
    assert finished(process).code in {130, -signal.SIGINT}
    assert out.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [out]


def test_a_hang_up_that_nohup_ignores_does_not_stop_the_work(tmp_path):
    song = write(tmp_path / "song.wav", notes())
    process = Forked(
        "teach",
        song,
        cwd=tmp_path,
        ignored=[signal.SIGHUP],
    )
    wait_until_it_writes(process, tmp_path)
    process.send_signal(signal.SIGHUP)
    assert finished(process).code == 0
    assert (tmp_path / "song.memory").is_file()


@pytest.mark.parametrize("option", [None, "--quiet", "--json"])
def test_a_terminal_sees_a_bar_unless_told_otherwise(tmp_path, option):
    song = write(tmp_path / "song.wav", notes())
    terminal, stderr = pty.openpty()
    args = ("shift", song, "+1") if option is None else ("shift", song, "+1", option)
    process = Forked(*args, cwd=tmp_path, stderr=stderr)
    os.close(stderr)
    seen = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        seen += piece
    os.close(terminal)
    assert finished(process).code == 0
    assert (b"teach" in seen) == (b"100%" in seen) == (option is None)
    assert (tmp_path / "song+1st.wav").is_file()


def test_no_bar_without_a_terminal(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = ctxaudio("shift", write(tmp_path / "song.wav", notes()), "+1")
    assert result.err.count("\n") == 1
    assert "%" not in result.err
