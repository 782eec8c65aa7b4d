"""What is held while a song is modelled, and sung, is no more for a long one."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

from ctxaudio import teach_alone
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.effect.alone import sing_into
from ctxaudio.effect.song_model import model_song
from tests.support.command import notes
from tests.support.repeated import Repeated

PIECE = notes(seconds=1.7, rate=8_000)
# Of whole blocks; in the shorter, all parts are as long as they get.
SHORT_S, LONG_S = 9.216, 12.288
SAMPLES = 4 * 8_000  # bytes in each second of the song


@pytest.fixture(scope="module", autouse=True)
def small_parts():
    """What may lie on the disk does, and what is done in parts is done in small ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ctxaudio.sound.stored._MOST_BYTES", 0)
        patch.setattr("rnn.rows.Rows.__init__.__kwdefaults__", {"most_bytes": 0})
        for module in ("analysis.partials", "analysis.sinusoids", "effect.song_model"):
            patch.setattr(f"ctxaudio.{module}._BLOCK", 128)
        yield


def dropped(block):
    """Where what is made goes."""


def a_second_more(does, short, long):
    """Bytes that are held at most, for each second that a song is longer."""
    does(short)  # what is compiled or kept at the first time
    peaks = []
    for each in (short, long):
        gc.collect()
        tracemalloc.start()
        try:
            does(each)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    return (peaks[1] - peaks[0]) / (LONG_S - SHORT_S)


@pytest.fixture(scope="module")
def songs():
    return [Repeated(PIECE, seconds) for seconds in (SHORT_S, LONG_S)]


def test_a_second_more_of_a_song_that_is_modelled_takes_next_to_nothing(songs):
    def model(song):
        for features in model_song(song, FrameConfig.for_rate(song.sample_rate)):
            dropped(features)

    assert a_second_more(model, *songs) < SAMPLES / 8.0


def test_a_second_more_of_a_song_that_is_sung_takes_little(songs):
    """Where each frame is, and displacements at each eighth one, are held."""
    memories = [teach_alone(song, threads=1) for song in songs]
    sung = a_second_more(lambda memory: sing_into(dropped, memory, 4.0), *memories)
    assert sung < SAMPLES / 2.0
