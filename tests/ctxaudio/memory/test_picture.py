"""What a notebook shows of a memory: a line, and a picture that needs and runs nothing."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest

from ctxaudio import ContextShift, tape_example
from ctxaudio.memory.picture import displacements, html_of
from ctxaudio.memory.song_memory import for_any_sound

ALLOWED = {"figure", "svg", "title", "path", "polygon", "polyline", "circle", "text"} | {
    "figcaption",
    "code",
}


def parsed(html):
    return ElementTree.fromstring(html)  # noqa: S314  our own


def tags(root):
    return {element.tag.rpartition("}")[2] for element in root.iter()}


@pytest.fixture(scope="module")
def memory(taught_tune):
    return taught_tune.memory


def test_a_memory_and_an_effect_are_one_line(memory, taught_tune):
    assert repr(memory) == (
        "SongMemory(66150 samples at 22050 Hz, taught at -1, 0, +1: "
        "reservoir of 400 units, 24 bands)"
    )
    assert repr(ContextShift(memory, 5.0)) == f"ContextShift({memory!r}, context=5)"
    assert repr(for_any_sound(memory, 8_000)).startswith("SongMemory(any sound at 8000 Hz, taught")


@pytest.mark.parametrize("kind", ["song", "any sound", "short"])
def test_the_picture_is_well_formed_and_holds_nothing_that_runs(memory, kind, steady_memory):
    shown = {
        "song": memory,
        "any sound": for_any_sound(memory, 8_000),
        "short": steady_memory,
    }[kind]
    html = html_of(shown.phrases, shown.contexts, repr(shown))
    assert html == shown._repr_html_() == ContextShift(shown)._repr_html_()
    root = parsed(html)
    assert tags(root) == ALLOWED
    names = {name for element in root.iter() for name in element.attrib}
    assert not any(name.startswith("on") or "href" in name for name in names)
    assert "url(" not in html
    assert len(html) < 5_000


def test_taught_contexts_are_marked_where_they_are_recalled(memory):
    root = parsed(html_of(memory.phrases, memory.contexts, repr(memory)))
    circles = [element for element in root.iter() if element.tag.endswith("circle")]
    line = next(element for element in root.iter() if element.tag.endswith("polyline"))
    xs, ys = np.array([[float(c.attrib["cx"]), float(c.attrib["cy"])] for c in circles]).T
    course = np.array([[float(v) for v in p.split(",")] for p in line.attrib["points"].split()])
    assert len(circles) == 3
    np.testing.assert_allclose(ys, np.interp(xs, *course.T), atol=0.2)
    # A semitone a step is a straight line, from corner to corner.
    np.testing.assert_allclose(np.diff(course, n=2, axis=0), 0.0, atol=0.4)


def test_contexts_far_off_widen_the_picture(tune):
    examples = [tape_example(tune, s, context=20.0 * s) for s in (-1.0, 1.0)]
    html = ContextShift.teach(tune, examples).memory._repr_html_()
    texts = [element.text for element in parsed(html).iter()]
    assert {"-24", "+24"} <= set(texts)


def test_what_is_shown_of_the_displacement_is_what_is_recalled(memory):
    low, middle, high = displacements(memory.phrases, np.array([-12.0, 0.0, 5.0])).T
    np.testing.assert_allclose(middle, [-12.0, 0.0, 5.0], atol=0.05)
    assert (low <= middle).all()
    assert (middle <= high).all()


def test_text_from_a_strangers_file_is_escaped(memory):
    hostile = replace(memory, network="<script>alert(1)</script>&\"'")
    html = hostile._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert tags(parsed(html)) == ALLOWED
    assert re.search(r"&amp;", html)
