"""Files that are being written, before they have their names.

A part has no name where the system allows it (Linux: ``O_TMPFILE``), so that even a ``kill -9``
leaves nothing. Elsewhere, and for the moment in which a file is replaced, it has a short hidden
name, and is locked while its writer lives: whoever writes into the folder next removes what a
dead writer has left (not on Windows, which has no such locks).
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rnn.files.errors import AlreadyThereError, NoPlaceError, NotWrittenError

if sys.platform != "win32":
    import fcntl

# Short, so that an output's name may be as long as the system allows.
_HIDDEN = re.compile(r"\.whole-[0-9a-f]{16}\.part")
_UNNAMED: int | None = getattr(os, "O_TMPFILE", None)


class Part:
    """What is written, before it has its name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Set before the file is made: no interrupt can come between it and what removes it.
        self._name: Path | None = None

    def open(self, *, hidden: bool = False) -> File:
        """Without a name if that can be and no hidden one is wanted, else with a hidden one."""
        file = None if hidden else self._unnamed()
        while file is None:
            named = self._made(self._hidden())
            # Whoever sweeps the folder may have been quicker than the lock.
            if _lock(named.fileno()) and os.fstat(named.fileno()).st_nlink:
                file = named
            else:
                named.close()
        return file

    @property
    def name(self) -> Path | None:
        """The hidden one, if it has one."""
        return self._name

    def _unnamed(self) -> File | None:
        if _UNNAMED is None:
            return None
        with contextlib.suppress(OSError), contextlib.ExitStack() as undo:
            descriptor = os.open(self._path.parent, _UNNAMED | os.O_RDWR, 0o666)
            undo.callback(os.close, descriptor)
            _of_descriptor(descriptor).stat()  # by which it will be given a name
            _lock(descriptor)
            undo.pop_all()
            return File(descriptor, self._path)
        return None

    def _hidden(self) -> Path:
        return self._path.with_name(f".whole-{secrets.token_hex(8)}.part")

    def _made(self, name: Path) -> File:
        try:
            self._name = name
            return File(name, self._path)
        except FileExistsError:
            self._name = None  # another's
            raise
        except OSError as error:
            folder = str(self._path.parent)
            raise NoPlaceError(error.errno, error.strerror or str(error), folder) from error

    def publish(self, file: File, *, replace: bool) -> None:
        """Give the name to what is whole now, with the mode and owner of what it replaces."""
        if replace:
            _become_like(self._path, file.fileno())
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


class File(io.FileIO):
    """The file that is written, as Python's: what it cannot take is its own fault, and says so."""

    def __init__(self, file: int | Path, path: Path) -> None:
        self._path = path
        super().__init__(file, "r+b" if isinstance(file, int) else "x+b")

    def write(self, data: Any, /) -> int:
        """Write, and say how much of it was taken."""
        with blamed_on(self._path):
            return super().write(data)

    def truncate(self, size: int | None = None, /) -> int:
        """End the file there."""
        with blamed_on(self._path):
            return super().truncate(size)

    def close(self) -> None:
        """Let go of it."""
        with blamed_on(self._path):
            super().close()


def _become_like(path: Path, descriptor: int) -> None:
    with contextlib.suppress(OSError):  # it is not there, or its owner is not ours to give
        found = path.lstat()
        if stat.S_ISREG(found.st_mode) and sys.platform != "win32":
            os.fchmod(descriptor, found.st_mode & 0o777)
            os.fchown(descriptor, found.st_uid, found.st_gid)


@contextlib.contextmanager
def blamed_on(path: Path) -> Iterator[None]:
    """What goes wrong in the block is the fault of the file of this name."""
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
        try:
            part.replace(path)
        except BaseException:
            path.unlink()
            raise


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


def sweep(folder: Path) -> None:
    """Remove the hidden parts that killed processes have left in a folder."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        for part in folder.iterdir():
            if _HIDDEN.fullmatch(part.name):
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
