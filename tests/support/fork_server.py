"""A helper process that has imported and loaded what the command needs, and forks for each run.

Of the two processes that a run takes, one is the command; the other is its parent, and writes its
number and then its exit status to a pipe.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import resource
import signal
import socket
import sys
import tempfile
import termios
import threading
from pathlib import Path

from ctxaudio.memory import song_memory
from tests.support.command import ENDING, ctxaudio, notes, write
from tests.support.draw_once import draw_once

LONGEST = 1 << 17  # bytes of a request; arguments and environment are most of it


def serve(descriptor):
    """The helper: get warm, then fork for each request, until the suite has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # is the suite's, not for its helper
    _get_warm()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no keeper is waited for
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # until a run has its own handlers
    requests = socket.socket(fileno=descriptor)
    while True:
        data, passed, *_ = socket.recv_fds(requests, LONGEST, 4)
        if not data:
            os._exit(0)  # at once: no test has asked for what was done to get warm
        if os.fork() == 0:
            requests.close()
            break
        for number in passed:
            os.close(number)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, status = passed
    if pid := os.fork():  # this one keeps: it is the command's parent
        for number in streams:
            os.close(number)
        os.write(status, b"%d\n" % pid)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.write(status, b"%d\n" % code)
        os._exit(0)
    os.close(status)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    _run(**json.loads(data))


def take_terminal():
    """Have the terminal that is standard input for one's own."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _run(args, cwd, env, ignored, file_bytes, own_terminal):
    """The command, as a new process would run it."""
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    if file_bytes is not None:
        most = resource.RLIM_INFINITY
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, most))
        # What counts lines writes its file last of all, and is not on the disk that is full.
        atexit.register(resource.setrlimit, resource.RLIMIT_FSIZE, (most, most))
    if own_terminal:
        take_terminal()
        sys.stdout.reconfigure(line_buffering=True)  # as it begins on a terminal
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["ctxaudio", *args]
    from cli.main import entry

    entry()


def _get_warm():
    """Import and load what runs use; but nothing of PortAudio, which remembers its servers."""
    import rich.progress  # noqa: F401

    # For all forks, as the suite's own process has it.
    song_memory.draw_reservoir = draw_once
    with tempfile.TemporaryDirectory() as folder:
        song = write(Path(folder) / "song.wav", notes(channels=2))
        for command, name in (("teach", "song.memory"), ("shift", "up.wav")):
            args = ("+3", "--no-cache") if command == "shift" else ()
            assert ctxaudio(command, song, *args, "-o", Path(folder) / name).code == 0
    assert "sounddevice" not in sys.modules
    assert threading.active_count() == 1
