"""One HTML page of a report: its tables and figures."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple, Self

from rnn.experiments.table import Table, text_lines


class Section(NamedTuple):
    """A heading, the lines of a table, and the names of PNG files beside the page."""

    title: str
    lines: Sequence[str]
    figures: Sequence[str] = ()

    @classmethod
    def of(cls, table: Table, figures: Sequence[str] = ()) -> Self:
        """A table under its title."""
        return cls(table.title, text_lines(table), figures)


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;"
    "color:#222;background:#fff}pre{overflow-x:auto;background:#f5f5f5;padding:1rem}"
    "img{max-width:100%}"
)


def page(title: str, about: str, sections: Sequence[Section]) -> str:
    """The page; all text in it is escaped."""
    body = "".join(
        f"<h2>{escape(section.title)}</h2>\n<pre>{escape(chr(10).join(section.lines))}</pre>\n"
        + "".join(
            f'<p><img src="{escape(name)}" alt="{escape(section.title)}"></p>\n'
            for name in section.figures
        )
        for section in sections
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>{_STYLE}</style>\n<h1>{escape(title)}</h1>\n<p>{escape(about)}</p>\n"
        f'{body}<p><a href="report.json">The numbers</a></p>\n</html>\n'
    )
