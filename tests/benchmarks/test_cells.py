"""Single cells: who leads, by how much, and what is written of them."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import soundfile

from benchmarks.cells import TOLERANCE, cells, standing, winner, write_csv
from benchmarks.columns import COLUMNS
from benchmarks.excerpts import write_excerpts
from benchmarks.peers import CONTROL
from benchmarks.report import Score

SCORES = [
    Score(peer, "low-chords", "chords", shift, "cqt_cosine", value)
    for shift, values in {
        -5: {"ctxaudio": 0.70, "rubberband-r3": 0.60, "sox": 0.5, CONTROL: 0.1},
        5: {"ctxaudio": 0.60, "rubberband-r3": 0.70, "sox": 0.5, CONTROL: 0.1},
        12: {"ctxaudio": 0.600, "rubberband-r3": 0.603, "sox": 0.5, CONTROL: 0.1},
    }.items()
    for peer, value in values.items()
]
WIDTHS = [
    Score(peer, "bursts", "bursts", 5, "width_ms", value)
    for peer, value in {"ctxaudio": 24.0, "rubberband-r3": 30.0, CONTROL: 25.0}.items()
]


def test_a_cell_is_led_by_what_is_more_than_the_tolerance_ahead():
    low, mid, high = cells(SCORES)
    assert TOLERANCE == 0.01
    assert low.lead("ctxaudio", "rubberband-r3") == pytest.approx(0.1 / 0.7)
    assert mid.lead("ctxaudio", "rubberband-r3") == pytest.approx(-0.1 / 0.7)
    assert high.lead("ctxaudio", "rubberband-r3") == 0
    assert [winner(cell) for cell in (low, mid, high)] == ["ctxaudio", "rubberband-r3", "ctxaudio"]


def test_what_should_stay_is_compared_with_the_input():
    (cell,) = cells(WIDTHS)
    assert winner(cell) == "ctxaudio"


def test_early_is_no_better_than_late():
    lags = {"ctxaudio": 0.1, "rubberband-r3": -3.0, CONTROL: 0.0}
    (cell,) = cells(
        [Score(peer, "bursts", "bursts", 5, "lag_ms", lag) for peer, lag in lags.items()]
    )
    assert winner(cell) == "ctxaudio"


def test_leads_are_counted_and_what_is_behind_is_named():
    lines = standing([*SCORES, *WIDTHS], "ctxaudio", "rubberband-r3")
    assert lines[0] == (
        "cells ahead of every peer: 2 of 4, level with the best: 1; "
        "behind rubberband-r3 by more than 1 %: 1"
    )
    assert lines[1:] == ["  low-chords +5, CQT-cos chords: 0.600, 0.700"]


def test_a_row_is_written_for_each_value(tmp_path):
    write_csv(tmp_path / "cells.csv", SCORES, {"sox": "14.4"})
    with (tmp_path / "cells.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(SCORES)
    assert rows[2] == {
        "truth": "low-chords",
        "kind": "chords",
        "semitones": "-5",
        "tool": "sox",
        "version": "14.4",
        "metric": "cqt_cosine",
        "value": "0.5",
        "better": "high",
    }


def test_the_picture_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    from benchmarks.winners import draw_winners

    draw_winners([*SCORES, *WIDTHS], tmp_path / "wins.png")
    assert (tmp_path / "wins.png").stat().st_size > 5000


def test_excerpts_are_scaled_alike(tmp_path):
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, size=(2, 4410)).astype(np.float32)
    write_excerpts(tmp_path / "a", {"sox": 0.5 * noise}, original=noise, truth=noise)
    peaks = {
        path.stem: np.abs(soundfile.read(path)[0]).max() for path in (tmp_path / "a").iterdir()
    }
    assert peaks == pytest.approx({"original": 0.5, "truth": 0.5, "sox": 0.25}, abs=0.001)


def test_titles_are_told_apart():
    titles = [column.title for column in COLUMNS]
    assert len(set(titles)) == len(titles)
