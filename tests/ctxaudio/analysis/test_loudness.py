"""Loudness is pyloudnorm's of the whole song, and tempo librosa's, however long the parts are."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest

from ctxaudio import Sound
from ctxaudio.analysis.loudness import loudness_lufs
from ctxaudio.analysis.tempo import tempo_bpm
from tests.support.songs import in_key

RATE = 48_000


def test_a_sine_of_full_scale_has_the_loudness_of_the_standard():
    # BS.1770-4: 997 Hz at 0 dBFS in one channel is -3.01 LKFS; EBU Tech 3341 allows .1.
    sine = np.sin(2 * np.pi * 997 * np.arange(5 * RATE) / RATE)
    assert loudness_lufs(Sound(sine[None], RATE)) == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize("seconds", [0.4, 3.17, 21.0, 47.3])
@pytest.mark.parametrize("n_channels", [1, 2, 5])
def test_parts_are_as_loud_as_the_whole(seconds, n_channels):
    rng = np.random.default_rng(0)
    samples = 0.2 * rng.standard_normal((n_channels, round(seconds * 8_000)))
    samples *= np.exp(3.0 * np.sin(np.arange(samples.shape[1]) / 9_000.0))  # much is gated
    sound = Sound(samples.astype(np.float32), 8_000)
    whole = pyloudnorm.Meter(8_000).integrated_loudness(sound.samples.T.astype(np.float64))
    assert loudness_lufs(sound) == pytest.approx(whole, abs=1e-6)


def test_what_has_no_loudness():
    noise = np.random.default_rng(0).standard_normal((6, RATE)).astype(np.float32)
    assert loudness_lufs(Sound(0.1 * noise, RATE)) is None  # channels whose places are not known
    assert loudness_lufs(Sound(0.1 * noise[:1, :1000], RATE)) is None
    assert loudness_lufs(Sound(np.zeros((2, RATE), np.float32), RATE)) is None


def test_a_song_has_its_tempo():
    assert tempo_bpm(in_key(0, "major")) == pytest.approx(120.0, rel=0.03)
    assert tempo_bpm(Sound(np.zeros((1, RATE), np.float32), RATE)) is None
