"""A song that is played at another speed: how long it lasts, loops and seeks."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import ContextShift, DataError
from ctxaudio.playback.playhead import Playhead
from tests.support.command import notes
from tests.support.heard import played
from tests.support.signals import snr_db
from tests.support.streaming import whole


@pytest.fixture(scope="module")
def effect_and_song():
    song = notes(channels=2)
    return ContextShift.teach(song), song


@pytest.mark.parametrize("speed", [0.5, 0.8, 2.0])
def test_a_song_is_heard_as_the_file_would_be(effect_and_song, speed):
    effect, song = effect_and_song
    head = Playhead(effect.memory, song, 3.0, speed=speed)
    found = played(head).astype(np.float64)
    made = whole(effect.memory, song, 3.0, speed).samples
    assert found.shape == made.shape
    assert snr_db(made, found) > 80.0
    assert head.position == song.samples.shape[1]


def test_at_speed_1_it_is_what_it_was(effect_and_song):
    effect, song = effect_and_song
    heads = Playhead(effect.memory, song, 5.0), Playhead(effect.memory, song, 5.0, speed=1.0)
    np.testing.assert_array_equal(*(played(head) for head in heads))


def test_it_loops_and_seeks_in_the_songs_own_time(effect_and_song):
    effect, song = effect_and_song
    n = song.samples.shape[1]
    head = Playhead(effect.memory, song, speed=0.5)
    head.loop = True
    hop = head.next().shape[1]
    first = played(head, 2 * n // hop)
    again = played(head, 2 * n // hop)
    assert 0.5 < np.mean(first**2) / np.mean(again**2) < 2.0
    head.seek(n // 2)
    assert abs(head.position - n // 2) <= hop
    head.context = 4.0
    assert np.isfinite(played(head, 10)).all()
    head.loop = False
    played(head)
    assert head.position == n


def test_a_speed_out_of_bounds_is_refused(effect_and_song):
    effect, song = effect_and_song
    with pytest.raises(DataError, match=r"the speed must lie between 0\.25 and 4, got 5"):
        Playhead(effect.memory, song, speed=5.0)
