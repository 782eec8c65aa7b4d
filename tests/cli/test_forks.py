"""A fork of a warm process is the command: it says and ends as one that was started."""

from __future__ import annotations

import signal
import subprocess

import pytest

from tests.support.command import encoded, finished, notes, started
from tests.support.forks import Forked


@pytest.mark.parametrize(
    "args", [("--version",), ("nonsense",), ("info", "nothing.memory"), ("shift", "--help")]
)
def test_a_fork_says_and_ends_as_a_start_does(args, tmp_path):
    assert finished(Forked(*args, cwd=tmp_path)) == finished(started(*args, cwd=tmp_path))


def test_a_fork_has_streams_signals_and_an_end_of_its_own(tmp_path):
    with Forked("shift", "-", "+0", "-o", "o.wav", cwd=tmp_path, stdin=subprocess.PIPE) as waiting:
        other = Forked("shift", "-", "+0", "-o", "-", "-q", stdin=subprocess.PIPE, cwd=tmp_path)
        code, out, err = finished(other, encoded(notes()))
        assert (code, out[:4], err) == (0, b"RIFF", "")
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(0.01)
        assert waiting.poll() is None
        waiting.kill()
        assert waiting.wait() == waiting.poll() == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_comes_at_once_is_not_lost(number):
    process = Forked("shift", "-", "+0", "-o", "-", stdin=subprocess.PIPE)
    process.send_signal(number)
    with process:
        assert process.wait(60.0) in {-number, 128 + number}
        process.communicate()
