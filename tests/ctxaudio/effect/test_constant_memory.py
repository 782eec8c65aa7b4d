"""What is held of a song is no more for a long one: bytes are counted, not what a machine takes."""

from __future__ import annotations

import tracemalloc

import pytest

from ctxaudio import ContextShift, tape_example
from ctxaudio.analysis.tuning import tuning_cents
from ctxaudio.memory.learned import what_was_learned
from ctxaudio.playback.playhead import Playhead
from tests.support.command import notes
from tests.support.repeated import Repeated

PIECE = notes(seconds=1.7, rate=8_000)
# In the shorter of each pair all parts are as long as they get, those of what is taught later.
SHORT_S, LONG_S = 12.0, 22.0
TAUGHT_S = 24.0, 34.0
FIRST_S = 3.0  # of which what is compiled or kept at the first time is
SAMPLES = 4 * 8_000  # bytes in each second of the song


@pytest.fixture(scope="module", autouse=True)
def small_parts():
    """What may lie on the disk does, and what is done in parts is done in small ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ctxaudio.sound.stored._MOST_BYTES", 0)
        patch.setattr("rnn.rows.Rows.__init__.__kwdefaults__", {"most_bytes": 0})
        patch.setattr("rnn.phrases.memory._MOST_BYTES", 0)
        patch.setattr("ctxaudio.analysis.features._AT_A_TIME", 64)
        patch.setattr("ctxaudio.analysis.heard._PART_S", 2)
        patch.setattr("rnn.rows._LEAF", 1 << 10)
        yield


def taught(song):
    return ContextShift.teach(song, [tape_example(song, s) for s in (-1.0, 1.0)], threads=1)


@pytest.fixture(scope="module")
def songs():
    found = {}
    for seconds in (FIRST_S, SHORT_S, LONG_S):
        song = Repeated(PIECE, seconds)
        found[seconds] = song, taught(song)
    return found


def dropped(block):
    """Where what is made goes."""


def shift(**options):
    return lambda song, effect: effect.shift_into(dropped, song, 4.0, threads=1, **options)


def play(speed):
    def begin(song, effect):
        head = Playhead(effect.memory, song, 4.0, speed=speed)
        head.seek(song.n_samples // 2)
        for _ in range(20):
            head.next()

    return begin


def peak(does, *args):
    """Bytes that were held at most."""
    tracemalloc.start()
    try:
        does(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "does",
    [
        pytest.param(shift(), id="shift"),
        pytest.param(shift(speed=0.8), id="speed"),
        pytest.param(shift(drums="keep"), id="drums"),
        pytest.param(lambda _, effect: what_was_learned(effect.memory), id="learned"),
        pytest.param(lambda song, _: tuning_cents(song), id="tuning"),
        pytest.param(play(1.0), id="play"),
        pytest.param(play(0.8), id="play at another speed"),
    ],
)
def test_a_second_more_of_a_song_takes_next_to_nothing(songs, does):
    does(*songs[FIRST_S])
    peaks = [peak(does, *songs[seconds]) for seconds in (SHORT_S, LONG_S)]
    assert (peaks[1] - peaks[0]) / (LONG_S - SHORT_S) < SAMPLES / 8.0


def test_a_second_more_of_what_is_taught_takes_next_to_nothing():
    peaks = [peak(taught, Repeated(PIECE, seconds)) for seconds in (FIRST_S, *TAUGHT_S)]
    assert (peaks[2] - peaks[1]) / (TAUGHT_S[1] - TAUGHT_S[0]) < SAMPLES / 8.0
