"""Drums that are kept are as they were; the rest is shifted."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import ContextShift, DataError, Sound
from tests.ctxaudio.analysis.test_percussion import hits, noise
from tests.support.signals import cents, sine, snr_db, tone

RATE = 44_100


@pytest.fixture(scope="module")
def parts():
    """A tone, and hits of noise."""
    return sine(440.0, seconds=2.4, amplitude=0.3), 0.5 * hits(lambda time_s: noise(time_s, 0.03))


@pytest.fixture(scope="module")
def song(parts):
    return Sound(sum(parts)[None], RATE)


@pytest.fixture(scope="module")
def effect(song):
    return ContextShift.teach(song)


def test_drums_stay_and_the_rest_moves(parts, song, effect):
    _, drums = parts
    kept, moved = (effect(song, 12.0, drums=way).samples[0] for way in ("keep", "move"))
    found_hz, amplitude = tone(kept[RATE // 2 : -RATE // 2], 880.0)
    assert abs(cents(found_hz, 880.0)) < 2.0
    assert amplitude == pytest.approx(0.3, rel=0.05)
    at = slice(round(1.25 * RATE), round(1.27 * RATE))
    high = np.diff(drums[at], 2)  # where the tone is next to nothing
    assert snr_db(high, np.diff(kept[at], 2)) > 10.0
    assert snr_db(high, np.diff(moved[at], 2)) < 5.0


def test_to_move_them_is_the_default(song, effect):
    np.testing.assert_array_equal(
        effect(song, 5.0).samples, effect(song, 5.0, drums="move").samples
    )


def test_a_shift_by_0_changes_no_bit(song, effect):
    np.testing.assert_array_equal(effect(song, 0.0, drums="keep").samples, song.samples)


def test_an_array_is_taken_as_a_sound_is(song, effect):
    made = effect(song.samples[0], RATE, 5.0, drums="keep")
    np.testing.assert_array_equal(made, effect(song, 5.0, drums="keep").samples[0])


def test_another_way_is_refused_in_one_line(song, effect):
    with pytest.raises(DataError, match="expected 'move' or 'keep', got 'mute'") as refused:
        effect(song, 5.0, drums="mute")
    assert "\n" not in str(refused.value)
