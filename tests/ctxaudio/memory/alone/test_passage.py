"""Passages: where in a song each frame that is made is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio import DataError, Passage

SONG_S, FRAME_S = 10.0, 0.01


def places(**passage):
    return Passage(**passage).places(SONG_S, FRAME_S)


@pytest.mark.parametrize("speed", [1.0, 0.5, 4.0, -1.0, -2.0, 0.3])
def test_a_whole_song_takes_its_length_by_the_speed(speed):
    found = places(speed=speed)
    assert len(found) == math.ceil(round(1000 / abs(speed), 6))
    np.testing.assert_allclose(np.diff(found), speed, atol=1e-9)
    assert found[0] == (0.0 if speed > 0.0 else 1000.0)


def test_a_part_is_from_there_to_there():
    np.testing.assert_allclose(places(begin_s=2.0, end_s=2.05), [200, 201, 202, 203, 204])
    np.testing.assert_allclose(places(begin_s=9.98), [998, 999])
    np.testing.assert_allclose(places(begin_s=9.98, end_s=99.0), [998, 999])
    np.testing.assert_allclose(places(end_s=0.03, speed=-1.0), [3, 2, 1])
    assert len(places(seconds=0.5)) == 50
    assert len(places(end_s=0.2, seconds=0.5)) == 20


def test_what_stands_still_stays_where_it_is():
    np.testing.assert_array_equal(places(speed=0.0, begin_s=3.5, seconds=0.1), np.full(10, 350.0))
    np.testing.assert_array_equal(places(speed=-0.0, begin_s=1.0, seconds=0.02), [100.0, 100.0])


def test_a_loop_goes_round():
    frame_s = 1.0 / 64.0
    loop = {"loop": True, "begin_s": 1.0, "end_s": 1.0 + 3.0 * frame_s}
    forwards = Passage(**loop, seconds=7.0 * frame_s).places(SONG_S, frame_s)
    assert forwards.tolist() == [64, 65, 66, 64, 65, 66, 64]
    backwards = Passage(**loop, seconds=5.0 * frame_s, speed=-1.0).places(SONG_S, frame_s)
    assert backwards.tolist() == [64, 66, 65, 64, 66]
    assert len(places(loop=True, seconds=30.0)) == 3000


@given(
    speed=st.floats(-2.0, 4.0),
    begin_s=st.floats(0.0, 9.9),
    length_s=st.floats(1e-9, 20.0),
    seconds=st.floats(1e-9, 100.0),
    loop=st.booleans(),
)
def test_no_place_is_outside_the_passage(speed, begin_s, length_s, seconds, loop):
    passage = Passage(
        speed=speed, begin_s=begin_s, end_s=begin_s + length_s, loop=loop, seconds=seconds
    )
    found, lasts_s = passage.places(SONG_S, FRAME_S), passage.lasts_s(SONG_S)
    assert lasts_s <= seconds
    assert len(found) == max(math.ceil(round(lasts_s / FRAME_S, 6)), 1)
    end = min(begin_s + length_s, SONG_S) / FRAME_S
    assert (found >= begin_s / FRAME_S - 1e-6).all()
    assert (found <= end + 1e-6).all()


@pytest.mark.parametrize(
    ("passage", "reason"),
    [
        ({"speed": 4.01}, "between -2 and 4, got 4.01"),
        ({"speed": -2.5}, "between -2 and 4"),
        ({"speed": math.nan}, "got nan"),
        ({"begin_s": -1.0}, "from 0 s or later to a later moment, got -1 to inf s"),
        ({"begin_s": 2.0, "end_s": 2.0}, "got 2 to 2 s"),
        ({"begin_s": math.nan}, "got nan"),
        ({"end_s": math.nan}, "to nan s"),
        ({"begin_s": math.inf}, "got inf"),
        ({"seconds": 0.0}, "more than 0 s"),
        ({"seconds": 1e9}, "at most 86400 s"),
        ({"seconds": math.nan}, "got nan s"),
        ({"loop": True}, "say how many seconds"),
        ({"speed": 0.0}, "say how many seconds"),
    ],
)
def test_what_cannot_be_gone_is_refused(passage, reason):
    with pytest.raises(DataError, match=reason):
        Passage(**passage)


@pytest.mark.parametrize(
    ("passage", "reason"),
    [
        ({"begin_s": 10.0}, "begins at 10 s is behind the song's end, 10.00 s"),
        ({"begin_s": 12.0, "loop": True, "seconds": 1.0}, "behind the song's end"),
        ({"speed": 1e-4}, "at a speed of 0.0001 it takes more than 86400 s"),
        ({"speed": 5e-324}, "say how many seconds"),
    ],
)
def test_what_is_no_passage_of_the_song_is_refused(passage, reason):
    with pytest.raises(DataError, match=reason):
        places(**passage)


def test_as_slow_as_can_be_it_lasts_as_long_as_is_asked():
    assert len(places(speed=5e-324, seconds=1.0)) == 100
    assert len(places(speed=-1e-300, loop=True, seconds=1.0)) == 100
