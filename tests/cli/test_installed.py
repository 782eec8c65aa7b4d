"""The installed command, in a folder where files bear the names of modules that it imports."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv

import pytest

from tests.support.command import ROOT, notes, write

# What would be imported instead: the packages, what they need, and the standard library's.
HOSTILE = ("rnn", "cli", "ctxaudio", "numpy", "click", "joblib", "soundfile", "json", "pathlib")


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """An environment with the three packages in it, as pip installs them; its Python."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True)
    paths = {"base": str(folder), "platbase": str(folder)}
    site = sysconfig.get_path("purelib", "venv", vars=paths)
    for package in ("rnn", "ctxaudio", "cli"):
        # With what is compiled already.
        shutil.copytree(ROOT / package, f"{site}/{package}")
    # What they need is where it is for this suite; of that folder's own .pth files none is read.
    needed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (folder / "needed.pth").write_text("\n".join(needed))
    shutil.move(folder / "needed.pth", site)
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    for name, target in scripts.items():
        module, function = target.split(":")
        script = folder / "bin" / name
        script.write_text(
            f"#!{folder}/bin/python\nimport sys\nfrom {module} import {function}\n"
            f"sys.exit({function}())\n"
        )
        script.chmod(0o755)
    return folder / "bin" / "python"


@pytest.fixture
def hostile(tmp_path):
    """A folder in which nobody would want to import anything."""
    for name in HOSTILE:
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name}.py was imported')\n")
    write(tmp_path / "song.wav", notes())
    return tmp_path


def run(*args, cwd):
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "COVERAGE"))
    }
    return subprocess.run(args, cwd=cwd, env=env, capture_output=True, text=True, timeout=300)


def commands(python, folder):
    """The ways to start the command; a ``ctxaudio.py`` is what Python takes for ``-m`` itself."""
    yield [python.with_name("ctxaudio")]
    (folder / "ctxaudio.py").unlink()
    yield [python, "-m", "ctxaudio"]


def test_the_copy_is_what_runs(python, tmp_path):
    said = run(python, "-c", "import cli, rnn; print(cli.__file__, rnn.__file__)", cwd=tmp_path)
    assert all(path.startswith(str(python.parents[1])) for path in said.stdout.split())


def test_a_folder_of_hostile_names_breaks_no_command(python, hostile):
    for command in commands(python, hostile):
        result = run(*command, "info", "song.wav", "--json", cwd=hostile)
        assert (result.returncode, result.stderr) == (0, "")
        assert json.loads(result.stdout)["kind"] == "song"


# A command that has work done by processes, as `bench lorenz --jobs` does, and says what they say.
WORKING = """
import os
import cli.info
from cli.main import entry
from ctxaudio import DataError


def work(_, damaged):
    import joblib

    with joblib.parallel_config(backend="loky", n_jobs=2):
        raise DataError(" ".join(joblib.Parallel()(joblib.delayed(os.getcwd)() for _ in range(2))))


cli.info.open_song = work
entry(["info", "song.wav"])
"""


def test_a_folder_of_hostile_names_breaks_no_worker(python, hostile):
    script = python.with_name("working.py")
    script.write_text(WORKING)
    result = run(python, script, cwd=hostile)
    assert (result.returncode, result.stderr) == (1, f"ctxaudio: {hostile} {hostile}\n")


def test_a_folder_of_hostile_names_breaks_no_sound_card_s_process(python, hostile):
    command = next(commands(python, hostile))
    result = run(*command, "play", "song.wav", "--device", "no such device", cwd=hostile)
    assert result.returncode == 1
    assert "device" in result.stderr  # as the process says that has looked for one
    assert "the sound system has failed" not in result.stderr


def test_in_a_clone_the_command_runs_from_the_source(tmp_path):
    for package in ("rnn", "ctxaudio", "cli"):
        shutil.copytree(ROOT / package, tmp_path / package)
    (tmp_path / "cli" / "main.py").write_text("def entry():\n    print('from the clone')\n")
    result = run(sys.executable, "-m", "ctxaudio", cwd=tmp_path)
    assert (result.stdout, result.stderr) == ("from the clone\n", "")
