"""The files of a report, each written whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from cli.output import whole_file
from ctxaudio.errors import DataError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from rnn.experiments.page import Section


def check_folder(folder: Path) -> None:
    """Know before the work is done whether a folder can be written.

    Raises:
        DataError: if no file can be made in it.
    """
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise DataError(f"cannot write to {folder}: {error.strerror}.") from error


def write_file(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file; one that is there is replaced if that was asked for."""
    with whole_file(path, force=force) as file:
        file.write(content)


def save_figure(figure: Figure, file: BinaryIO) -> None:
    """Write a figure as PNG."""
    from rnn.experiments.files import png

    file.write(png(figure))


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure as a PNG file; one that is there is replaced."""
    from rnn.experiments.files import png

    write_file(path, png(figure), force=True)


def write_pages(
    folder: Path, report: dict[str, Any], title: str, about: str, sections: Sequence[Section]
) -> None:
    """Write ``report.json`` and ``index.html`` into a folder."""
    from rnn.experiments.files import pages

    for name, content in pages(report, title, about, sections).items():
        write_file(folder / name, content, force=True)
