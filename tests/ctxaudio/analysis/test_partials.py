"""Partials are peaks that follow each other: one slot each, from beginning to end."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import Sound
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.analysis.partials import _REST, N_SLOTS, find_partials
from tests.support.signals import CHORD_HZ, LOW_RATE, cents, chord, melody, mono, sine

FRAMES = FrameConfig.for_rate(LOW_RATE)
SEEN = 2 * FRAMES.window // FRAMES.hop  # frames that see an end of a sound, through the longest


def partials_of(sound):
    """Of all frames: Hz (frame, slot), and values (channel, frame, slot)."""
    parts = list(find_partials(sound, FrameConfig.for_rate(sound.sample_rate)))
    hertz = np.concatenate([part.hertz for part in parts])
    return hertz, np.concatenate([part.value for part in parts], axis=1)


def used(hertz):
    return np.flatnonzero(hertz.any(axis=0))


def test_a_steady_chord_is_a_slot_a_tone_from_beginning_to_end():
    hertz, value = partials_of(chord(seconds=1.0, rate=LOW_RATE))
    inside = slice(SEEN, len(hertz) - SEEN)
    (slots,) = {tuple(np.flatnonzero(row)) for row in hertz[inside]}
    assert len(slots) == len(CHORD_HZ)
    held = hertz[inside, list(slots)]
    order = np.argsort(held[0])
    assert np.abs(cents(held[:, order], np.array(CHORD_HZ))).max() < 1.0
    assert np.abs(np.abs(value[0, inside][:, list(slots)]) - 0.2).max() < 0.01


def test_a_glide_is_one_partial():
    time_s = np.arange(LOW_RATE) / LOW_RATE
    hz = 300.0 * 2.0**time_s  # an octave in a second
    phase = 2.0 * np.pi * np.cumsum(hz) / LOW_RATE
    hertz, _ = partials_of(mono(0.5 * np.sin(phase), LOW_RATE))
    inside = slice(SEEN, len(hertz) - SEEN)
    (slot,) = used(hertz[inside])
    at = np.arange(len(hertz))[inside] * FRAMES.hop
    assert np.abs(cents(hertz[inside, slot], hz[at])).max() < 10.0


def test_a_slot_rests_between_two_partials():
    hertz, _ = partials_of(mono(melody(seed=3, seconds=3.0, rate=LOW_RATE), LOW_RATE))
    n_rests = 0
    for slot in used(hertz):
        is_on = np.concatenate([[False], hertz[:, slot] > 0.0, [False]]).astype(int)
        begins, ends = np.flatnonzero(np.diff(is_on) > 0), np.flatnonzero(np.diff(is_on) < 0)
        rests = begins[1:] - ends[:-1]
        assert (rests >= _REST).all()
        n_rests += len(rests)
    assert n_rests > 10


@pytest.mark.parametrize("block", [1, 7, 64])
def test_blocks_do_not_matter(block, monkeypatch):
    sound = mono(melody(seed=1, seconds=1.0, rate=LOW_RATE), LOW_RATE)
    hertz, value = partials_of(sound)
    monkeypatch.setattr("ctxaudio.analysis.partials._BLOCK", block)
    other_hertz, other_value = partials_of(sound)
    np.testing.assert_allclose(other_hertz, hertz, rtol=1e-5)
    np.testing.assert_allclose(other_value, value, atol=1e-6)


def test_more_peaks_than_slots_are_the_strongest(monkeypatch):
    monkeypatch.setattr("ctxaudio.analysis.partials.N_SLOTS", 2)
    hertz, value = partials_of(chord(seconds=0.5, rate=LOW_RATE))
    assert hertz.shape[1] == value.shape[2] == 2
    assert np.count_nonzero(hertz[10:20], axis=1).tolist() == [2] * 10


@pytest.mark.parametrize("sound", [np.zeros((2, 3_000)), np.zeros((1, 1)), np.full((1, 1), 0.5)])
def test_silence_has_none_and_the_shortest_sound_has_frames(sound):
    hertz, value = partials_of(Sound(sound, LOW_RATE))
    n_frames = FRAMES.n_frames(sound.shape[1])
    assert hertz.shape == (n_frames, N_SLOTS)
    assert value.shape == (len(sound), n_frames, N_SLOTS)
    assert sound.any() or not hertz.any()


def test_a_tone_that_is_crossed_goes_on():
    """One that glides through another's pitch, far softer, does not take its slot."""
    time_s = np.arange(LOW_RATE) / LOW_RATE
    glide = 0.01 * np.sin(2.0 * np.pi * (400.0 * time_s + 300.0 * time_s**2))
    hertz, _ = partials_of(mono(sine(700.0, rate=LOW_RATE) + glide, LOW_RATE))
    inside = hertz[SEEN:-SEEN]
    near = np.abs(np.where(inside > 0.0, cents(np.maximum(inside, 1.0), 700.0), np.inf)) < 30.0
    assert near.all(axis=0).sum() == 1
