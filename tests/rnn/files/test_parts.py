"""Parts of files on systems that lock otherwise, or that are quicker than their writer."""

from __future__ import annotations

import errno
import fcntl
import os

import pytest

import rnn.files.parts as parts
from rnn.files.typed_json import plain_number
from rnn.files.whole_file import AlreadyThereError, NotWrittenError, whole_file, write_whole


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "_UNNAMED", None)
    return tmp_path / "a.file"


def test_where_there_are_no_locks_a_file_is_written_and_no_living_part_is_swept(path, monkeypatch):
    def flock(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    with whole_file(path) as file:
        file.write(b"whole")
        write_whole(path.with_name("other"), b"")
    assert path.read_bytes() == b"whole"
    assert sorted(one.name for one in path.parent.iterdir()) == ["a.file", "other"]


def test_a_part_that_a_sweep_holds_is_left_to_it_and_made_again(path, monkeypatch):
    """Between the making of a part and its lock a sweep may have locked it, to remove it."""
    flock, held = fcntl.flock, []

    def locked_once(descriptor, how):
        if not held:
            (part,) = path.parent.iterdir()
            held.append(os.open(part, os.O_RDONLY))
            flock(held[0], fcntl.LOCK_EX)
            part.unlink()
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", locked_once)
    try:
        write_whole(path, b"whole")
    finally:
        os.close(held[0])
    assert path.read_bytes() == b"whole"
    assert [one.name for one in path.parent.iterdir()] == ["a.file"]


def test_a_hidden_name_that_another_has_is_left_to_it(path, monkeypatch):
    taken = path.with_name(".whole-0123456789abcdef.part")
    monkeypatch.setattr(parts.secrets, "token_hex", lambda _: "0123456789abcdef")
    with open(taken, "wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)  # it lives: no sweep removes it
        other.write(b"another's")
        other.flush()
        with pytest.raises(FileExistsError), whole_file(path):
            pytest.fail("the work was begun")
        assert taken.read_bytes() == b"another's"


@pytest.mark.parametrize("kind", [NotWrittenError, AlreadyThereError])
def test_what_was_blamed_on_a_file_already_is_not_blamed_again(kind):
    first = kind(errno.EIO, "first", "there")
    with pytest.raises(OSError, match="first") as error, parts.blamed_on("here"):
        raise first
    assert error.value.filename == "there" or isinstance(first, AlreadyThereError)


def test_what_is_no_number_of_numpys_is_not_written_as_one():
    for value in (object(), {1}, b"x", 1j):
        with pytest.raises(TypeError, match=f"a {type(value).__name__} cannot be written as JSON"):
            plain_number(value)
