"""What the README and the pages of the documentation tell a reader to type works, as it stands.

The commands of a page run one after the other in one folder, for a line may need what an earlier
one wrote. The songs they name are short here. Lines that need a shell, a terminal or a sound card
are given to a shell, whose ``ctxaudio`` is a fork of a warm process; the others run in this one.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import pty
import re
import select
import shlex
import shutil
import subprocess
import sys
import termios
import time
import tomllib
from pathlib import Path
from unittest import mock

import click
import numpy as np
import pytest

from ctxaudio import Sound, load_sound, tape_example
from tests.support.command import ROOT, SAMPLES, ctxaudio, notes, write
from tests.support.forks import forks_for_shells
from tests.support.pages import BY_NAME, PAGES, said

RATE, SECONDS = 22_050, 0.4
PLAYS = re.compile(rb"playing|ended")  # a short song may be over before a busy screen is drawn
PATIENCE_S = 60.0  # with a screen that is to be quit
SHELL = set("|<>*;&$")
# A process that has seen JACK is aborted when the server ends: these have one of their own.
ON_A_CARD = {"play", "live", "devices"}
CODE = [pytest.param(code, id=f"{page.name}: {code}") for page in PAGES for code in page.code()]


def runs(page):
    return [line for line in page.commands() if line.startswith(("ctxaudio ", "printf "))]


WITH_COMMANDS = [page.name for page in PAGES if runs(page)]
BLOCKS = [
    pytest.param(page.name, block, id=f"{page.name}-{n}")
    for page in PAGES
    if page.name != "samples/README.md"  # renders with a program and a soundfont of its own
    for n, block in enumerate(page.blocks("python"))
]


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    """All that commands and code may name without having made it."""
    folder = tmp_path_factory.mktemp("songs")
    (folder / "samples").mkdir()
    (folder / "album" / "more").mkdir(parents=True)
    for sample in SAMPLES.glob("*.flac"):
        whole, _ = load_sound(sample)
        write(folder / "samples" / sample.name, Sound(whole.samples[:, :20_000], 44_100), "FLAC")
    song = notes(seconds=SECONDS, rate=RATE, channels=2)
    write(folder / "song.wav", song)
    write(folder / "song.flac", song, "FLAC")
    write(folder / "other.flac", notes(seconds=SECONDS, rate=RATE, seed=1), "FLAC")
    write(folder / "album" / "one.flac", song, "FLAC")
    write(folder / "album" / "more" / "two.flac", song, "FLAC")
    for name, semitones in (("low.wav", -1.0), ("high.wav", 1.0)):
        version = np.resize(tape_example(song, semitones).sound.samples, song.samples.shape)
        write(folder / name, Sound(version, RATE))
    assert ctxaudio("teach", folder / "song.flac", "-o", folder / "song.memory").code == 0
    return folder


@pytest.fixture
def folder(songs, tmp_path, monkeypatch):
    """A folder of the page's own."""
    folder = shutil.copytree(songs, tmp_path / "here")
    monkeypatch.chdir(folder)
    return folder


def test_there_is_something_to_try():
    readme = BY_NAME["README.md"]
    assert len(runs(readme)) >= 4
    assert readme.blocks("python")
    assert {name for name in WITH_COMMANDS if name.startswith("docs/guides")}


def test_the_readme_is_a_page():
    assert len(BY_NAME["README.md"].text.splitlines()) < 100


@pytest.fixture(scope="module")
def bin_folder(tmp_path_factory):
    """A folder with a ``ctxaudio`` that need not start."""
    with forks_for_shells(tmp_path_factory.mktemp("bin")) as folder:
        yield folder


@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_the_commands_work_one_after_the_other(name, folder, bin_folder, jack):
    lines = runs(BY_NAME[name])
    # What a page makes itself is not to be there before.
    for line in lines:
        for made in re.findall(r"(?:-o|>) (\S+)|writes (\S+)", line):
            (folder / "".join(made)).unlink(missing_ok=True)
    for line in lines:
        code, error = run_as_shown(line, folder, bin_folder)
        assert code == 0, (line, error)
        assert "Traceback" not in error
        for made in re.findall(r"(?:-o|--out|>|writes) (\S+)", line):
            assert (folder / made).exists(), line


def run_as_shown(line, folder, bin_folder):
    """Exit status and what was said, of a line run as simply as it can be."""
    words = shlex.split(line, comments=True)
    path = os.pathsep.join(map(str, (bin_folder, Path(sys.executable).parent, os.environ["PATH"])))
    options = {"cwd": folder, "env": os.environ | {"PATH": path, "TERM": "xterm"}}
    if words[:2] == ["ctxaudio", "live"] and "--no-ui" not in words:
        return until_q(["bash", "-c", line], **options)
    if SHELL & set(said(line)) or words[1] in ON_A_CARD:
        return without_a_terminal(["bash", "-c", line], **options)
    result = ctxaudio(*words[1:])
    return result.code, result.err


def without_a_terminal(command, **options):
    run = subprocess.run(
        command, **options, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    return run.returncode, run.stderr


def until_q(command, **options):
    """Run in a terminal until it plays, and quit as the guide says."""
    main, terminal = pty.openpty()
    termios.tcsetwinsize(main, (30, 100))
    end = time.monotonic() + PATIENCE_S
    with subprocess.Popen(
        command, **options, stdin=terminal, stdout=terminal, stderr=terminal
    ) as process:
        os.close(terminal)
        shown, again = b"", 0.0
        with contextlib.suppress(OSError):  # the other end is closed
            while time.monotonic() < end:
                if select.select([main], [], [], 0.1)[0]:
                    shown += os.read(main, 1 << 16)
                # A key that comes while the screen is still being set up is lost: again, then.
                if PLAYS.search(shown) and time.monotonic() > again:
                    os.write(main, b"q")
                    again = time.monotonic() + 1.0
            process.kill()
        os.close(main)
    return process.returncode, shown.decode(errors="replace")


@pytest.mark.parametrize(("name", "block"), BLOCKS)
def test_the_python_code_runs(name, block, folder):
    exec(compile(block, name, "exec", dont_inherit=True), {"__name__": "page"})  # noqa: S102


def of(pattern):
    return [code for code in CODE if re.match(pattern, code.values[0])]


# Lines for a shell stand in blocks, and are run.
@pytest.mark.parametrize(
    "code", [code for code in of(r"ctxaudio \w") if not SHELL & set(said(code.values[0]))]
)
def test_commands_that_are_only_named_are_understood(code, folder):
    # Those that take minutes are not run, but read: a name that is wrong is a usage error.
    with mock.patch.object(click.Command, "invoke", return_value=0) as invoked:
        result = ctxaudio(*shlex.split(code, comments=True)[1:])
    assert result.code == 0, result.err
    assert invoked.called


class UnderstoodError(Exception):
    """The arguments were."""


@pytest.mark.parametrize("code", of(r"(\S*python )?-m \w|python -m \w|benchmarks\.\w+$"))
def test_modules_that_are_run_exist_and_understand_their_arguments(code, monkeypatch):
    words = shlex.split(code, comments=True)
    module, *arguments = words[words.index("-m") + 1 :] if "-m" in words else words
    if not module.startswith("benchmarks."):
        importlib.import_module(module)
        return
    parse = argparse.ArgumentParser.parse_args

    def only_parse(parser, args=None, namespace=None):
        parse(parser, args, namespace)
        raise UnderstoodError

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", only_parse)
    monkeypatch.setattr(sys, "argv", [module, *arguments])
    with pytest.raises(UnderstoodError):
        importlib.import_module(module).main()


@pytest.mark.parametrize("code", of(r"(scripts|samples|tests|examples|docs|rnn|ctxaudio|cli)/"))
def test_files_that_are_named_exist(code):
    path = ROOT / code.split()[0]
    assert path.exists(), code
    if path.parent.name == "scripts":
        assert os.access(path, os.X_OK), code


@pytest.mark.parametrize("code", [code for code in CODE if "pip install" in code.values[0]])
def test_extras_that_are_installed_exist(code):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in re.findall(r"\[(\w+)\]", code):
        assert extra in project["optional-dependencies"], code


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_into_the_project_lead_somewhere(page):
    for link in page.links():
        target, _, anchor = link.partition("#")
        if "://" in target:
            continue
        path = page.path.parent / target if target else page.path
        assert path.exists(), link
        if anchor:
            titles = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", t).lower().replace(" ", "-") for t in titles}
