"""What is held while a song is taught to sing alone, and sung, is no more for a long one."""

from __future__ import annotations

import gc
import lzma
import tracemalloc

import pytest

from ctxaudio import tape_example, teach_alone
from ctxaudio.effect.alone import sing_into
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
        small = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 4096}]
        patch.setattr("ctxaudio.memory.alone.squeezing._FILTERS", small)
        patch.setattr("ctxaudio.sound.source.BLOCK", 1 << 10)
        patch.setattr("ctxaudio.analysis.features._AT_A_TIME", 256)
        patch.setattr("ctxaudio.memory.alone.displacement._AT_A_TIME", 32)
        for module in ("analysis.partials", "analysis.sinusoids", "effect.song_model"):
            patch.setattr(f"ctxaudio.{module}._BLOCK", 128)
        yield


def taught(song):
    return teach_alone(song, [tape_example(song, s) for s in (-1.0, 1.0)], threads=1)


def dropped(block):
    """Where what is made goes."""


def a_second_more(does, short, long):
    """Bytes that are held at most, for each second that a song is longer."""
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


def test_a_second_more_of_a_song_takes_next_to_nothing():
    songs = [Repeated(PIECE, seconds) for seconds in (SHORT_S, LONG_S)]
    memories = [taught(song) for song in songs]
    assert a_second_more(taught, *songs) < SAMPLES / 4.0
    sing_into(dropped, memories[0], 4.0)  # what is compiled or kept at the first time
    # Where each frame is, and displacements at each eighth one, are held.
    sung = a_second_more(lambda memory: sing_into(dropped, memory, 4.0), *memories)
    assert sung < SAMPLES / 2.0
