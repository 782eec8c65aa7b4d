"""The command in a process of its own that need not start: a fork of one that is warm.

To import all that teaching needs, and to load what is compiled, takes longer than most runs. One
helper process does it once, and forks for each run: that has its own signals, streams, folder and
end, which is what such tests are about. Where the start itself matters, there is ``started``.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.command import ROOT, environment
from tests.support.fork_server import LONGEST


class Forked:
    """A run of the command, to be used as a ``subprocess.Popen``."""

    def __init__(
        self,
        *args,
        cwd=None,
        env=None,
        ignored=(),
        file_bytes=None,
        own_terminal=False,
        **streams,
    ):
        ours, theirs = [], []
        for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
            stream = streams.pop(name, subprocess.PIPE if number else subprocess.DEVNULL)
            end, their_end = _ends(stream, is_read=number > 0)
            ours.append(end)
            theirs.append(their_end)
        assert not streams, streams
        self.stdin, self.stdout, self.stderr = ours
        request = {
            "args": [str(arg) for arg in args],
            "cwd": str(cwd or Path.cwd()),
            "env": environment() if env is None else env,
            "ignored": [*map(int, ignored)],
            "file_bytes": file_bytes,
            "own_terminal": own_terminal,
        }
        status, written = os.pipe()
        socket.send_fds(_server(), [json.dumps(request).encode()], [*theirs, written])
        for descriptor in (*theirs, written):
            os.close(descriptor)
        self._status = os.fdopen(status, "rb", buffering=0)
        self.returncode = None
        said = self._status.readline()
        assert said, "the helper that forks has ended"
        self.pid = int(said)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream is not None:
                stream.close()
        self.wait()

    def poll(self):
        if self.returncode is None and select.select([self._status], [], [], 0.0)[0]:
            self.wait()
        return self.returncode

    def wait(self, timeout=None):
        if self.returncode is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("ctxaudio", timeout)
            with self._status:
                self.returncode = int(self._status.readline())
        return self.returncode

    def communicate(self, data=None, timeout=120.0):
        patience = threading.Timer(timeout, self.kill)
        patience.start()
        with ThreadPoolExecutor(2) as pool:
            outputs = (self.stdout, self.stderr)
            said = [stream and pool.submit(_all_of, stream) for stream in outputs]
            if self.stdin is not None:
                with contextlib.suppress(BrokenPipeError):  # it has read enough
                    self.stdin.write(data or b"")
                    self.stdin.close()
            out, err = (piece and piece.result() for piece in said)
        self.wait()
        patience.cancel()
        return out, err

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self):
        self.send_signal(signal.SIGTERM)

    def kill(self):
        self.send_signal(signal.SIGKILL)


def _all_of(stream):
    with stream:
        return stream.read()


def _ends(stream, *, is_read):
    """Our end of a standard stream, if it is a pipe, and a descriptor of the command's end."""
    if stream == subprocess.PIPE:
        read, written = os.pipe()
        return (os.fdopen(read, "rb"), written) if is_read else (os.fdopen(written, "wb"), read)
    if stream == subprocess.DEVNULL:
        return None, os.open(os.devnull, os.O_RDWR)
    return None, os.dup(stream if isinstance(stream, int) else stream.fileno())


@functools.cache
def _server():
    """The connection to this process's helper, which ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    script = f"from tests.support.fork_server import serve; serve({theirs.fileno()})"
    server = subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        pass_fds=[theirs.fileno()],
    )
    theirs.close()
    atexit.register(lambda: (ours.close(), server.stdin.close(), server.wait()))
    return ours


# Hands its arguments, environment and streams to a suite, and ends as the fork there does.
_FOR_SHELLS = """#!{python} -ISB
import json, os, socket, sys
suite = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
suite.connect({address!r})
request = sys.argv[1:], os.getcwd(), dict(os.environ)
socket.send_fds(suite, [json.dumps(request).encode()], [0, 1, 2])
sys.exit(int(suite.recv(16)))
"""


@contextlib.contextmanager
def forks_for_shells(folder):
    """Put a program ``ctxaudio`` into a folder that shells may find; what it runs is a fork."""
    _server()  # once, and not by two threads
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        door.bind(str(folder / "door"))
        door.listen()
        program = folder / "ctxaudio"
        script = _FOR_SHELLS.format(python=sys.executable, address=str(folder / "door"))
        program.write_text(script, encoding="utf-8")
        program.chmod(0o755)
        threading.Thread(target=_answer, args=(door,), daemon=True).start()
        try:
            yield folder
        finally:
            door.shutdown(socket.SHUT_RDWR)


def _answer(door):
    with contextlib.suppress(OSError):  # the door is closed
        while True:
            caller, _ = door.accept()
            threading.Thread(target=_run_for, args=(caller,), daemon=True).start()


def _run_for(caller):
    with caller:
        data, streams, *_ = socket.recv_fds(caller, LONGEST, 3)
        args, cwd, env = json.loads(data)
        names = ("stdin", "stdout", "stderr")
        process = Forked(*args, cwd=cwd, env=env, **dict(zip(names, streams, strict=True)))
        for stream in streams:
            os.close(stream)
        # What called may be killed: then so is what it called.
        while process.poll() is None:
            if select.select([caller], [], [], 0.02)[0]:
                process.kill()
        with contextlib.suppress(BrokenPipeError):
            caller.send(b"%d" % (process.wait() % 256))
