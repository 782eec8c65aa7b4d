"""A terminal of its own for a program, which is read all the time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading

from tests.support.command import ENDING, ROOT
from tests.support.fork_server import take_terminal
from tests.support.forks import Forked

ENVIRONMENT = {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "OPENBLAS_NUM_THREADS": "1"}


class Terminal:
    """Python on a terminal, with such arguments; in the block it runs.

    Or, if it is ``forked``, the command, by a fork of a warm process.
    """

    def __init__(self, *args, rows=30, columns=100, forked=False, cwd=None):
        self._ours, self._theirs = pty.openpty()
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._before = termios.tcgetattr(self._theirs)
        self._seen = b""

        streams = dict.fromkeys(("stdin", "stdout", "stderr"), self._theirs)
        env = os.environ | ENVIRONMENT
        if forked:
            self.process = Forked(*args, cwd=cwd, env=env, own_terminal=True, **streams)
        else:
            self.process = subprocess.Popen(
                [sys.executable, *map(str, args)],
                **streams,
                env=env,
                preexec_fn=own_terminal,
                cwd=cwd,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self._close()
        os.close(self._ours)

    def _close(self):
        """With its last end closed, reading ends when all is read."""
        if self._theirs is not None:
            os.close(self._theirs)
            self._theirs = None
        self._reader.join(10.0)

    def _read(self):
        with contextlib.suppress(OSError):
            while piece := os.read(self._ours, 4096):
                self._seen += piece

    @property
    def seen(self):
        """All that was written.

        Without what resets colours at a program's end, where numba finds colorama.
        """
        return self._seen.removesuffix(b"\x1b[0m")

    def press(self, keys):
        os.write(self._ours, keys)

    def ended(self):
        """The exit status; and whether the terminal's settings are as before. All is seen then."""
        code = self.process.wait(30)
        is_as_before = termios.tcgetattr(self._theirs) == self._before
        self._close()
        return code, is_as_before


def own_terminal():
    # A suite that runs in the background has these ignored, and a child would inherit that.
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    take_terminal()
