"""Tape versions of sounds of any length are sounds."""

from __future__ import annotations

import pytest

from ctxaudio import ContextShift, tape_example
from ctxaudio.analysis.examples import MAX_EXAMPLE_SHIFT
from tests.support.command import notes


@pytest.mark.parametrize("n_samples", [1, 2, 3, 10])
@pytest.mark.parametrize("semitones", [-MAX_EXAMPLE_SHIFT, -1.0, 1.0, MAX_EXAMPLE_SHIFT])
def test_a_version_of_a_sample_or_two_has_a_sample(n_samples, semitones):
    song = notes(seconds=n_samples / 8_000, channels=2)
    version = tape_example(song, semitones)
    assert version.sound.samples.shape[0] == 2
    assert version.sound.samples.shape[1] >= 1
    assert version.context == semitones


@pytest.mark.parametrize("n_samples", [1, 2])
def test_a_song_of_a_sample_or_two_is_taught(n_samples):
    song = notes(seconds=n_samples / 8_000)
    assert ContextShift.teach(song)(song, 5.0).samples.shape == song.samples.shape
