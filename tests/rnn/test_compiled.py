"""Compiled code is kept, and runs where nothing can be kept and where what was kept is damaged."""

import errno
import importlib.util
import subprocess
import sys
import warnings

import numba
import numpy as np
import pytest

from rnn.compiled import KeptCode, _warn_of_damage, compiled

SOURCE = """
from rnn.compiled import compiled


@compiled
def double(x):
    return 2 * x
"""


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """Gives a function as a new process finds it: not yet compiled, with a folder to be kept in."""
    source = tmp_path / "kernel.py"
    source.write_text(SOURCE)
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "kept"))

    def make():
        spec = importlib.util.spec_from_file_location("kernel", source)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.double

    return make


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept"


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def was_found(function):
    return sum(function.stats.cache_hits.values()) == 1


def test_what_was_compiled_is_found_again(fresh, folder):
    first, second = fresh(), fresh()
    assert (first(21), second(21)) == (42, 42)
    assert (was_found(first), was_found(second)) == (False, True)
    assert [path.suffix for path in files(folder)] == [".nbc", ".nbi"]


def test_a_function_is_compiled_where_no_folder_can_be_written():
    # A function without a file has no place for a cache, as one of a read-only installation.
    scope = {}
    exec("def double(x):\n    return 2 * x", scope)  # noqa: S102
    with pytest.raises(RuntimeError, match="cannot cache"):
        KeptCode(scope["double"])
    double = compiled(scope["double"])
    assert isinstance(double, numba.core.registry.CPUDispatcher)
    assert double(21) == 42


def test_the_kernels_are_kept_where_they_can_be():
    program = "from ctxaudio.analysis.bands import at_pitch; print(type(at_pitch._cache).__name__)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "KeptCode"


def flipped(content, place):
    at = int(place * (len(content) - 1))
    return content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]


DAMAGES = {
    "empty": lambda content: b"",
    "cut at 50": lambda content: content[:50],
    "cut at its end": lambda content: content[:-1],
    "longer": lambda content: content + b"\0",
    "zeros": lambda content: bytes(len(content)),
    "noise": lambda content: np.random.default_rng(1).bytes(len(content)),
    "another's": lambda content: b"no code",
} | {
    f"flipped at {place:.0%}": lambda content, place=place: flipped(content, place)
    for place in (0.0, 0.1, 0.5, 0.9, 1.0)
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("suffixes", [(".nbi",), (".nbc",), (".nbi", ".nbc")])
def test_damaged_code_heals_by_itself_with_one_line(fresh, folder, damage, suffixes):
    fresh()(21)
    for path in files(folder):
        if path.suffix in suffixes:
            path.write_bytes(DAMAGES[damage](path.read_bytes()))
    _warn_of_damage.cache_clear()  # another process
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("default")
        assert fresh()(21) == 42
    assert [str(line.message) for line in said] == [
        "compiled code that was kept from an earlier run is damaged, and is compiled anew."
    ]
    _warn_of_damage.cache_clear()
    healed = fresh()
    assert healed(21) == 42  # without a line: warnings are errors here
    assert was_found(healed)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_a_disk_that_takes_nothing_stops_no_work(fresh, folder, monkeypatch, number):
    double = fresh()

    def refuse(path, mode="r", *args, **kwargs):
        if str(folder) in str(path) and "w" in mode:
            raise OSError(number, "refused", path)
        return open(path, mode, *args, **kwargs)

    monkeypatch.setattr("numba.core.caching.open", refuse, raising=False)
    assert double(21) == 42
    assert files(folder) == []


def test_code_that_may_not_be_read_is_compiled_anew(fresh, folder):
    fresh()(21)
    for path in files(folder):  # what cannot be read as a file, whoever asks
        path.unlink()
        path.mkdir()
    assert fresh()(21) == 42
