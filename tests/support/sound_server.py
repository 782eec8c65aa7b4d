"""JACK with its dummy driver: a sound card for tests, which takes samples at a card's pace."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time

import pytest

from tests.support.command import finished
from tests.support.forks import Forked

RATE, PERIOD = 44_100, 512
_PR_SET_PDEATHSIG = 1


@contextlib.contextmanager
def jack_server(rate=RATE, period=PERIOD, n_inputs=2, n_outputs=2, name="test"):
    """A server of this process and its children; PortAudio sees it."""
    name = f"{name}-{os.getpid()}"
    wanted = {"JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1"}
    before = {key: os.environ.get(key) for key in wanted}
    os.environ.update(wanted)
    numbers = {"-r": rate, "-p": period, "-C": n_inputs, "-P": n_outputs}
    driver = ["-d", "dummy", *(str(part) for pair in numbers.items() for part in pair)]
    server = None
    try:
        try:
            server = subprocess.Popen(
                ["jackd", "--no-realtime", "-n", name, *driver],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                preexec_fn=_end_with_parent,
            )
        except FileNotFoundError:
            pytest.fail("jackd is missing: install jackd2 and libportaudio2.")
        _wait(server)
        yield server
    finally:
        if server is not None:
            server.terminate()
            server.wait()
        for key, value in before.items():
            if value is None:
                del os.environ[key]
            else:
                os.environ[key] = value


def wait_until(condition, seconds=30.0):
    """Wait for what happens in another thread or process; a busy machine may take its time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def _end_with_parent():
    """A suite that is killed leaves no server: of those, JACK counts only eight."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait(server):
    for _ in range(100):
        if server.poll() is not None:
            pytest.fail(f"jackd has ended with {server.returncode}.")
        # In a process of its own: one that knows of a server is aborted when the server ends.
        seen = finished(Forked("devices", "--json"))
        if b"JACK" in seen.out:
            return
        time.sleep(0.05)
    pytest.fail("PortAudio does not see JACK.")
