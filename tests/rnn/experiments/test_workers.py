"""Processes that work for another end with it, and their own end is one line."""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import joblib
import pytest

import rnn.experiments.workers as workers
from rnn.experiments.workers import ClusterError, WorkerError, calls_to, processes

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc")

# A parent whose two workers have work for a minute. It says when both have begun.
PARENT = """
import os, sys, time
import joblib
from rnn.experiments.workers import processes

def work(folder):
    open(os.path.join(folder, str(os.getpid())), "w").close()
    time.sleep(60)

with processes(2):
    joblib.Parallel()(joblib.delayed(work)(sys.argv[1]) for _ in range(2))
"""


def is_running(pid):
    """Whether a process is there and has not ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def waited_for(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def in_shared_memory(pid):
    """What a process, by whose number its things are named, has put there."""
    names = [path.name for path in Path("/dev/shm").iterdir()]  # noqa: S108
    return [name for name in names if re.search(rf"(?<!\d){pid}(?!\d)", name)]


def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    with parent:
        assert waited_for(lambda: len(list(tmp_path.iterdir())) == 2, 60.0)
        workers = [int(path.name) for path in tmp_path.iterdir()]
        assert in_shared_memory(parent.pid)
        parent.kill()
    assert all(pid != parent.pid for pid in workers)
    assert waited_for(lambda: not any(map(is_running, workers)), 15.0)
    assert waited_for(lambda: not in_shared_memory(parent.pid), 15.0)


def ended(_):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_killed_is_one_line():
    with (
        pytest.raises(WorkerError, match=r"ended from outside.*fewer than 2") as error,
        processes(2),
    ):
        joblib.Parallel()(joblib.delayed(ended)(i) for i in range(2))
    assert "\n" not in str(error.value)


def test_work_goes_on_after_a_worker_was_killed():
    with pytest.raises(WorkerError), processes(2):
        joblib.Parallel()(joblib.delayed(ended)(i) for i in range(2))
    with processes(2):
        assert joblib.Parallel()(joblib.delayed(abs)(i) for i in (-1, 2)) == [1, 2]


def test_one_process_is_this_one():
    with processes(1):
        assert joblib.Parallel()(joblib.delayed(os.getpid)() for _ in range(2)) == [os.getpid()] * 2


class _Client:
    """A cluster of three threads, which does what it is told at once."""

    def nthreads(self):
        return {"one": 1, "other": 2}

    def submit(self, function, *args, pure):
        assert not pure  # what was done before is done again
        future = concurrent.futures.Future()
        try:
            future.set_result(function(*args))
        except Exception as error:
            future.set_exception(error)
        return future


def test_calls_of_a_cluster_are_few_at_a_time_and_tell_what_became_of_it(monkeypatch):
    import distributed

    def fail(error):
        raise error

    monkeypatch.setattr(workers, "_client", lambda _: contextlib.nullcontext(_Client()))
    with calls_to("host:8786") as call:
        pool = joblib.Parallel()
        assert pool.n_jobs == 5
        assert pool(joblib.delayed(call)(divmod, n, 3) for n in range(9))[7] == (2, 1)
        with pytest.raises(ZeroDivisionError):
            call(divmod, 1, 0)
        with pytest.raises(WorkerError, match="4 workers that did it were ended from outside"):
            call(fail, distributed.KilledWorker("song", None, 3))
        with pytest.raises(ClusterError, match="the Dask scheduler at 'host:8786' was lost"):
            call(fail, distributed.CancelledError("song"))
