"""What goes to a terminal: one line each, whatever names and messages hold."""

from __future__ import annotations

import ast
import warnings

import pytest

from cli import output
from cli.output import Reporter
from tests.support.command import ROOT, ctxaudio

FOREIGN = "a\x1b[2J\nb\r\x9b1m\u202e.wav"  # control characters of several kinds
# The one place that prints, and the status line, which is written again and again.
PRINTING = {ROOT / "cli" / "output.py": {"tell"}, ROOT / "cli" / "player" / "console.py": None}


def printing_functions(path):
    """Functions in a file in which something is written to a standard stream, with their names."""
    found = set()
    for function in ast.walk(ast.parse(path.read_text())):
        if not isinstance(function, ast.FunctionDef | ast.Module):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                if name == "print" or name.endswith(("echo", "stdout.write", "stderr.write")):
                    found.add(getattr(function, "name", ""))
    return found - {""} if len(found) > 1 else found


@pytest.mark.parametrize("path", sorted((ROOT / "cli").rglob("*.py")), ids=str)
def test_only_one_function_prints(path):
    allowed = PRINTING.get(path, set())
    if allowed is not None:
        assert printing_functions(path) == allowed


def test_the_check_sees_every_kind_of_printing(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(
        "import sys, click\ndef a():\n    print(1)\ndef b():\n    click.echo(1)\n"
        "def c():\n    sys.stderr.write('')\ndef d():\n    tell(1)\n"
    )
    assert printing_functions(path) == {"a", "b", "c"}


@pytest.mark.parametrize("say", ["done", "note", "say", "tell", "warned"])
def test_a_message_of_any_kind_is_one_line(say, capsys):
    if say in ("done", "note"):
        getattr(Reporter(quiet=False, as_json=False), say)(f"wrote {FOREIGN}")
    elif say == "warned":
        output.warned(UserWarning(FOREIGN), UserWarning, "file.py", 1)
    else:
        getattr(output, say)(FOREIGN)
    seen = "".join(capsys.readouterr())
    assert seen.endswith(".wav\n")
    assert seen[:-1].isprintable()


def test_facts_of_any_kind_are_one_line_of_json(capsys):
    Reporter(quiet=False, as_json=True).done("", input=FOREIGN)
    seen = capsys.readouterr().out
    assert seen.endswith("\n")
    assert seen[:-1].isprintable()


@pytest.mark.parametrize("quiet", [False, True])
def test_a_warning_is_one_line_unless_told_otherwise(quiet, monkeypatch):
    def old(*_, **__):
        warnings.warn("it is old\nand slow", RuntimeWarning, stacklevel=1)
        raise FileNotFoundError(2, "No such file", "song.wav")

    monkeypatch.setattr("cli.shifting.one.open_song", old)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        result = ctxaudio("shift", "song.wav", "+5", *(["-q"] if quiet else []))
    said = [] if quiet else ["ctxaudio: it is old�and slow"]
    assert result.err.splitlines() == [*said, "ctxaudio: song.wav: No such file."]
