"""Libraries that cannot be loaded, as where memory is short: one line, and nobody else to blame."""

from __future__ import annotations

import resource

import pytest

from tests.support.command import ctxaudio, failed, finished, notes, started, write


def limited(megabytes):
    def start():
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1_000_000,) * 2)

    return start


@pytest.mark.parametrize(
    ("megabytes", "args"),
    [
        (250, ("shift", "song.wav", "+3", "-o", "o.wav")),
        (400, ("shift", "song.wav", "+3", "-o", "o.wav")),
        (400, ("bench", "delay-match", "delays")),
    ],
)
def test_little_address_space_is_one_line_that_says_so(tmp_path, megabytes, args):
    write(tmp_path / "song.wav", notes())
    result = finished(started(*args, cwd=tmp_path, preexec_fn=limited(megabytes)))
    said = failed(result)
    assert "memory" in said
    assert "o.wav" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["song.wav"]


def advice():
    """As of some libraries: many lines about what may have gone wrong."""
    try:
        raise ImportError("libx.so: failed to map segment from shared object")
    except ImportError as error:
        raise ImportError("IMPORTANT\n\n" + 100 * "Please read this.\n") from error


def circular():
    try:
        advice()
    except ImportError as error:
        error.__cause__.__context__ = error
        raise


def imported(tmp_path, error):
    """A module that fails while it is imported, as one that opens a library."""
    (tmp_path / "lib.py").write_text(f"raise {error}\n")
    exec(compile((tmp_path / "lib.py").read_text(), "lib.py", "exec"), {})  # noqa: S102


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (lambda _: advice(), "a library could not be loaded; is memory short"),
        (lambda _: circular(), "a library could not be loaded; is memory short"),
        (lambda path: imported(path, "OSError('no libx.so')"), "be loaded; is memory short"),
        (lambda path: imported(path, "MemoryError"), "not enough memory"),
        (lambda _: __import__("no_such_module"), "the installation lacks a package (No module"),
    ],
)
def test_what_cannot_be_loaded_is_one_line(tmp_path, monkeypatch, what, reason):
    monkeypatch.setattr("cli.info.open_song", lambda _, damaged: what(tmp_path))
    said = failed(ctxaudio("info", "song.wav"))
    assert reason in said
    assert len(said) < 400


def test_the_end_of_a_file_is_no_interrupt(monkeypatch):
    def ended(_, damaged):
        raise EOFError("Ran out of input")

    monkeypatch.setattr("cli.info.open_song", ended)
    with pytest.raises(EOFError, match="Ran out of input"):
        ctxaudio("info", "song.wav")
