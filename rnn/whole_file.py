"""The one way in which a file appears: whole or not at all, and never over one that it must not.

A file is written without a name where the system allows it (Linux: ``O_TMPFILE``), and takes its
name when it is whole, so that even a ``kill -9`` leaves nothing. Elsewhere it is written under a
short hidden name beside, which is locked while its writer lives: whoever writes into the folder
next removes what a dead writer has left (not on Windows, which has no such locks).
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

if sys.platform != "win32":
    import fcntl

# Of a hidden part: short, so that an output's name may be as long as the system allows.
_PART = re.compile(r"\.whole-[0-9a-f]{16}\.part")
_LONGEST_NAME = 255  # bytes
_UNNAMED: int | None = getattr(os, "O_TMPFILE", None)


class NotWrittenError(OSError):
    """A file could not be written; ``filename`` says which.

    What else went wrong while a file was written, such as a library that could not be loaded, is
    never one of these.
    """


class NoPlaceError(NotWrittenError):
    """A folder cannot take a file; ``filename`` is the folder's."""


class AlreadyThereError(NotWrittenError, FileExistsError):
    """Something has the name already, and was not to be replaced."""


class NotAFileError(AlreadyThereError):
    """Something that is no file, such as a folder or a device, has the name; it stays."""


@contextlib.contextmanager
def whole_file(
    path: str | Path, *, replace: bool = False, keep_named: bool = False, buffering: int = -1
) -> Iterator[BinaryIO]:
    """A file to write that takes the name ``path`` only when the block has ended well.

    Args:
        path: its name. A symbolic link of that name is replaced, not followed.
        replace: whether a file may be there; even one that appears while the block runs is
            otherwise left as it is.
        keep_named: write it as ``<path>.part`` (or ``<path>.2.part``, ...), which a person can
            find: a killed process leaves what it had written, and nothing ever removes that. For
            a recording, which cannot be made again.
        buffering: that of Python's ``open``.

    Raises:
        AlreadyThereError: if there is a file and it is not to be replaced; a FileExistsError.
        NotAFileError: if what is there is no file; an AlreadyThereError.
        NoPlaceError: if the folder cannot take it, which is known at once; a NotWrittenError.
        NotWrittenError: if it cannot be written or named; an OSError.
    """
    path = Path(path)
    refuse_existing(path, replace=replace)
    _sweep(path.parent)
    part = _Part(path)
    try:
        raw = part.open_kept() if keep_named else part.open()
        size = buffering if buffering > 0 else io.DEFAULT_BUFFER_SIZE
        file = raw if buffering == 0 else io.BufferedWriter(raw, size)
        try:
            yield cast(BinaryIO, file)
            with _blamed_on(path):
                file.flush()
                os.fsync(raw.fileno())
                if sys.platform == "win32":  # where an open file cannot be renamed
                    file.close()
                part.publish(raw, replace=replace)
        finally:
            with contextlib.suppress(OSError):  # what it holds is on the disk, or not wanted
                file.close()
    finally:
        part.remove()


def write_whole(path: str | Path, data: bytes, *, replace: bool = True) -> None:
    """Write a whole file in one go; errors as of :func:`whole_file`."""
    with whole_file(path, replace=replace) as file:
        file.write(data)


def refuse_existing(path: str | Path, *, replace: bool) -> None:
    """Whether a file may take a name, asked before the work is done.

    Raises:
        AlreadyThereError: if there is a file and it is not to be replaced.
        NotAFileError: if what is there is no file.
        NotWrittenError: if there can be no such name.
    """
    path = Path(path)
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            with contextlib.suppress(FileNotFoundError):  # a link to nothing is as good as a file
                found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return  # a folder that is not there is named when the file is made
    except (OSError, ValueError) as error:  # a name may hold what no name can
        number, reason = getattr(error, "errno", errno.EINVAL), getattr(error, "strerror", error)
        raise NotWrittenError(number, str(reason), str(path)) from error
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
        raise NotAFileError(errno.EEXIST, "exists already and is not a file", str(path))
    if not replace:
        raise AlreadyThereError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


class _Part:
    """What is written, before it has its name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Set before the file is made: no interrupt can come between it and what removes it.
        self._name: Path | None = None

    def open(self) -> _File:
        """Without a name if that can be, else with a hidden one."""
        file = self._unnamed()
        while file is None:
            named = self._made(self._hidden())
            # Whoever sweeps the folder may have been quicker than the lock.
            if _lock(named.fileno()) and os.fstat(named.fileno()).st_nlink:
                file = named
            else:
                named.close()
        return file

    def _unnamed(self) -> _File | None:
        if _UNNAMED is None:
            return None
        with contextlib.suppress(OSError), contextlib.ExitStack() as undo:
            descriptor = os.open(self._path.parent, _UNNAMED | os.O_WRONLY, 0o666)
            undo.callback(os.close, descriptor)
            _of_descriptor(descriptor).stat()  # by which it will be given a name
            _lock(descriptor)
            undo.pop_all()
            return _File(descriptor, self._path)
        return None

    def open_kept(self) -> _File:
        """With a name that tells what it is; one of an earlier writer stays."""
        number = 1
        while True:
            ending = f".{number}.part" if number > 1 else ".part"
            stem = self._path.name
            while len(os.fsencode(stem + ending)) > _LONGEST_NAME:
                stem = stem[:-1]
            try:
                return self._made(self._path.with_name(stem + ending))
            except FileExistsError:
                number += 1

    def _hidden(self) -> Path:
        return self._path.with_name(f".whole-{secrets.token_hex(8)}.part")

    def _made(self, name: Path) -> _File:
        try:
            self._name = name
            return _File(name, self._path)
        except FileExistsError:
            self._name = None  # another's
            raise
        except OSError as error:
            folder = str(self._path.parent)
            raise NoPlaceError(error.errno, error.strerror or str(error), folder) from error

    def publish(self, file: _File, *, replace: bool) -> None:
        """Give the name to what is whole now."""
        if replace and self._name is not None:
            self._name.replace(self._path)
        elif self._name is not None:
            _link(self._name, self._path)
        else:
            try:
                _name_descriptor(file.fileno(), self._path)
            except FileExistsError:
                if not replace:
                    raise
                self._name = self._hidden()
                _name_descriptor(file.fileno(), self._name)
                self._name.replace(self._path)

    def remove(self) -> None:
        """Remove what is left: nothing, after all went well."""
        if self._name is not None:
            with contextlib.suppress(OSError):  # it may never have been made
                self._name.unlink()


class _File(io.FileIO):
    """The file that is written: what it cannot take is its own fault, and says so."""

    def __init__(self, file: int | Path, path: Path) -> None:
        self._path = path
        super().__init__(file, "wb" if isinstance(file, int) else "xb")

    def write(self, data: Any, /) -> int:
        with _blamed_on(self._path):
            return super().write(data)

    def truncate(self, size: int | None = None, /) -> int:
        with _blamed_on(self._path):
            return super().truncate(size)

    def close(self) -> None:
        with _blamed_on(self._path):
            super().close()


@contextlib.contextmanager
def _blamed_on(path: Path) -> Iterator[None]:
    try:
        yield
    except NotWrittenError:
        raise
    except OSError as error:
        kind = AlreadyThereError if isinstance(error, FileExistsError) else NotWrittenError
        raise kind(error.errno, error.strerror or str(error), str(path)) from error


def _of_descriptor(descriptor: int) -> Path:
    return Path(f"/proc/self/fd/{descriptor}")


def _name_descriptor(descriptor: int, name: Path) -> None:
    # With a folder's descriptor Python calls linkat, which follows the link in /proc; without one
    # it calls link, which does not. The absolute path makes the folder itself of no account.
    folder = os.open("/", os.O_RDONLY)
    try:
        os.link(_of_descriptor(descriptor), name, src_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def _link(part: Path, path: Path) -> None:
    """Give a part its name unless another has it; the part's own name may stay."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: the name is taken first, then filled
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        part.replace(path)


def _lock(descriptor: int) -> bool:
    """Show that the writer lives, until it has closed the file or died; False if it is locked."""
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # no locks here: then no sweep takes it for a dead one's either
            return True
    return True


def _sweep(folder: Path) -> None:
    """Remove the hidden parts that killed processes have left in a folder."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        for part in folder.iterdir():
            if _PART.fullmatch(part.name):
                with contextlib.suppress(OSError):
                    _remove_if_dead(part)


def _remove_if_dead(part: Path) -> None:
    if sys.platform != "win32":
        descriptor = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()
        finally:
            os.close(descriptor)
