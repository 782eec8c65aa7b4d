"""Each package offers what it says, and imports only in one direction."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import ctxaudio
import rnn

ROOT = Path(__file__).parents[1]
PACKAGES = {"rnn": {"ctxaudio", "cli"}, "ctxaudio": {"cli"}}  # and what each must not import
EDGES = {"benchmarks", "samples", "tests"}
# ``python -m ctxaudio`` is the command line; no other module of ctxaudio knows it.
ALLOWED = {ROOT / "ctxaudio" / "__main__.py": {"cli"}}


def imported(path):
    """First parts of all modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(path.parent.name if node.level else node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_go_one_way(package):
    modules = sorted((ROOT / package).rglob("*.py"))
    assert len(modules) > 4
    for module in modules:
        wrong = imported(module) & (PACKAGES[package] | EDGES)
        assert wrong == ALLOWED.get(module, set()), module


def test_the_import_check_sees_every_kind_of_import(tmp_path):
    path = tmp_path / "module.py"
    path.write_text("import os.path\ndef f():\n    from cli.main import x\n    import a, b.c\n")
    assert imported(path) == {"os", "cli", "a", "b"}


def public_names(module):
    """Names that a package's __init__ takes from its modules, by import statements."""
    tree = ast.parse(Path(module.__file__).read_text())
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(module.__name__)
        for alias in node.names
        if not (alias.asname or alias.name).startswith("_")
    }


@pytest.mark.parametrize("module", [rnn, ctxaudio])
def test_all_is_what_the_package_exposes(module):
    assert sorted(module.__all__) == sorted(public_names(module))
    assert sorted(set(module.__all__)) == sorted(module.__all__)
    for name in module.__all__:
        thing = getattr(module, name)
        assert thing.__module__.startswith(f"{module.__name__}.")
        assert thing.__doc__
        assert getattr(importlib.import_module(thing.__module__), name) is thing


@pytest.mark.parametrize("module", [rnn, ctxaudio])
def test_a_name_that_is_not_there_is_an_attribute_error(module):
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = module.nonsense


def test_a_data_error_is_a_value_error():
    assert issubclass(ctxaudio.DataError, ValueError)


@pytest.mark.parametrize("module", [rnn, ctxaudio])
def test_completion_lists_what_the_package_offers(module):
    # In a process of its own, where no name was asked for yet.
    script = f"import {module.__name__} as package; print(*dir(package))"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    listed = run.stdout.split()
    assert set(module.__all__) <= set(listed)
    assert {"__all__", "__doc__"} <= set(listed)


@pytest.mark.parametrize("name", ["rnn", "ctxaudio"])
def test_listing_the_names_does_not_wait_for_compiled_code(name):
    script = f"import sys, {name}; dir({name}); print('numpy' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert run.stdout == "False\n"


def test_an_effect_does_not_wait_for_what_only_drums_and_formants_or_the_compiler_need():
    heavy = ["numba", "scipy.linalg", "scipy.ndimage", "scipy.signal", "scipy.stats"]
    script = "import sys; from ctxaudio import ContextShift; "
    script += f"print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert run.stdout == "[]\n"


def test_every_package_says_that_it_is_typed_also_where_it_is_installed():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    for package in ("rnn", "ctxaudio", "cli"):
        assert (ROOT / package / "py.typed").is_file()
    assert settings["package-data"]["*"] == ["py.typed"]
