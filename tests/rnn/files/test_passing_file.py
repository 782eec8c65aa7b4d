"""Files that one process fills and another reads, and that are gone afterwards."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rnn.files.errors import NoPlaceError
from rnn.files.parts import sweep
from rnn.files.passing_file import passing_file
from tests.support.command import environment

HOLD = """
import sys, time
from rnn.files.passing_file import passing_file
with passing_file(sys.argv[1]) as path:
    print(path, flush=True)
    time.sleep(60)
"""


def test_a_file_is_filled_by_its_name_and_gone_after_the_block(tmp_path):
    with passing_file(tmp_path / "song.wav") as path:
        path.write_bytes(b"floats")
        sweep(tmp_path)  # as whoever writes into the folder does
        assert path.read_bytes() == b"floats"
        assert path.name.startswith(".whole-")
    assert [*tmp_path.iterdir()] == []


def test_what_fails_in_the_block_passes_and_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), passing_file(tmp_path / "song.wav"):
        raise KeyboardInterrupt
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_cannot_take_it_is_named(tmp_path):
    with pytest.raises(NoPlaceError) as error, passing_file(tmp_path / "none" / "song.wav"):
        pass
    assert error.value.filename == str(tmp_path / "none")


@pytest.mark.skipif(sys.platform == "win32", reason="has no such locks")
def test_what_a_killed_process_leaves_is_swept(tmp_path):
    command = [sys.executable, "-c", HOLD, tmp_path / "song.wav"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment()) as process:
        assert process.stdout.readline()
        sweep(tmp_path)
        assert len([*tmp_path.iterdir()]) == 1
        process.kill()
    sweep(tmp_path)
    assert [*tmp_path.iterdir()] == []
