"""The examples run, say what came out, and draw what the gallery shows."""

from __future__ import annotations

import importlib.util
import re

import numpy as np
import pytest
from PIL import Image

from tests.support.command import ROOT
from tests.support.pages import BY_NAME
from tests.support.reports import is_png

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
PICTURES = ROOT / "docs/pictures"
LARGEST = 64 * 1024  # bytes, of a picture that is kept
# Drawn by benchmarks, whose figures take minutes; and the page that each is on.
FROM_BENCHMARKS = {"alone": "docs/guides/alone.md", "capacity": "docs/measured.md"}
SPEC = importlib.util.spec_from_file_location("draw", ROOT / "docs/draw.py")
DRAW = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(DRAW)

# What each is to find, by the number in what it says: from, to.
FOUND = {
    "fixed_points": (24.6, 24.9),  # 24.74 is true
    "glide_in_blocks": (11.9, 12.1),
    "lorenz_translated": (16.0, 24.0),
    "own_system": (3.6, 4.0),  # 3.82 is true
    "own_task": (0.9, 1.0),
    "shift_a_song": (1.99, 2.01),
    "teach_your_own": (1.9, 2.1),
}


# How alike what is drawn must be to what is kept. A chaotic path is another one on another
# processor, which rounds differently: of it the axes and the shape of the attractor stay.
ALIKE = {"lorenz_translated": 0.5}


def grey(path):
    with Image.open(path) as picture:
        return picture.convert("L")


def alike(one, other):
    """The correlation of two pictures, of which only the coarse shapes are compared."""
    levels = [np.asarray(picture.resize((40, 20))).ravel() for picture in (one, other)]
    return np.corrcoef(levels)[0, 1]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_draws_what_the_gallery_shows(example, tmp_path, capsys):
    drawn, kept = tmp_path / "drawn.png", PICTURES / f"{example.stem}.png"
    DRAW.draw(example, drawn)
    low, high = FOUND[example.stem]
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert low <= float(re.findall(r"-?\d+\.\d+", said)[-1]) <= high, said
    assert is_png(drawn)
    assert grey(drawn).size == grey(kept).size
    assert alike(grey(drawn), grey(kept)) > ALIKE.get(example.stem, 0.8)
    assert kept.stat().st_size < LARGEST


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_and_in_the_gallery(example):
    assert 20 <= len(example.read_text(encoding="utf-8").splitlines()) <= 80
    gallery = BY_NAME["docs/gallery.md"]
    assert f"../examples/{example.name}" in gallery.links()
    assert f"pictures/{example.stem}.png" in gallery.links()


def test_no_picture_is_left_over():
    drawn = {path.stem for path in EXAMPLES} | FROM_BENCHMARKS.keys()
    assert {path.stem for path in PICTURES.iterdir()} == drawn


@pytest.mark.parametrize(("name", "page"), FROM_BENCHMARKS.items())
def test_a_benchmarks_picture_is_small_and_on_the_page_that_tells_of_it(name, page):
    kept = PICTURES / f"{name}.png"
    assert is_png(kept)
    assert kept.stat().st_size < LARGEST
    assert any(link.endswith(f"pictures/{name}.png") for link in BY_NAME[page].links())
    assert f"--picture docs/pictures/{name}.png" in BY_NAME[page].text
