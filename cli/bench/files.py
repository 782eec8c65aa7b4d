"""Where the files of a report go."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from cli.output import whole_file
from ctxaudio.errors import DataError


def check_folder(folder: Path) -> None:
    """Know before the work is done whether a folder can be written.

    Raises:
        DataError: if no file can be made in it.
    """
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise DataError(f"cannot write to {folder}: {error.strerror}.") from error


def write_files(folder: Path, files: Mapping[str, bytes], *, force: bool = True) -> None:
    """Write files by name into a folder; those that are there are replaced if that was asked."""
    for name, content in files.items():
        with whole_file(folder / name, force=force) as file:
            file.write(content)
