"""Tables are values that check themselves, and become text in one way."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.experiments.table import WIDTH, Column, Row, Table, text_lines

NAME, MASS = Column(heading="of", width=5, align="<"), Column(heading="kg", form="6.2f", gap=2)
TABLE = Table(
    title="masses",
    columns=(NAME, MASS),
    rows=(Row(("cat", 4.2)), Row(("dog", None), remark="would not sit")),
    notes=("At noon.",),
    remark_indent=7,
)


def test_a_table_becomes_lines():
    assert text_lines(TABLE) == [
        "of         kg",
        "cat      4.20",
        "dog         -",
        "       would not sit",
        "At noon.",
    ]


def test_what_a_column_holds_widens_it_and_no_other():
    wider = replace(TABLE, rows=(*TABLE.rows, Row(("hippopotamus", 1500.0))))
    assert text_lines(wider)[:2] == ["of                 kg", "cat              4.20"]
    assert text_lines(wider)[-2] == "hippopotamus  1500.00"


def test_several_numbers_stand_under_one_heading():
    three = Column(heading="x, y, z", form="5.1f", width=17, align="^")
    table = Table(title="", columns=(three,), rows=(Row(([1.0, None, 3.0],)),))
    assert text_lines(table) == ["     x, y, z", "  1.0     -   3.0"]


def test_groups_stand_over_their_columns():
    columns = (
        Column(heading="of", width=5),
        *(Column(heading=name, width=4, gap=2, group="modern") for name in "ab"),
        Column(heading="c", width=4, gap=2, group="study", group_align="<"),
    )
    table = Table(title="", columns=columns, rows=(Row(("x", "1", "2", "3")),))
    assert text_lines(table) == [
        "         modern    study",
        "   of     a     b     c",
        "    x     1     2     3",
    ]


def test_columns_without_headings_have_no_line_of_them():
    table = Table(title="", columns=(Column(form="g"), Column(form="g")), rows=(Row((1.0, 2.0)),))
    assert text_lines(table) == ["1 2"]


def test_a_table_may_be_notes_alone():
    assert text_lines(Table(title="words", notes=("One.", "  Two."))) == ["One.", "  Two."]


@given(words=st.lists(st.text("ab", min_size=1, max_size=12), min_size=1, max_size=60))
def test_notes_and_remarks_are_broken_to_the_width(words):
    said = " ".join(words)
    table = replace(TABLE, rows=(Row(("cat", 4.2), remark=said),), notes=(said, f"    {said}"))
    lines = text_lines(table)
    assert max(map(len, lines)) <= WIDTH
    assert " ".join(" ".join(lines).split()) == f"of kg cat 4.20 {said} {said} {said}"
    assert all(line.startswith(" " * 7) for line in lines[2:3])


def test_a_row_of_too_few_cells_is_named():
    with pytest.raises(ValueError, match=r"each row of 'masses' must have 2 cells.*got 1"):
        replace(TABLE, rows=(Row(("cat",)),))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"align": "="}, "align must be"),
        ({"group_align": ""}, "group_align must be"),
        ({"width": -1}, "width and gap must not be negative"),
        ({"gap": -1}, "width and gap must not be negative"),
        ({"form": "x"}, "Unknown format code|Invalid format"),
    ],
)
def test_a_column_that_is_none_is_refused(changes, reason):
    with pytest.raises(ValueError, match=reason):
        Column(**changes)


@pytest.mark.parametrize("value", [TABLE, NAME, TABLE.rows[0]])
def test_a_table_stays_what_it_is(value):
    with pytest.raises(FrozenInstanceError):
        setattr(value, next(iter(value.__slots__)), 1)
