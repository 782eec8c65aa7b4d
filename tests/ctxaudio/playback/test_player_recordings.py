"""What a player records: what is heard, all of it and nothing else."""

from __future__ import annotations

import io

import numpy as np
import pytest

from ctxaudio import ContextShift
from ctxaudio.playback.playhead import Playhead
from tests.support.players import (
    player_of,
    recorded,
    recording,
    tune_of,
    wait_for,
    wait_past,
    wait_until_silent,
)
from tests.support.sound_server import RATE, wait_until
from tests.support.streaming import whole

pytestmark = pytest.mark.usefixtures("jack")


@pytest.fixture(scope="module")
def song():
    return tune_of(0.4)


@pytest.fixture(scope="module")
def effect(song):
    return ContextShift.teach(song)


@pytest.mark.parametrize("context", [0.0, 5.0])
def test_a_recording_is_what_the_whole_file_would_be(song, effect, context):
    file = io.BytesIO()
    source = Playhead(effect.memory, song, context)
    with player_of(source, recorder=recording(file, source)) as player:
        assert player.status.recorded_s is not None
        wait_for(player, "ended")
        assert player.status.recorded_s == song.duration_s
        player.stop_recording()
        assert player.status.recorded_s is None
        player.stop_recording()
    made = whole(effect.memory, song, context).samples
    np.testing.assert_allclose(recorded(file), made, atol=1.5 / 2**23)


def test_several_recordings_are_of_one_piece(song, effect):
    files = [io.BytesIO() for _ in range(3)]
    source = Playhead(effect.memory, song)
    with player_of(source, recorder=recording(files[0], source)) as player:
        wait_past(player, 0.1)
        player.start_recording(recording(files[1], source))  # ends the first
        wait_past(player, 0.2)
        player.stop_recording()
        player.pause()
        wait_until_silent(player)
        player.start_recording(recording(files[2], source))
        player.play()
        wait_for(player, "ended")
    # Leaving the player has ended the last.
    made = whole(effect.memory, song, 0.0).samples
    first, second, third = map(recorded, files)
    joined = np.concatenate([first, second], axis=1)
    np.testing.assert_allclose(joined, made[:, : joined.shape[1]], atol=1.5 / 2**23)
    hop = effect.memory.frames.hop  # over which it fades in
    n = third.shape[1]
    np.testing.assert_allclose(third[:, hop:], made[:, hop - n :], atol=1.5 / 2**23)


def test_nothing_is_recorded_of_a_pause(song, effect):
    file = io.BytesIO()
    source = Playhead(effect.memory, song)
    with player_of(source, recorder=recording(file, source)) as player:
        wait_past(player, 0.2)
        player.pause()
        wait_until_silent(player)
        before = player.status.recorded_s
        played = player._output.played
        wait_until(lambda: player._output.played > played + RATE // 5)
        assert player.status.recorded_s == before
        player.play()
        wait_for(player, "ended")
    assert recorded(file).shape == song.samples.shape


def test_a_recording_that_fails_is_told_and_the_song_goes_on(song, effect):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    source = Playhead(effect.memory, song)
    with player_of(source, recorder=recording(Full(), source)) as player:
        wait_until(lambda: "No space" in player.status.message)
        assert player.status.state == "playing"
        wait_for(player, "ended")
        player.stop_recording()
        assert player.status.message == ""
