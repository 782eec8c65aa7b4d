"""``ctxaudio live`` and ``play`` on a real terminal, which they leave as it was."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.command import ctxaudio, notes, read, write
from tests.support.decks import wait_for_recording
from tests.support.sound_server import wait_until
from tests.support.terminals import Terminal


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    return write(folder / "song.wav", notes(seconds=0.6, rate=16_000))


@pytest.fixture(scope="module")
def memory(song):
    path = song.with_name("song.memory")
    assert ctxaudio("teach", song, "-o", path).code == 0
    return path


@pytest.fixture
def here(tmp_path):
    return tmp_path


@pytest.mark.parametrize("how", ["q", "ctrl+c", "terminated"])
def test_on_a_terminal_it_draws_and_leaves_it_as_it_was(jack, here, song, memory, how):
    with Terminal("live", song, "-m", memory, cwd=here, forked=True) as terminal:
        wait_until(lambda: b"playing" in terminal.seen)
        terminal.press(b"lr")  # loop, and record
        wait_for_recording(terminal.process, here)
        terminal.press(b"\x1b[A")
        wait_until(lambda: b"+1 semitones" in terminal.seen)
        if how == "terminated":
            terminal.process.terminate()
        else:
            terminal.press(b"q" if how == "q" else b"\x03")
        assert terminal.ended() == (143 if how == "terminated" else 0, True)
    assert terminal.seen.rstrip().endswith(b"song-live1.flac") or how == "terminated"
    assert [path.name for path in here.iterdir()] == ["song-live1.flac"]
    assert np.abs(read(here / "song-live1.flac").samples).max() > 0.3


def test_on_a_terminal_there_is_one_status_line_without_a_screen(jack, here, song, memory):
    with Terminal("play", song, "+2", "-m", memory, cwd=here, forked=True) as terminal:
        assert terminal.ended() == (0, True)
    assert b"playing 0:00 / 0:00  +2.00 st  load " in terminal.seen
    assert terminal.seen.endswith(b"underruns\r\n")
    assert terminal.seen.count(b"\n") == 1
