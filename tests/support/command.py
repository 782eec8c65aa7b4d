"""Runs of the command: in this process, which is quick, or in its own, which can be killed."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import numpy as np

from cli.main import entry
from ctxaudio import FileFormat, Sound, load_sound, save_sound

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
# Packages that take long to import: help and a mistake in typing do not wait for them.
HEAVY = {"librosa", "numba", "numpy", "rich", "safetensors", "scipy", "soundfile", "soxr"}
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # signals that end the command


class Result(NamedTuple):
    code: int
    out: bytes
    err: str


def ctxaudio(*args, stdin=b""):
    """The command in this process, its standard streams replaced."""
    out = io.TextIOWrapper(io.BytesIO(), write_through=True)
    err = io.StringIO()
    handlers = {number: signal.getsignal(number) for number in ENDING}
    streams = {"stdin": io.TextIOWrapper(io.BytesIO(stdin)), "stdout": out, "stderr": err}
    try:
        with mock.patch.multiple(sys, **streams), mock.patch.dict(os.environ):
            entry([str(arg) for arg in args])
    except SystemExit as stop:
        return Result(stop.code, out.buffer.getvalue(), err.getvalue())
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    raise AssertionError("the command returned instead of exiting")


def failed(result, code=1):
    """The one line that a failed run said; nothing of it is a traceback."""
    assert result.code == code, result
    assert result.out == b""
    assert result.err.startswith("ctxaudio: ")
    assert result.err.count("\n") == 1
    assert result.err.endswith("\n")
    assert result.err[:-1].isprintable()
    return result.err


def imported_by(*args, **env):
    """The packages that a run of the command in a process of its own has imported."""
    script = (
        "import sys\n"
        "from cli.main import entry\n"
        "try:\n    entry(sys.argv[1:])\n"
        "except SystemExit:\n    pass\n"
        "print()\nprint(*{name.partition('.')[0] for name in sys.modules})\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, *args],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | env,
    )
    return run.stdout.splitlines()[-1].split()


def started(*args, **kwargs):
    """The command in a process of its own."""
    folders = [*filter(None, [os.environ.get("PYTHONPATH")]), str(ROOT)]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(folders), "OPENBLAS_NUM_THREADS": "1"}
    own_start = kwargs.pop("preexec_fn", None)

    def start():
        # A suite that runs in the background has these ignored, and a child would inherit that.
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        if own_start is not None:
            own_start()

    return subprocess.Popen(
        [sys.executable, "-m", "ctxaudio", *map(str, args)],
        env=env,
        preexec_fn=start,
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        | kwargs,
    )


def finished(process, stdin=None):
    with process:
        out, err = process.communicate(stdin, timeout=120)
    return Result(process.returncode, out, (err or b"").decode())


def wait_until_it_writes(process, folder):
    """Until a command has opened its output, so that there is something to leave behind."""
    descriptors = Path(f"/proc/{process.pid}/fd")
    while not any(_leads_into(folder, descriptor) for descriptor in descriptors.iterdir()):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def _leads_into(folder, descriptor):
    try:
        return descriptor.readlink().parent == folder  # of a file without a name too
    except FileNotFoundError:  # closed meanwhile
        return False


def notes(*, seconds=0.5, rate=8_000, channels=1, seed=0, peak=0.5):
    """Two chords and a little noise."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * rate)) / rate
    hz = np.where(time_s[:, None] < seconds / 2, [220.0, 550.0], [330.0, 440.0])
    samples = np.sin(2.0 * np.pi * hz * time_s[:, None]).sum(axis=1)
    samples = samples + 0.01 * rng.standard_normal((channels, len(time_s)))
    return Sound(peak * samples / np.abs(samples).max(), rate)


def encoded(sound, container="WAV", encoding="PCM_16"):
    file = io.BytesIO()
    save_sound(sound, file, FileFormat(container, encoding))
    return file.getvalue()


def write(path, sound, container="WAV", encoding="PCM_16"):
    path.write_bytes(encoded(sound, container, encoding))
    return path


def read(path):
    return load_sound(path)[0]
