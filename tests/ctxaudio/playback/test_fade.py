"""Fades: nothing that is paused, resumed or sought clicks, whatever blocks it comes in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctxaudio.playback.fade import FADE_S, crossfade, fade_level
from ctxaudio.playback.player import Player
from tests.support.signals import LOW_RATE, sine

LENGTH = round(FADE_S * LOW_RATE)
TONE = sine(220.0, seconds=4.0, rate=LOW_RATE).astype(np.float32)[None]
STEP = np.abs(np.diff(TONE)).max()

sizes = st.one_of(st.sampled_from([0, 0, 1, 1, 2, 93]), st.integers(0, 500))


@given(
    parts=st.lists(sizes, max_size=30), start=st.floats(0.0, 1.0), target=st.sampled_from([0, 1])
)
def test_a_fade_does_not_depend_on_the_blocks(parts, start, target):
    level, made, at = start, [], 0
    for n in parts:
        part, level = fade_level(TONE[:, at : at + n], level, float(target), LENGTH)
        assert part.shape == (1, n)
        assert part.dtype == np.float32
        made.append(part)
        at += n
    whole, last = fade_level(TONE[:, :at], start, float(target), LENGTH)
    np.testing.assert_allclose(np.concatenate([whole[:, :0], *made], axis=1), whole, atol=1e-6)
    assert level == pytest.approx(last)
    if at:
        way = 1 if target else -1
        assert last == pytest.approx(np.clip(start + way * at / LENGTH, 0.0, 1.0))


def test_full_level_is_the_sound_itself_and_none_is_silence():
    assert fade_level(TONE, 1.0, 1.0, LENGTH)[0] is TONE
    assert not fade_level(TONE, 0.0, 0.0, LENGTH)[0].any()


def test_a_crossfade_of_a_sound_with_itself_is_that_sound():
    np.testing.assert_array_equal(crossfade(TONE, TONE[:, :100]), TONE[:, :100])


class Scripted:
    """A source that gives blocks of such sizes, and turns the player's pause before each."""

    context = heard_context = 0.0
    loop = False
    sample_rate, n_channels = LOW_RATE, 1
    recalled = np.zeros(2)

    def __init__(self, blocks, *, goes_on):
        self.goes_on = goes_on
        self.position = 0
        self._blocks = iter(blocks)
        self.is_at_end = False

    def next(self):
        n, toggles = next(self._blocks, (None, False))
        if n is None:
            self.is_at_end = True
            return None
        if toggles:
            self.player.pause() if self.player._state == "playing" else self.player.play()
        start, self.position = self.position, self.position + n
        return TONE[:, start : self.position]


class Collected:
    """An output that takes what it is given."""

    sample_rate, latency_s, filled_s = LOW_RATE, 0.0, 0.0
    played = all_heard_at = 0
    is_wanting, is_gone = True, False

    def __init__(self):
        self.blocks = []

    def write(self, samples):
        self.blocks.append(samples)


def heard(blocks, *, goes_on):
    """What an output gets of a source that is paused and resumed between some of its blocks."""
    source, output = Scripted(blocks, goes_on=goes_on), Collected()
    source.player = Player(source, output, lambda: output)
    n_silent = 0
    while not source.is_at_end and n_silent < 3:
        n_before = source.position
        source.player._feed(output)
        n_silent = 0 if source.position > n_before or goes_on else n_silent + 1
        if n_silent == 2:  # a song waits until somebody goes on
            source.player.play()
    return np.concatenate(output.blocks[:-1], axis=1)


@pytest.mark.parametrize("goes_on", [True, False])
@given(blocks=st.lists(st.tuples(sizes, st.booleans()), min_size=1, max_size=40))
@example(blocks=[(512, False), (0, True), (512, False), (512, False), (0, True), (512, False)])
@example(blocks=[(512, False), (1, True), (512, False), (512, False), (1, True), (512, False)])
def test_no_pause_clicks_whatever_blocks_it_falls_on(goes_on, blocks):
    samples = heard([*blocks, (1, False)], goes_on=goes_on)
    own = STEP + 0.5 / LENGTH
    assert np.abs(np.diff(samples, prepend=samples[:, :1])).max(initial=0.0) < 1.01 * own


def test_an_input_that_is_paused_is_silent_and_then_itself_again():
    quiet = [(500, False), (0, True), (0, False), (1, False), (500, False), (400, False)]
    samples = heard(
        [*quiet, (0, True), (0, False), (700, False), (300, False), (9, False)], goes_on=True
    )
    n = 500 + 1 + 500 + 400
    assert not samples[:, 500 + LENGTH : n].any()
    np.testing.assert_array_equal(samples[:, :500], TONE[:, :500])
    end = samples.shape[1]
    np.testing.assert_array_equal(samples[:, n + LENGTH :], TONE[:, n + LENGTH : end])
    assert (samples[0, n : n + LENGTH] != TONE[0, n : n + LENGTH]).sum() > 0.9 * LENGTH
