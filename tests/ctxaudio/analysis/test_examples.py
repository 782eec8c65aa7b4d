"""Tape examples: as much faster as they are higher, and nothing else changed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio import DataError, Example, Sound, tape_example
from tests.support.signals import RATE, cents, inside, mono, sine, tone


@pytest.mark.parametrize("semitones", [-12.0, -1.0, -0.37, 0.5, 1.0, 7.0])
def test_a_version_is_higher_by_what_was_asked_and_shorter_by_its_speed(semitones):
    song = mono(sine(700.0, seconds=2.0))
    example = tape_example(song, semitones)
    ratio = 2.0 ** (semitones / 12.0)
    assert example.speed == pytest.approx(ratio)
    assert example.context == semitones
    assert abs(example.sound.samples.shape[1] - 2 * RATE / ratio) <= 1.5
    assert example.sound.sample_rate == RATE
    hz, amplitude = tone(inside(example.sound.samples[0], RATE // 10), 700.0 * ratio)
    assert abs(cents(hz, 700.0 * ratio)) < 1e-3
    assert amplitude == pytest.approx(0.5, rel=1e-3)


@pytest.mark.parametrize("semitones", [-1.0, 1.0])
def test_what_the_song_plays_at_t_the_version_plays_at_t_over_speed(semitones):
    moments = (0.25, 0.8, 1.6)
    clicks = np.zeros((1, 2 * RATE))
    clicks[0, [round(t * RATE) for t in moments]] = 0.5
    example = tape_example(Sound(clicks, RATE), semitones)
    loud = np.abs(example.sound.samples[0])
    for moment in moments:
        there = round(moment / example.speed * RATE)
        assert abs(int(np.argmax(loud[there - 400 : there + 400])) - 400) <= 1


def test_channels_stay_apart(rng):
    left, right = 0.1 * rng.standard_normal((2, 5000))
    both = tape_example(Sound(np.stack([left, right]), RATE), 1.0).sound.samples
    for channel, alone in zip(both, (left, right), strict=True):
        np.testing.assert_allclose(
            channel, tape_example(mono(alone), 1.0).sound.samples[0], atol=1e-6
        )


def test_no_shift_is_the_song_itself(rng):
    song = mono(0.1 * rng.standard_normal(500))
    example = tape_example(song, 0.0, context=1.0)
    assert example.speed == 1.0
    np.testing.assert_array_equal(example.sound.samples, song.samples)


def test_a_version_may_be_taught_as_another_context():
    example = tape_example(mono(np.ones(100)), 1.0, context=-2.0)
    assert example.context == -2.0
    assert example.speed == pytest.approx(2.0 ** (1 / 12))


@given(n=st.integers(1, 40), semitones=st.sampled_from([-12.0, -1.0, 1.0, 12.0]))
def test_a_few_samples_are_enough(n, semitones):
    example = tape_example(mono(np.ones(n)), semitones)
    assert abs(example.sound.samples.shape[1] - n / example.speed) <= 1.0


@pytest.mark.parametrize("semitones", [12.1, -13.0, np.inf, np.nan])
def test_a_version_too_far_off_is_refused(semitones):
    with pytest.raises(DataError, match=r"must lie within ±12 semitones, got"):
        tape_example(mono(np.ones(100)), semitones)


@pytest.mark.parametrize("context", [0.0, -0.0, np.nan, np.inf, -np.inf])
def test_a_context_that_teaches_nothing_is_refused(context):
    with pytest.raises(DataError, match="context must be finite and not 0, got"):
        Example(mono(np.ones(100)), context)


@pytest.mark.parametrize("speed", [0.0, -1.0, np.inf, np.nan])
def test_an_impossible_speed_is_refused(speed):
    with pytest.raises(DataError, match="speed must be positive, got"):
        Example(mono(np.ones(100)), 1.0, speed)
