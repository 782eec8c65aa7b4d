"""Tables as data, and the one way in which they become text, for 80 columns of a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap

WIDTH = 80
MISSING = "-"  # shown for None, ending where a number would

# What may stand in a cell: text as it is, numbers by the form of their column, several side by
# side under one heading, or None for what is not known.
Cell = str | float | None | Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What a column is called and how its cells look.

    ``form`` is Python's format of a number, such as ``"8.3f"``. ``gap`` are the blanks before it.
    Neighbours of one ``group`` share a line above their headings; it stands ``group_align``.
    """

    heading: str = ""
    width: int = 0  # at least; a column grows with what is in it
    form: str = ""
    align: str = ">"  # of text and heading: "<", ">" or "^"
    gap: int = 1
    group: str = ""
    group_align: str = "^"

    def __post_init__(self) -> None:
        for name in ("align", "group_align"):
            if getattr(self, name) not in ("<", ">", "^"):
                raise ValueError(f"{name} must be <, > or ^, got {getattr(self, name)!r}.")
        if self.width < 0 or self.gap < 0:
            raise ValueError(
                f"width and gap must not be negative, got {self.width} and {self.gap}."
            )
        format(0.0, self.form)  # a form that is none is a ValueError here, not when it is printed

    def text(self, cell: Cell) -> str:
        """A cell as text.

        >>> Column(form="5.2f").text([1.0, None]), Column(form="5.2f").text("word")
        (' 1.00     -', 'word')
        """
        if isinstance(cell, str):
            return cell
        if cell is None or isinstance(cell, int | float):
            return self._number(cell)
        return " ".join(self._number(part) for part in cell)

    def _number(self, value: float | None) -> str:
        if value is None:
            return f"{MISSING:>{len(format(0.0, self.form)) if self.form else 1}}"
        return format(value, self.form)


@dataclass(frozen=True, slots=True)
class Row:
    """A cell for each column, and what is said of them on a line below, if anything."""

    cells: tuple[Cell, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    r"""A table: a title, columns, rows of values, and notes in sentences.

    Without columns it is its notes. ``remark_indent`` are the blanks before remarks of rows.

    >>> print(
    ...     *text_lines(
    ...         Table(
    ...             title="masses",
    ...             columns=(
    ...                 Column(heading="of", width=6, align="<"),
    ...                 Column(heading="kg", form="6.1f"),
    ...             ),
    ...             rows=(Row(("cat", 4.2)), Row(("dog", None), remark="it would not sit")),
    ...             notes=("Weighed at noon.",),
    ...             remark_indent=2,
    ...         )
    ...     ),
    ...     sep="\n",
    ... )
    of         kg
    cat       4.2
    dog         -
      it would not sit
    Weighed at noon.
    """

    title: str
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    remark_indent: int = 0

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(
                    f"each row of {self.title!r} must have {len(self.columns)} cells, one for "
                    f"each column, got {len(row.cells)}: {row.cells}."
                )


def text_lines(table: Table) -> list[str]:
    """The lines of a table, without its title; notes and remarks are broken at :data:`WIDTH`."""
    cells = [
        [column.text(cell) for column, cell in zip(table.columns, row.cells, strict=True)]
        for row in table.rows
    ]
    widths = [
        max([column.width, len(column.heading), *(len(row[i]) for row in cells)])
        for i, column in enumerate(table.columns)
    ]

    def line(texts: Sequence[str]) -> str:
        return "".join(
            " " * column.gap + f"{text:{column.align}{width}}"
            for column, text, width in zip(table.columns, texts, widths, strict=True)
        )[table.columns[0].gap :].rstrip()

    lines = []
    if any(column.group for column in table.columns):
        lines.append(_group_line(table.columns, widths))
    if any(column.heading for column in table.columns):
        lines.append(line([column.heading for column in table.columns]))
    for row, texts in zip(table.rows, cells, strict=True):
        lines.append(line(texts))
        indent = " " * table.remark_indent
        lines += wrap(row.remark, WIDTH, initial_indent=indent, subsequent_indent=indent)
    for note in table.notes:
        # What is indented is broken with the same indent.
        indent = " " * (len(note) - len(note.lstrip()))
        further = indent or "  "
        lines += wrap(note.strip(), WIDTH, initial_indent=indent, subsequent_indent=further)
    return lines


def _group_line(columns: Sequence[Column], widths: Sequence[int]) -> str:
    """Each group over the columns that it spans."""
    parts = []
    for group, members in groupby(range(len(columns)), key=lambda i: columns[i].group):
        chosen = list(members)
        span = sum(columns[i].gap + widths[i] for i in chosen) - columns[chosen[0]].gap
        align = columns[chosen[0]].group_align
        parts.append(" " * columns[chosen[0]].gap + f"{group:{align}{span}}")
    return "".join(parts)[columns[0].gap :].rstrip()
