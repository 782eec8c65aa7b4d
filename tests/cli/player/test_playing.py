"""A deck that cannot be set up lets go of its sound card, at whatever step it fails."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from cli.player import playing
from ctxaudio import ContextShift, DataError, Sound
from ctxaudio.playback import live_input, output, player, playhead
from ctxaudio.playback.sound_card import CardConfig
from tests.support.rings import empty_ring

RATE = 8_000
SONG = Sound(np.full((2, 800), 0.1), RATE)


@pytest.fixture(scope="module")
def effect():
    return ContextShift.teach(SONG)


class Card:
    """An output that counts how many are open."""

    n_open = 0
    sample_rate, latency_s, played, underruns, late = RATE, 0.0, 0, 0, 0
    filled_s = all_heard_at = 0.0
    is_wanting = is_gone = False

    def __init__(self, *_):
        Card.n_open += 1
        self.recorded = empty_ring(100)
        self._is_open = True

    def start(self):
        pass

    def close(self):
        Card.n_open -= self._is_open
        self._is_open = False


class FailedError(Exception):
    pass


def fails(*_, **__):
    raise FailedError


STEPS = {
    "the source of an input": (live_input.LiveInput, "__init__"),
    "the source of a song": (playhead.Playhead, "__init__"),
    "the player": (player.Player, "__init__"),
    "the player's thread": (player.Player, "__enter__"),
    "the deck": (playing.Deck, "__init__"),
    "the end of a recording": (playing.Deck, "end_recording"),
}


@pytest.fixture
def decks(monkeypatch, effect):
    monkeypatch.setattr(output, "Output", Card)
    Card.n_open = 0
    card = CardConfig()
    return {
        "song": lambda learned=lambda: effect: playing.song_deck("s", SONG, learned, 0.0, card),
        "input": lambda: playing.input_deck(effect.memory, 0.0, card),
    }


@pytest.mark.parametrize("kind", ["song", "input"])
@pytest.mark.parametrize("step", STEPS)
def test_whatever_fails_the_sound_card_is_let_go(decks, monkeypatch, kind, step):
    frozen = gc.get_freeze_count()
    monkeypatch.setattr(*STEPS[step], fails)
    concerns = "source" not in step or kind in step
    try:
        with decks[kind]() as deck:
            assert Card.n_open == 1
            assert deck.status.state == "playing"
    except FailedError:
        assert concerns
    else:
        assert not concerns
    assert Card.n_open == 0
    assert gc.get_freeze_count() <= frozen


@pytest.mark.parametrize("kind", ["song", "input"])
@pytest.mark.parametrize("error", [FailedError, DataError, KeyboardInterrupt])
def test_whatever_ends_the_playing_the_sound_card_is_let_go(decks, kind, error):
    with pytest.raises(error), decks[kind]():
        raise error
    assert Card.n_open == 0


def test_a_song_that_cannot_be_learned_lets_go_too(decks):
    with pytest.raises(FailedError), decks["song"](fails):
        pass
    assert Card.n_open == 0


@pytest.mark.parametrize("error", [DataError, ValueError, KeyboardInterrupt])
def test_an_output_that_fails_after_its_process_was_started_ends_it(monkeypatch, error):
    processes, start = [], output._start

    def starts(*args):
        processes.append(start(*args))
        return processes[-1]

    def answers(_):
        raise error

    monkeypatch.setattr(output, "_start", starts)
    monkeypatch.setattr(output.Output, "_answer", answers)
    with pytest.raises(error):
        output.Output(CardConfig(), RATE, 2)
    assert processes[0].poll() is not None
