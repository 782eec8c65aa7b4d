"""A file that is decoded while it is read is the same sound, whatever is asked for first."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from ctxaudio import DataError
from ctxaudio.playback.playhead import Playhead
from ctxaudio.sound.ahead import AheadSound, Foretold
from ctxaudio.sound.decoded import Decoded
from ctxaudio.sound.files import open_sound
from tests.ctxaudio.sound.test_files import FORMATS, WHOLE
from tests.support.command import write
from tests.support.sound_server import wait_until


class Gate:
    """Lets a few blocks be decoded, and the rest when it is told."""

    def __init__(self, monkeypatch):
        self._left = threading.Semaphore(0)
        append = Decoded.append

        def wait(decoded, block):
            self._left.acquire()
            append(decoded, block)

        monkeypatch.setattr("ctxaudio.sound.ahead._PATIENCE_S", 0.0)
        monkeypatch.setattr("ctxaudio.sound.libsndfile.BLOCK", 1_000)
        monkeypatch.setattr(Decoded, "append", wait)

    def let(self, n_blocks=1_000):
        self._left.release(n_blocks)


@pytest.fixture
def gate(monkeypatch):
    gate = Gate(monkeypatch)
    yield gate
    gate.let()


@pytest.fixture
def song(tmp_path, tune):
    return write(tmp_path / "song.wav", tune, "WAV", "FLOAT")


@pytest.mark.parametrize("kind", FORMATS)
def test_it_is_the_file_as_it_is_decoded_at_once(kind, tmp_path):
    path = tmp_path / "song"
    path.write_bytes(WHOLE[kind])
    ahead, whole = AheadSound(path), open_sound(path)[0]
    assert (ahead.n_channels, ahead.n_samples) == (whole.n_channels, whole.n_samples)
    assert (ahead.sample_rate, ahead.peak) == (whole.sample_rate, whole.peak)
    np.testing.assert_array_equal(
        ahead.read(-9, ahead.n_samples + 9), whole.read(-9, whole.n_samples + 9)
    )
    assert ahead.is_of(whole.fingerprint())
    assert not ahead.is_of("another")


def test_what_is_there_is_read_and_what_is_not_is_waited_for(gate, song, tune):
    ahead = AheadSound(song)
    assert (ahead.n_samples, ahead.n_channels) == (tune.n_samples, tune.n_channels)
    gate.let(3)
    np.testing.assert_array_equal(ahead.read(0, 3_000), tune.read(0, 3_000))
    found = []
    thread = threading.Thread(target=lambda: found.append(ahead.read(50_000, 51_000)))
    thread.start()
    thread.join(0.05)
    assert not found
    gate.let()
    thread.join()
    np.testing.assert_array_equal(found[0], tune.read(50_000, 51_000))
    assert ahead.fingerprint() == tune.fingerprint()


def test_another_song_is_told_when_all_of_it_is_known(gate, song):
    ahead = AheadSound(song)
    assert ahead.is_of("another")
    gate.let(1)
    ahead.read(0, 1_000)
    gate.let()
    for ask in (ahead.fingerprint, lambda: ahead.read(0, 1_000)):
        with pytest.raises(DataError, match=r"song\.wav is another song than was taught"):
            ask()


def test_what_comes_to_light_late_is_told_where_it_is_read(gate, song, tune):
    whole = song.read_bytes()
    broken = np.frombuffer(whole[-40_000:], np.float32).copy()
    broken[-1] = np.nan
    song.write_bytes(whole[:-40_000] + broken.tobytes())
    ahead = AheadSound(song)
    gate.let()
    with pytest.raises(DataError, match="got nan"):
        ahead.read(tune.n_samples - 10, tune.n_samples)


@pytest.mark.parametrize("encoded", [None, b"", b"words", WHOLE["WAV", "PCM_16"][:-9]])
def test_what_is_no_whole_file_is_told_at_once(tmp_path, encoded):
    path = tmp_path / "song.wav"
    if encoded is not None:
        path.write_bytes(encoded)
    with pytest.raises(DataError, match=r"song\.wav"):
        AheadSound(path)


def test_a_player_begins_before_all_is_decoded_and_makes_the_same(gate, song, tune, taught_tune):
    memory = taught_tune.memory
    ahead = AheadSound(song)
    gate.let(20)
    wait_until(lambda: ahead.peak > 0.5 * tune.peak)
    head, expected = (Playhead(memory, each, 3.0) for each in (ahead, tune))
    for _ in range(8):
        np.testing.assert_array_equal(head.next(), expected.next())
    gate.let()
    for each in (head, expected):
        each.loop = True
        each.seek(tune.n_samples - 2_000)
    for _ in range(12):
        np.testing.assert_array_equal(head.next(), expected.next())


def test_what_was_foretold_is_not_waited_for(song, tune, gate):
    mistakes = []
    foretold = Foretold(tune.fingerprint(), tune.n_samples, lambda: mistakes.append(1))
    gate.let(1)
    ahead = AheadSound(song, foretold=foretold)
    assert (ahead.foretold, ahead.n_samples) == (tune.fingerprint(), tune.n_samples)
    assert ahead.is_of(tune.fingerprint())
    gate.let()
    assert ahead.fingerprint() == tune.fingerprint()
    assert mistakes == []


@pytest.mark.parametrize("n_more", [-100, 0, 100])
def test_what_was_foretold_wrongly_is_known_once_all_is_there(song, tune, gate, n_more):
    mistakes = []
    gate.let(1)
    foretold = Foretold("0" * 64, tune.n_samples + n_more, lambda: mistakes.append(1))
    ahead = AheadSound(song, foretold=foretold)
    assert ahead.is_of("0" * 64)
    gate.let()
    with pytest.raises(DataError, match="has changed without a trace; start again"):
        ahead.fingerprint()
    with pytest.raises(DataError, match="has changed without a trace"):
        ahead.read(0, 10)
    assert mistakes == [1]
