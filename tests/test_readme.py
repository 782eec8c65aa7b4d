"""What the README tells a reader to type works, as it stands there."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import shutil
import subprocess
import sys
import termios
import tomllib
from pathlib import Path

import numpy as np
import pytest

from ctxaudio import Sound, tape_example
from tests.support.command import ROOT, SAMPLES, notes, write

README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = FENCE.findall(README)
LINES = [line.removeprefix("$ ") for kind, text in BLOCKS for line in text.splitlines()]
COMMANDS = [
    line
    for kind, text in BLOCKS
    if kind in ("sh", "console")
    for line in (line.removeprefix("$ ") for line in text.splitlines())
    if line.startswith("ctxaudio ")
]
CODE = [*LINES, *re.findall(r"`([^`\n]+)`", FENCE.sub("", README))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with all that the README's commands name."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "samples").mkdir()
    for sample in SAMPLES.glob("*.flac"):
        shutil.copy(sample, folder / "samples")
    song = notes(seconds=1.0, rate=22_050, channels=2)
    write(folder / "song.wav", song)
    write(folder / "song.flac", song, "FLAC")
    write(folder / "other.flac", notes(seconds=1.0, rate=22_050, seed=1), "FLAC")
    for name, semitones in (("low.wav", -1.0), ("high.wav", 1.0)):
        version = np.resize(tape_example(song, semitones).sound.samples, song.samples.shape)
        write(folder / name, Sound(version, 22_050))
    return folder


def test_there_is_something_to_try():
    assert len(COMMANDS) >= 5
    assert any(kind == "python" for kind, _ in BLOCKS)


def test_the_commands_work_one_after_the_other(folder, jack):
    # In one folder, for a line may need what an earlier one wrote.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for line in COMMANDS:
        env = os.environ | {"PATH": path, "OPENBLAS_NUM_THREADS": "1", "TERM": "xterm"}
        on_a_screen = line.startswith("ctxaudio live") and "--no-ui" not in line
        run = _until_q if on_a_screen else _without_a_terminal
        code, said = run(["bash", "-c", line], cwd=folder, env=env)
        assert code == 0, (line, said)
        assert "Traceback" not in said
        for name in re.findall(r"writes (\S+)", line):
            assert (folder / name).is_file(), line
        for name in re.findall(r"(?:-o|>) (\S+)", line):
            assert (folder / name).exists(), line


def _without_a_terminal(command, **options):
    run = subprocess.run(
        command, **options, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    return run.returncode, run.stderr


def _until_q(command, **options):
    """Run in a terminal until it plays, and quit as the README says."""
    main, terminal = pty.openpty()
    termios.tcsetwinsize(main, (30, 100))
    with subprocess.Popen(
        command, **options, stdin=terminal, stdout=terminal, stderr=terminal
    ) as process:
        os.close(terminal)
        said, quitting = b"", False
        with contextlib.suppress(OSError):  # the other end is closed
            while piece := os.read(main, 1 << 16):
                said += piece
                if b"playing" in said and not quitting:
                    quitting = os.write(main, b"q")
        os.close(main)
    return process.returncode, said.decode(errors="replace")


@pytest.mark.parametrize("block", [text for kind, text in BLOCKS if kind == "python"])
def test_the_python_code_runs(folder, monkeypatch, block):
    monkeypatch.chdir(folder)
    exec(compile(block, "README.md", "exec"), {"__name__": "readme"})  # noqa: S102


@pytest.mark.parametrize("code", [code for code in CODE if "python -m " in code])
def test_modules_that_are_run_exist(code):
    for module in re.findall(r"python -m ([\w.]+)", code):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), code


@pytest.mark.parametrize("code", [code for code in CODE if re.match(r"(scripts|samples)/", code)])
def test_files_that_are_named_exist(code):
    path = ROOT / code.split()[0]
    assert path.exists(), code
    if path.parent.name == "scripts":
        assert os.access(path, os.X_OK), code


@pytest.mark.parametrize("code", [code for code in CODE if "pip install" in code])
def test_extras_that_are_installed_exist(code):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in re.findall(r"\[(\w+)\]", code):
        assert extra in project["optional-dependencies"], code


def test_links_into_the_project_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", README):
        assert "://" in target or (ROOT / target).exists(), target
