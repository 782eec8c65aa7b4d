"""Compiled code is kept, and runs where nothing can be kept and where what was kept is damaged."""

import errno
import importlib.util
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import numpy as np
import pytest

from rnn.compiled import compiled
from rnn.kept_code import KeptCode
from rnn.native import making
from rnn.seal import _warn_of_no_room, seal, warn_of_damage

SOURCE = """
import numpy as np

from rnn.compiled import compiled

TIMES = 2


@compiled
def double(x):
    return TIMES * x


@compiled
def double_all(values):
    room = np.empty(len(values))
    for i in range(len(values)):
        room[i] = double(values[i])
    for i in range(len(values)):
        values[i] = room[i]
"""


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """Gives functions as a new process finds them: not yet compiled, with a folder for what is."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "kept"))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kept"))
    # Python would take two sources of one length and one second for the same.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def make(source=SOURCE):
        path = tmp_path / "kernel.py"
        path.write_text(source)
        spec = importlib.util.spec_from_file_location("kernel", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return make


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept"


def files(folder, *suffixes):
    return sorted(path for path in folder.rglob("*") if path.suffix in (suffixes or ALL))


ALL = (".native", ".nbc", ".nbi")


def doubled(module, dtype=np.float64):
    values = np.arange(3, dtype=dtype)
    module.double_all(values)
    return values.tolist()


@pytest.fixture
def makes(monkeypatch):
    """Names of the functions that numba was asked to compile for calls from Python."""
    made = []
    make = making.make_object

    def told(unwrapped, *arguments):
        made.append(unwrapped.py_func.__name__)
        return make(unwrapped, *arguments)

    monkeypatch.setattr(making, "make_object", told)
    return made


def test_what_was_compiled_is_found_again(fresh, folder, makes):
    assert doubled(fresh()) == doubled(fresh()) == [0, 2, 4]
    assert makes == ["double_all"]
    assert len(files(folder, ".native")) == 1


def test_a_function_that_returns_something_is_kept_by_numba(fresh, folder, makes):
    first, second = fresh(), fresh()
    assert (first.double(21), second.double(21)) == (42, 42)
    assert makes == ["double"]
    assert sum(second.double.dispatcher.stats.cache_hits.values()) == 1


def test_it_is_compiled_anew_when_a_constant_or_a_function_that_it_calls_has_changed(fresh, makes):
    assert doubled(fresh()) == [0, 2, 4]
    assert doubled(fresh(SOURCE.replace("TIMES = 2", "TIMES = 3"))) == [0, 3, 6]
    assert doubled(fresh(SOURCE.replace("TIMES * x", "TIMES + x"))) == [2, 3, 4]
    assert makes == ["double_all"] * 3


WRITTEN = """
from __future__ import annotations

from llvmlite import ir

from rnn.compiled import compiled
from rnn.lanes import Instruction


def number():
    return ir.Constant(ir.DoubleType(), 2.0)


@Instruction
def put(build, array) -> None:
    build.store(number(), array)


@compiled
def double_all(values):
    put(values)
"""


def test_it_is_compiled_anew_when_what_an_instruction_writes_has_changed(fresh, makes):
    assert doubled(fresh(WRITTEN)) == doubled(fresh(WRITTEN)) == [2, 1, 2]
    assert doubled(fresh(WRITTEN.replace("2.0", "5.0"))) == [5, 1, 2]
    assert makes == ["double_all"] * 2


def test_each_kind_of_arguments_has_its_own_code(fresh, folder, makes):
    module = fresh()
    assert doubled(module, np.float32) == doubled(module, np.int64) == [0, 2, 4]
    every_other = np.arange(6.0)
    module.double_all(every_other[::2])
    assert every_other.tolist() == [0, 1, 4, 3, 8, 5]
    assert len(files(folder, ".native")) == len(makes) == 3


def test_arguments_of_kinds_that_are_not_kept_are_numbas(fresh):
    big_endian = np.arange(3, dtype=">f8")
    with pytest.raises(numba.core.errors.NumbaError):
        fresh().double_all(big_endian)
    assert fresh().double(1j) == 2j


def test_two_threads_compile_once(fresh, makes):
    module = fresh()
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(doubled, [module] * 4)) == [[0, 2, 4]] * 4
    assert makes == ["double_all"]


def test_two_processes_that_keep_different_code_at_once_do_not_mix_it_up(fresh, monkeypatch):
    # Both have looked at the index before either wrote it.
    first, second = (fresh().double.dispatcher for _ in range(2))
    with monkeypatch.context() as patch:
        for function in (first, second):
            patch.setattr(function._cache._cache_file, "_load_index", dict)
        assert (first(21), second(0.5)) == (42, 1.0)
    again = fresh().double.dispatcher
    assert (again(0.25), again(21)) == (0.5, 42)
    assert sum(again.stats.cache_hits.values()) == 1  # the index that was written last


def test_a_function_is_compiled_where_no_folder_can_be_written():
    # A function without a file has no place for a cache, as one of a read-only installation.
    scope = {}
    exec("def fill(x, y):\n    x[0] = y\ndef double(x):\n    return 2 * x", scope)  # noqa: S102
    with pytest.raises(RuntimeError, match="cannot cache"):
        KeptCode(scope["double"])
    assert compiled(scope["double"])(21) == 42
    compiled(scope["fill"])(x := np.zeros(1), 42.0)
    assert x[0] == 42


def test_a_warm_call_imports_no_compiler(fresh, tmp_path):
    doubled(fresh())
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import numpy as np, kernel\n"
        "kernel.double_all(x := np.arange(3.0))\n"
        "print(x.tolist(), 'numba' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "[0.0, 2.0, 4.0] False", result.stderr


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
@pytest.mark.parametrize("suffixes", [(".native",), (".nbi",), (".nbc",), ALL])
def test_damaged_code_heals_by_itself_with_one_line(fresh, folder, makes, damage, suffixes):
    def both(module):
        module.fill(x := np.zeros(1))
        return [module.double(21), x[0]]

    source = SOURCE + "\n\n@compiled\ndef fill(x):\n    x[0] = 42.0\n"
    both(fresh(source))
    for path in files(folder, *suffixes):
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
    warn_of_damage.cache_clear()  # another process
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("default")
        assert both(fresh(source)) == [42, 42]
    assert [str(line.message) for line in said] == [
        "compiled code that was kept from an earlier run is damaged, and is compiled anew."
    ]
    warn_of_damage.cache_clear()
    makes.clear()
    healed = fresh(source)
    assert both(healed) == [42, 42]  # without a line: warnings are errors here
    assert makes == []
    assert sum(healed.double.dispatcher.stats.cache_hits.values()) == 1


def test_whole_files_of_other_programs_are_not_run(fresh, folder, makes):
    doubled(fresh())
    (path,) = files(folder, ".native")
    for content in (b"", b"\n", b"[]\ncode", b"{}\n", b'{"stamp": 1}\n', b"\xff\n"):
        path.write_bytes(content + seal(content) if content else b"\n" + seal(b"\n"))
        assert doubled(fresh()) == [0, 2, 4]
    assert len(makes) == 7


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_a_disk_that_takes_nothing_stops_no_work(fresh, folder, monkeypatch, number):
    module = fresh()

    def refuse(path, mode="r", *args, **kwargs):
        if str(folder) in str(path) and "w" in mode:
            raise OSError(number, "refused", path)
        return open(path, mode, *args, **kwargs)

    monkeypatch.setattr("numba.core.caching.open", refuse, raising=False)
    monkeypatch.setattr(Path, "write_bytes", lambda path, _: refuse(path, "wb"))
    _warn_of_no_room.cache_clear()  # another process
    with pytest.warns(RuntimeWarning, match="compiled code cannot be kept") as said:
        assert (module.double(21), doubled(module)) == (42, [0, 2, 4])
    assert len(said) == 1
    assert files(folder) == []


def test_code_that_may_not_be_read_is_compiled_anew(fresh, folder):
    doubled(fresh())
    for path in files(folder):  # what cannot be read as a file, whoever asks
        path.unlink()
        path.mkdir()
    assert doubled(fresh()) == [0, 2, 4]
