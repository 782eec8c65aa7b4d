"""The files of a report as bytes, by name: figures as PNG, the numbers as JSON, and one page."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rnn.experiments.page import Section, page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REPORT, PAGE = "report.json", "index.html"


def png(figure: Figure) -> bytes:
    """A figure as PNG."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110)
    return file.getvalue()


def pages(
    report: dict[str, Any], title: str, about: str, sections: Sequence[Section]
) -> dict[str, bytes]:
    """The numbers and the page, which names the figures of its sections.

    Raises:
        ValueError: if a number is not finite: JSON has none such.
    """
    numbers = json.dumps(report, allow_nan=False, indent=1)
    return {REPORT: numbers.encode(), PAGE: page(title, about, sections).encode()}
