"""A sound card that cannot be opened, or that goes away while it plays, and comes back."""

from __future__ import annotations

import contextlib
import os
import signal
import time

import numpy as np
import pytest

from ctxaudio import ContextShift, DataError
from ctxaudio.playback.live_input import LiveInput
from ctxaudio.playback.output import Output
from ctxaudio.playback.player import Player
from ctxaudio.playback.playhead import Playhead
from ctxaudio.playback.sound_card import CardConfig
from tests.support.signals import melody, mono
from tests.support.sound_server import RATE, jack_server, wait_until


@pytest.fixture(scope="module")
def song():
    return mono(melody(seed=0, seconds=3.0, rate=16_000), 16_000)


@pytest.fixture(scope="module")
def memory(song):
    return ContextShift.teach(song).memory


def test_a_song_waits_for_its_sound_card_to_come_back(song, memory):
    source = Playhead(memory, song, 2.0)

    def opened():
        return Output(CardConfig(), source.sample_rate, source.n_channels)

    with contextlib.ExitStack() as whole:
        with jack_server(name="leaving") as server:
            player = whole.enter_context(Player(source, opened(), opened))
            wait_until(lambda: player.status.position_s > 0.3)
            before = player.status.position_s
            began = time.monotonic()
            server.terminate()
            server.wait()
            wait_until(lambda: player.status.state == "lost")
            took = time.monotonic() - began
            assert took < 10.0
            lost = player.status
            assert "gone" in lost.message
            # No more was heard than there was time for before it was gone.
            assert -0.1 < lost.position_s - before < 0.2 + took - 1.5
            with pytest.raises(DataError, match="no output device"):
                player.play()
            again = player.status
            assert (again.state, again.position_s) == ("lost", lost.position_s)
            assert again.underruns == lost.underruns
            assert "no output device" in again.message
            player.pause()
            player.turn(3.0)
            assert player.status.state == "lost"
            player.seek(2.6)
            assert (player.status.state, player.status.position_s) == ("lost", 2.6)
            player.seek(lost.position_s)
        with jack_server(name="leaving"):
            player.play()
            here = player.status
            assert (here.state, here.message) == ("playing", "")
            assert abs(here.position_s - lost.position_s) < 0.2
            wait_until(lambda: player.status.position_s > lost.position_s + 0.2)
            assert player.status.heard_context == 3.0
            player.seek(2.9)
            wait_until(lambda: player.status.state == "ended")
            assert player.status.position_s == song.duration_s
            whole.close()


def test_a_killed_sound_card_process_is_a_lost_device(jack, song, memory):
    source = Playhead(memory, song)

    def opened():
        return Output(CardConfig(), source.sample_rate, source.n_channels)

    with Player(source, opened(), opened) as player:
        for _ in range(2):
            wait_until(lambda: player.status.position_s > 0.1)
            os.kill(player._output._process.pid, signal.SIGKILL)
            wait_until(lambda: player.status.state == "lost")
            at = player.status.position_s
            assert 0.05 < at < 3.0
            player.play()
            wait_until(lambda: player.status.position_s > at + 0.1)  # noqa: B023
        os.kill(player._output._process.pid, signal.SIGKILL)
        wait_until(lambda: player.status.state == "lost")
        began = time.monotonic()
    assert time.monotonic() - began < 5.0


def test_a_live_input_goes_on_after_its_sound_card_was_lost(jack, memory):
    card = CardConfig()
    output = Output(card, None, 2, 2)
    assert output.sample_rate == RATE
    source = LiveInput(memory, output.recorded, output.sample_rate)

    def reopened():
        again = Output(card, source.sample_rate, 2, 2)
        source.recorded = again.recorded
        return again

    with Player(source, output, reopened) as player:
        wait_until(lambda: source.position > RATE // 4)
        assert not player.status.peaks.any()  # JACK's dummy hears nothing
        player.pause()
        at = source.position
        wait_until(lambda: source.position > at + RATE // 10)  # it goes on while nobody listens
        player.play()
        os.kill(output._process.pid, signal.SIGKILL)
        wait_until(lambda: player.status.state == "lost")
        at = source.position
        player.play()
        wait_until(lambda: source.position > at + RATE // 10)
        assert player.status.state == "playing"


# What cannot be opened


def refused(config=None, sample_rate=RATE, n_channels=2, n_inputs=0):
    with pytest.raises(DataError) as caught:
        Output(config or CardConfig(), sample_rate, n_channels, n_inputs)
    message = str(caught.value)
    assert message.isprintable()
    return message


def test_a_device_that_cannot_be_used_is_told_in_one_line(jack):
    assert "no output device 'nonsense'" in refused(CardConfig(device="nonsense"))
    assert "no output device '99'" in refused(CardConfig(device="99"))
    assert "system plays 2 channels, and the sound has 8" in refused(n_channels=8)
    assert "no input device 'mic'" in refused(CardConfig(input_device="mic"), n_inputs=1)
    at = f"{RATE} Hz now, not at 48000 Hz"
    assert at in refused(sample_rate=48_000, n_inputs=2)


def test_a_part_of_a_name_must_fit_one_device(jack):
    # A program that plays and records is a device as well.
    with contextlib.closing(Output(CardConfig(), None, 2, 2)):
        message = refused(CardConfig(device="T"))
        assert "several output devices are called 'T'" in message
        assert "system" in message
        assert "PortAudio" in message
        for name in ("SYS", "system", "0"):
            with contextlib.closing(Output(CardConfig(device=name), RATE, 1)) as output:
                assert output.sample_rate == RATE


def test_a_card_of_one_channel_plays_one_and_no_more(song, memory):
    with jack_server(name="mono", n_inputs=1, n_outputs=1, rate=48_000, period=512):
        assert "plays 1 channels, and the sound has 2" in refused()
        with contextlib.closing(Output(CardConfig(), 48_000, 1)) as output:
            output.write(np.zeros((1, 9_000), np.float32))
            output.start()
            wait_until(lambda: output.played == 9_000)
            assert output.sample_rate == 48_000
        with contextlib.closing(Output(CardConfig(), None, 1, 2)) as output:
            output.start()
            wait_until(lambda: output.recorded.filled > 1_000)  # one microphone for two channels
            assert output.recorded.n_channels == 2


@pytest.mark.parametrize("wrong", [{"latency": -1.0}, {"latency": 11.0}, {"blocksize": -1}])
def test_a_card_that_nobody_can_want_is_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        CardConfig(**wrong)
