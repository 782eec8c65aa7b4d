"""The one way in which a file appears: whole or not at all, and never over one that it must not."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from rnn.files.errors import AlreadyThereError, NoPlaceError, NotAFileError, NotWrittenError
from rnn.files.parts import Part, blamed_on, sweep

__all__ = [
    "AlreadyThereError",
    "NoPlaceError",
    "NotAFileError",
    "NotWrittenError",
    "refuse_existing",
    "whole_file",
    "write_whole",
]


@contextlib.contextmanager
def whole_file(path: str | Path, *, replace: bool = False) -> Iterator[BinaryIO]:
    """A file to write and read back, named ``path`` only when the block has ended well.

    Args:
        path: its name. A symbolic link of that name is replaced, not followed.
        replace: whether a file may be there; even one that appears while the block runs is
            otherwise left as it is.

    Raises:
        AlreadyThereError: if there is a file and it is not to be replaced; a FileExistsError.
        NotAFileError: if what is there is no file; an AlreadyThereError.
        NoPlaceError: if the folder cannot take it, which is known at once; a NotWrittenError.
        NotWrittenError: if it cannot be written or named; an OSError.
    """
    path = Path(path)
    refuse_existing(path, replace=replace)
    sweep(path.parent)
    part = Part(path)
    try:
        raw = part.open()
        file = io.BufferedRandom(raw)
        try:
            yield cast(BinaryIO, file)
            with blamed_on(path):
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
