"""Results that two runs want to write at once, and what a result is not to blame for."""

from __future__ import annotations

import errno
import signal

import pytest

from cli.output import refuse_existing, whole_file
from ctxaudio import DataError
from tests.support.command import finished, notes, wait_until_it_writes, write
from tests.support.forks import Forked


def test_of_two_runs_at_once_one_says_that_it_wrote(tmp_path):
    song = write(tmp_path / "song.wav", notes(seconds=2.0))
    folder = tmp_path / "out"
    folder.mkdir()
    runs = [Forked("shift", song, shift, "-o", folder / "o.wav") for shift in ("+3", "-3")]
    for run in runs:
        wait_until_it_writes(run, folder)
    results = sorted(finished(run) for run in runs)
    assert [result.code for result in results] == [0, 1]
    assert results[0].err.startswith(f"wrote {folder / 'o.wav'}: ")
    assert results[1].err == (
        f"ctxaudio: {folder / 'o.wav'} exists already; --force replaces it.\n"
    )
    assert [path.name for path in folder.iterdir()] == ["o.wav"]


@pytest.mark.parametrize("command", ["shift", "teach"])
def test_a_kill_leaves_nothing(tmp_path, command):
    song = write(tmp_path / "song.wav", notes(seconds=10.0))
    folder = tmp_path / "out"
    folder.mkdir()
    args = ("+5",) if command == "shift" else ()
    run = Forked(command, song, *args, "-o", folder / "o.wav")
    wait_until_it_writes(run, folder)
    run.kill()
    assert finished(run).code == -signal.SIGKILL
    assert list(folder.iterdir()) == []


def test_what_fails_elsewhere_is_not_blamed_on_the_result(tmp_path):
    path = tmp_path / "out.wav"
    for error in (
        OSError("cannot load library 'libsndfile.so'"),
        OSError(errno.ENOSPC, "No space left on device", "/cache/module.nbi"),
        FileExistsError(errno.EEXIST, "File exists", "/cache/module.nbi"),
    ):
        with pytest.raises(OSError) as raised, whole_file(path, force=False):
            raise error
        assert raised.value is error
        assert list(tmp_path.iterdir()) == []


def test_the_result_is_named_in_what_it_cannot_do(tmp_path):
    path = tmp_path / "out.wav"
    with (
        pytest.raises(DataError, match=r"out\.wav exists already; --force replaces it\."),
        whole_file(path, force=False),
    ):
        path.write_bytes(b"another's")
    with pytest.raises(DataError, match=r"out\.wav exists already; --force replaces it\."):
        refuse_existing(path, force=False)
    refuse_existing(path, force=True)
    with pytest.raises(DataError, match=r"exists already and is not a file\."):
        refuse_existing(tmp_path, force=True)
    with (
        pytest.raises(DataError, match=r"cannot write to .*missing: No such file or directory\."),
        whole_file(tmp_path / "missing" / "out.wav", force=True),
    ):
        pytest.fail("the work was begun")
