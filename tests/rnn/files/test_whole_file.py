"""A file appears whole or not at all, never over one that it must not, and kills leave nothing."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import threading

import pytest

import rnn.files.parts as parts
from rnn.files.whole_file import (
    AlreadyThereError,
    NoPlaceError,
    NotAFileError,
    NotWrittenError,
    refuse_existing,
    whole_file,
    write_whole,
)
from tests.support.command import ROOT

WAYS = ("unnamed", "hidden", "no links")


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """Each way in which a part can be held and named."""
    if request.param in ("hidden", "no links"):
        monkeypatch.setattr(parts, "_UNNAMED", None)
    if request.param == "no links":

        def link(*_, **__):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        monkeypatch.setattr(os, "link", link)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.file"


@pytest.mark.parametrize("replace", [False, True])
def test_a_file_appears_when_the_block_has_ended(path, way, replace):
    with whole_file(path, replace=replace) as file:
        file.write(b"all of it")
        assert not path.exists()
        file.seek(0)
        file.write(b"ALL")
    assert path.read_bytes() == b"ALL of it"
    assert names(path.parent) == ["a.file"]
    assert file.closed


def test_a_file_has_the_rights_that_the_user_gives_new_files(path, way):
    mask = os.umask(0o027)
    try:
        with whole_file(path):
            pass
    finally:
        os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_file_is_replaced_when_that_was_asked(path, way):
    path.write_bytes(b"before")
    with whole_file(path, replace=True) as file:
        file.write(b"after")
        file.flush()
        assert path.read_bytes() == b"before"
    assert path.read_bytes() == b"after"
    assert names(path.parent) == ["a.file"]


def test_a_file_that_is_there_stays(path, way):
    path.write_bytes(b"before")
    with pytest.raises(FileExistsError) as error, whole_file(path):
        pytest.fail("the work was begun")
    assert isinstance(error.value, AlreadyThereError)
    assert error.value.filename == str(path)
    assert path.read_bytes() == b"before"


def test_a_file_that_appears_meanwhile_stays(path, way):
    with pytest.raises(AlreadyThereError, match=r"a\.file"), whole_file(path) as file:
        file.write(b"ours")
        path.write_bytes(b"another's")
    assert path.read_bytes() == b"another's"
    assert names(path.parent) == ["a.file"]


def test_of_many_at_once_one_writes(path, way):
    barrier, told = threading.Barrier(8), []

    def write(number):
        try:
            with whole_file(path) as file:
                file.write(bytes([number]) * 1000)
                barrier.wait()
        except AlreadyThereError:
            return
        told.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (number,) = told
    assert path.read_bytes() == bytes([number]) * 1000
    assert names(path.parent) == ["a.file"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, SystemExit, ValueError, OSError])
@pytest.mark.parametrize("there", [False, True])
def test_what_fails_in_the_block_leaves_all_as_it_was(path, way, failure, there):
    if there:
        path.write_bytes(b"before")
    raised = failure(errno.EACCES, "another's fault")
    with pytest.raises(failure) as error, whole_file(path, replace=True) as file:
        file.write(b"a part")
        raise raised
    assert error.value is raised  # and the file is not blamed for it
    assert names(path.parent) == ["a.file"] * there
    assert not there or path.read_bytes() == b"before"


@pytest.mark.parametrize("size", [5_000, 50_000])
def test_a_full_disk_is_told_of_the_file(path, way, size):
    """Of few bytes, which only a flush at the end writes, and of many."""
    path.write_bytes(b"before")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, limits[1]))
    try:
        with (
            pytest.raises(NotWrittenError) as error,
            whole_file(path, replace=True) as file,
        ):
            left = memoryview(bytes(size))
            while left:
                left = left[file.write(left) :]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert (error.value.errno, error.value.filename) == (errno.EFBIG, str(path))
    assert path.read_bytes() == b"before"
    assert names(path.parent) == ["a.file"]


@pytest.mark.parametrize("length", [241, 250, 255])
@pytest.mark.parametrize("letter", ["x", "é"])
def test_a_name_may_be_as_long_as_the_system_allows(tmp_path, way, length, letter):
    path = tmp_path / (letter * length)[: length // len(letter.encode())]
    for content in (b"first", b"second"):
        with whole_file(path, replace=True) as file:
            file.write(content)
    assert path.read_bytes() == b"second"
    assert names(tmp_path) == [path.name]


@pytest.mark.parametrize("name", ["x" * 256, "a\0b"])
def test_a_name_that_cannot_be_is_refused_before_the_work(tmp_path, way, name):
    with pytest.raises(NotWrittenError), whole_file(tmp_path / name):
        pytest.fail("the work was begun")
    assert names(tmp_path) == []


def test_a_folder_that_cannot_take_a_file_is_named_before_the_work(tmp_path, way):
    (tmp_path / "file").write_bytes(b"")
    for folder, number in (("missing", errno.ENOENT), ("file", errno.ENOTDIR)):
        with pytest.raises(NoPlaceError) as error, whole_file(tmp_path / folder / "a"):
            pytest.fail("the work was begun")
        assert (error.value.errno, error.value.filename) == (number, str(tmp_path / folder))


def test_what_is_no_file_is_never_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to(os.devnull)
    for name in ("folder", "pipe", "device"):
        for replace in (False, True):
            with pytest.raises(NotAFileError, match="is not a file"):
                refuse_existing(tmp_path / name, replace=replace)


def test_a_name_that_was_taken_for_a_file_that_failed_is_free_again(path, monkeypatch):
    def refused(*_, **__):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(parts, "_UNNAMED", None)
    monkeypatch.setattr(os, "link", refused)
    monkeypatch.setattr(parts.Path, "replace", refused)
    with pytest.raises(NotWrittenError, match="not permitted"):
        write_whole(path, b"whole", replace=False)
    assert names(path.parent) == []


def test_a_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "file").write_bytes(b"before")
    for target in ("file", "nothing"):
        link = tmp_path / "link"
        link.symlink_to(target)
        with pytest.raises(AlreadyThereError):
            write_whole(link, b"after", replace=False)
        write_whole(link, b"after")
        assert not link.is_symlink()
        assert link.read_bytes() == b"after"
        link.unlink()
    assert (tmp_path / "file").read_bytes() == b"before"


KILLED = """
import os, sys, time
import rnn.files.parts as parts
from rnn.files.whole_file import whole_file
if sys.argv[2] == "hidden":
    parts._UNNAMED = None
if sys.argv[2] == "replacing":
    parts.Path.replace = lambda *_: (print("written", flush=True), time.sleep(60))
with whole_file(sys.argv[1], replace=True) as file:
    file.write(b"so far")
    file.flush()
    if sys.argv[2] != "replacing":
        print("written", flush=True)
        time.sleep(60)
"""


@pytest.fixture
def writer(path):
    """A process that has written, and waits."""
    begun = []

    def begin(way):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path), way],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        begun.append(process)
        assert process.stdout.readline() == b"written\n"
        return process

    yield begin
    for process in begun:
        with process:
            process.kill()


def test_a_kill_leaves_nothing(path, writer):
    path.write_bytes(b"before")
    writer("unnamed").kill()
    assert names(path.parent) == ["a.file"]
    assert path.read_bytes() == b"before"


@pytest.mark.parametrize("way", ["hidden", "replacing"])
def test_what_a_kill_leaves_the_next_writer_removes_but_not_what_a_living_one_holds(
    path, writer, way
):
    path.write_bytes(b"before")
    process = writer(way)
    part, _ = names(path.parent)
    assert part.startswith(".whole-")
    write_whole(path.with_name("other"), b"")
    assert part in names(path.parent)
    process.kill()
    process.wait()
    assert part in names(path.parent)
    write_whole(path.with_name("another"), b"")
    assert names(path.parent) == ["a.file", "another", "other"]


def test_a_sweep_removes_nothing_else(tmp_path):
    others = [".whole-1.part", ".song.wav.0123abcd.part", "whole-0123456789abcdef.part", "x.part"]
    for name in others:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / ".whole-0123456789abcdef.part").mkdir()
    (tmp_path / ".whole-0123456789abcde0.part").symlink_to("x.part")
    os.mkfifo(tmp_path / ".whole-0123456789abcde1.part")
    before = names(tmp_path)
    write_whole(tmp_path / "a", b"")
    assert set(before) - set(names(tmp_path)) <= {".whole-0123456789abcde1.part"}
    assert (tmp_path / "x.part").exists()


def test_a_part_that_a_sweep_took_first_is_made_again(path, monkeypatch):
    monkeypatch.setattr(parts, "_UNNAMED", None)
    lock, taken = parts._lock, []

    def late(descriptor):
        if not taken:
            (part,) = path.parent.iterdir()
            taken.append(part)
            parts.sweep(path.parent)
            assert names(path.parent) == []
        return lock(descriptor)

    monkeypatch.setattr(parts, "_lock", late)
    write_whole(path, b"whole")
    assert taken
    assert path.read_bytes() == b"whole"
    assert names(path.parent) == ["a.file"]


def test_what_was_written_can_be_read_back_and_changed(path, way):
    with whole_file(path) as file:
        file.write(b"abcdef")
        file.seek(2)
        assert file.read(2) == b"cd"
        file.seek(2)
        file.write(b"CD")
        file.truncate(5)
    assert path.read_bytes() == b"abCDe"


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such modes there")
def test_what_is_replaced_leaves_its_mode(tmp_path):
    path = tmp_path / "file"
    for mode in (0o600, 0o644, 0o604):
        path.write_bytes(b"before")
        path.chmod(mode)
        write_whole(path, b"after")
        assert path.stat().st_mode & 0o7777 == mode
        assert path.read_bytes() == b"after"
