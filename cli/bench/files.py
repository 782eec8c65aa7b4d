"""The files of a report: figures as PNG, the numbers as JSON, and one page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from cli.bench.page import Section, page
from cli.output import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save_figure(figure: Figure, file: BinaryIO) -> None:
    """Write a figure as PNG."""
    figure.savefig(file, format="png", dpi=110)


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure as a PNG file; one that is there is replaced."""
    with whole_file(path, force=True) as file:
        save_figure(figure, file)


def write_pages(
    folder: Path, report: dict[str, Any], title: str, about: str, sections: Sequence[Section]
) -> None:
    """Write ``report.json`` and ``index.html`` into a folder."""
    for name, text in (
        ("report.json", json.dumps(report, allow_nan=False, indent=1)),
        ("index.html", page(title, about, sections)),
    ):
        with whole_file(folder / name, force=True) as file:
            file.write(text.encode())
