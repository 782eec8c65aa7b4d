"""Decks and sources that need no memory, on the default sound card."""

from __future__ import annotations

import contextlib

import numpy as np

from cli.player.deck import Deck
from ctxaudio.analysis.bands import BandConfig
from ctxaudio.playback.output import Output
from ctxaudio.playback.player import Player
from ctxaudio.playback.sound_card import CardConfig
from tests.support.sound_server import RATE, wait_until

BANDS = BandConfig().centres


class Steady:
    """A source that needs no memory: a constant, as long as one likes."""

    sample_rate = RATE
    goes_on = False
    loop = False
    context = heard_context = 0.0

    def __init__(self, n_channels=2, level=0.5):
        self.n_channels = n_channels
        self.level = level
        self.position = 0
        self.recalled = np.concatenate([BANDS, np.linspace(-50.0, 0.0, len(BANDS))])

    def next(self):
        self.position += 512
        return np.full((self.n_channels, 512), self.level, np.float32)

    def seek(self, position):
        self.position = position


class Broken(Steady):
    def next(self):
        if self.position > 20_000:
            raise RuntimeError("the source is broken")
        return super().next()


@contextlib.contextmanager
def deck_of(source, name="tune.flac", duration_s=60.0):
    def open_output():
        return Output(CardConfig(), source.sample_rate, source.n_channels)

    with Player(source, open_output(), open_output) as player:
        deck = Deck(player, name, duration_s, (source.sample_rate, source.n_channels), BANDS)
        try:
            yield deck
        finally:
            deck.end_recording()


def wait_for_recording(process, folder, more_than=5_000, name="*-live*.flac"):
    """Until so much of a recording has reached the disk."""

    def is_on_disk():
        assert process.poll() is None, process.communicate()
        return any(file.stat().st_size >= more_than for file in folder.glob(name))

    wait_until(is_on_disk)
