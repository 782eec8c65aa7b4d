"""What the screen is made of: lines that tell what they should and fit where they are."""

from __future__ import annotations

import numpy as np
import pytest

from cli.player.widgets import Bars, Meters, dial, place
from tests.support.decks import BANDS


def text_of(lines):
    return ["".join(text for text, _ in line) for line in lines]


@pytest.mark.parametrize(
    ("heard", "context", "top"),
    [
        (0.0, 0.0, "                        ▼"),
        (24.0, 24.0, "                                                ▼"),
        (-24.0, -24.0, "▼"),
        (36.0, 36.0, "                                                ►"),
        (-36.0, -36.0, "◄"),
        (-36.0, 0.0, "◄                       ▽"),
        (0.0, -24.0, "▽                       ▼"),
        (24.0, 36.0, "                                                ▼"),
    ],
)
def test_dial(heard, context, top):
    lines = text_of(dial(50, heard, context))
    assert lines[0].rstrip() == top
    assert len(lines[1]) == 49
    assert lines[1][24] == "┻"
    assert lines[2].split() == ["-24", "-12", "0", "+12", "+24"]


@pytest.mark.parametrize("width", [*range(12), 57])
def test_no_line_is_too_long_for_its_room(width):
    recalled = np.concatenate([BANDS, np.linspace(-50.0, 0.0, len(BANDS))])
    for heard in (-1e9, -36.0, 0.0, 36.0, 1e9):
        dial(width, heard, 5.0)
    place(width, 5.0, 0.0)
    for height in range(4):
        lines = text_of(Bars(BANDS).lines(width, height, recalled))
        assert len(lines) == (height if width and height > 1 else 0)
    for n_channels in (1, 2, 8):
        Meters(n_channels).lines(width, np.ones(n_channels), 0.0)


def test_bars_are_at_their_pitch_and_as_high_as_their_level():
    bars = Bars(BANDS)
    levels = np.full(len(BANDS), -30.0)
    levels[5] = 0.0

    def dots(recalled):
        rows = text_of(bars.lines(96, 11, recalled))[:-1]
        return np.array([list(row) for row in rows]) != " "

    still = dots(np.concatenate([BANDS, levels]))
    np.testing.assert_array_equal(np.unique(still.sum(axis=0)), [0, 5, 10])
    assert np.count_nonzero(still[0]) in (1, 2)
    width = BANDS[1] - BANDS[0]
    higher = dots(np.concatenate([BANDS + 3 * width, levels]))
    np.testing.assert_array_equal(higher[:, 12:], still[:, :-12])
    assert not dots(np.concatenate([BANDS + 500.0, levels])).any()
    assert not dots(np.concatenate([BANDS - 500.0, levels])).any()
    assert dots(np.full(2 * len(BANDS), np.nan)).any()
    softer = dots(np.concatenate([BANDS, levels - 30.0]))
    assert set(softer.sum(axis=0)) == {0, 5}  # against the loudest so far


def test_meters_hold_peaks_and_mark_what_is_clipped():
    meters = Meters(2)

    def lines(left, right, now):
        return text_of(meters.lines(100, np.array([left, right]), now))

    first, second = lines(0.1, 1.0, 0.0)
    assert first.startswith("L █")
    assert "-20.0 dB" in first
    assert "CLIP" not in first
    assert second.startswith("R █")
    assert second.rstrip().endswith("0.0 dB CLIP")
    first, second = lines(0.0, 0.0, 1.0)
    assert "█" not in first
    assert "┃" in first
    assert "-20.0 dB" in first
    first, second = lines(0.0, 0.0, 2.0)
    assert "-40.0 dB" in first
    assert "CLIP" in second
    first, second = lines(0.0, 0.0, 10.0)
    assert "┃" not in first
    assert "−∞ dB" in first
    assert "CLIP" not in second
    assert len(text_of(Meters(1).lines(100, np.zeros(1), 0.0))) == 1
    assert len(text_of(Meters(7).lines(100, np.zeros(7), 0.0))) == 4
