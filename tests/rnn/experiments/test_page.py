"""A page of a report holds tables and figures, and takes nothing in them for HTML."""

from __future__ import annotations

import json

import pytest

from rnn.experiments.files import PAGE, REPORT, pages
from rnn.experiments.page import Section, page
from rnn.experiments.table import Column, Row, Table
from tests.support.reports import Page


def test_nothing_in_a_page_is_taken_for_html():
    hostile = "<script>alert('1')</script> & \"&lt;\" </pre></title></style>"
    text = page(hostile, hostile, [Section(hostile, [hostile, hostile], ['a" onerror="b<.png'])])
    assert "<script" not in text
    seen = Page(text)
    assert seen.images == ['a" onerror="b<.png']
    for tag in ("title", "h1", "h2"):
        assert seen.text[tag][0] == hostile
    assert seen.text["pre"][0] == f"{hostile}\n{hostile}"
    assert hostile in seen.text["p"]
    assert text.count("</pre>") == text.count("</title>") == text.count("</style>") == 1


def test_a_page_needs_nothing_from_elsewhere():
    text = page("title", "about", [Section("section", ["line"], ["a.png"])])
    assert "http" not in text
    assert "//" not in text


def test_a_section_of_a_table_has_its_title_and_its_lines():
    table = Table(title="<masses>", columns=(Column(form=".1f"),), rows=(Row((4.2,)),))
    section = Section.of(table, ["a.png"])
    seen = Page(page("title", "about", [section]))
    assert (section.title, section.lines) == ("<masses>", ["4.2"])
    assert (seen.text["h2"][0], seen.text["pre"][0], seen.images) == ("<masses>", "4.2", ["a.png"])


def test_the_pages_of_a_report_are_its_numbers_and_a_page():
    files = pages({"x": [1.5, None]}, "title", "about", [Section("section", ["line"])])
    assert list(files) == [REPORT, PAGE]
    assert json.loads(files[REPORT]) == {"x": [1.5, None]}
    assert Page(files[PAGE].decode()).links == [REPORT]


def test_a_report_with_a_number_that_json_has_not_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        pages({"x": float("nan")}, "title", "about", [])
