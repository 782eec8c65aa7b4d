"""Players on the default sound card, what they are waited for with, and what they record."""

from __future__ import annotations

import contextlib
import time

import numpy as np
import soundfile

from ctxaudio import Sound
from ctxaudio.playback.output import Output
from ctxaudio.playback.player import Player
from ctxaudio.playback.recorder import Recorder
from ctxaudio.playback.sound_card import CardConfig
from tests.support.signals import melody
from tests.support.sound_server import RATE, wait_until


def tune_of(seconds, rate=RATE, n_channels=2):
    tunes = [melody(seed=i, seconds=seconds, rate=rate) for i in range(n_channels)]
    return Sound(np.stack(tunes) + 0.05, rate)  # never silent


@contextlib.contextmanager
def player_of(source, *, recorder=None, listener=None):
    """A player that plays from its beginning on, recorded and listened to if that is asked for."""

    def opened():
        return Output(CardConfig(), source.sample_rate, source.n_channels)

    output = opened()
    if listener is not None:
        listener.begin()
    player = Player(source, output, opened)
    if recorder is not None:
        player.start_recording(recorder)
    with player:
        yield player


def recording(file, source):
    return Recorder(file, source.sample_rate, source.n_channels)


def recorded(file):
    file.seek(0)
    samples, _ = soundfile.read(file, dtype="float32", always_2d=True)
    return samples.T


def wait_for(player, state):
    wait_until(lambda: player.status.state == state)


def wait_past(player, position_s):
    wait_until(lambda: player.status.position_s > position_s)


def wait_until_silent(player):
    """Until it has faded out, and all of that was heard."""
    wait_until(lambda: not player._level and player._output.played >= player._heard_at)


class Noise:
    """A source of its own: endless, and as slow as it is told to be."""

    goes_on = loop = False
    context = heard_context = 0.0
    position = 0
    recalled = np.zeros(2)

    def __init__(self, slowness=0.0, rate=RATE):
        self.slowness, self.sample_rate, self.n_channels = slowness, rate, 1

    def next(self):
        time.sleep(self.slowness * 256 / self.sample_rate)
        self.position += 256
        return np.full((1, 256), 0.1, np.float32)

    def seek(self, position):
        self.position = position
