"""Versions of a song are like it wherever they lie; other sounds are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio import Example, Sound, tape_example
from ctxaudio.analysis.likeness import match
from ctxaudio.memory.learned import LEAST_LIKENESS
from tests.support.signals import melody, mono, moved, with_noise

RATE = 22_050


@pytest.mark.parametrize("semitones", [-12.0, -1.0, 0.0, 0.4, 7.0])
def test_a_copy_at_another_speed_is_like_the_song(tune, semitones):
    found = match(tune, tape_example(tune, semitones, context=1.0))
    assert found.likeness > 0.98
    assert found.semitones == pytest.approx(semitones, abs=0.03)


@pytest.mark.parametrize("semitones", [-5.0, -1.0, 1.0, 12.0])
def test_a_copy_by_a_pitch_shifter_is_like_the_song(tune, semitones):
    # Ours is taken for any: it smears attacks and gets phases wrong as they all do.
    assert match(tune, Example(moved(tune, semitones), 1.0)).likeness > LEAST_LIKENESS + 0.1


@pytest.mark.parametrize("kind", ["filtered", "noisy", "louder", "one channel of two"])
def test_a_changed_copy_is_like_the_song(tune, kind, rng):
    samples = tune.samples
    version = {
        "filtered": np.convolve(samples[0], np.ones(8) / 8.0, "same")[None],
        "noisy": samples + 0.1 * samples.std() * rng.standard_normal(samples.shape),
        "louder": 1e3 * samples,
        "one channel of two": np.concatenate([samples, 0.0 * samples]),
    }[kind]
    assert match(tune, Example(Sound(version, RATE), 1.0)).likeness > LEAST_LIKENESS + 0.2


@pytest.mark.parametrize("kind", ["another song", "noise", "silence", "backwards", "a second late"])
def test_what_is_no_version_is_unlike_the_song(tune, kind, rng):
    samples = tune.samples
    other = {
        "another song": with_noise(melody(seed=77, seconds=3.0)).samples,
        "noise": 0.1 * rng.standard_normal(samples.shape),
        "silence": np.zeros_like(samples),
        "backwards": samples[:, ::-1],
        "a second late": np.roll(samples, RATE, axis=1),
    }[kind]
    assert match(tune, Example(Sound(other, RATE), 1.0)).likeness < LEAST_LIKENESS - 0.1


@given(n=st.integers(1, 300), seed=st.integers(0, 2**32 - 1))
def test_likeness_is_a_number_from_minus_1_to_1_for_any_two_sounds(n, seed):
    rng = np.random.default_rng(seed)
    song, other = (mono(rng.choice([0.0, 0.5, 1e-30], n), 8_000) for _ in range(2))
    assert abs(match(song, Example(other, 1.0)).likeness) <= 1.0 + 1e-6
