"""The files of a report, each written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from cli.output import whole_file
from rnn.experiments.files import pages, png
from rnn.experiments.page import Section

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by name into a folder; those that are there are replaced."""
    for name, content in files.items():
        with whole_file(folder / name, force=True) as file:
            file.write(content)


def save_figure(figure: Figure, file: BinaryIO) -> None:
    """Write a figure as PNG."""
    file.write(png(figure))


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure as a PNG file; one that is there is replaced."""
    write_files(path.parent, {path.name: png(figure)})


def write_pages(
    folder: Path, report: dict[str, Any], title: str, about: str, sections: Sequence[Section]
) -> None:
    """Write ``report.json`` and ``index.html`` into a folder."""
    write_files(folder, pages(report, title, about, sections))
