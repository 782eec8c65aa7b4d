"""The sample voice is computed: in its own key it is the recording, in another the same singing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

from samples.pieces import LENGTHS_S, VOICE_SEED, master, sing, sung_pitch
from samples.pieces.amazing_grace import syllables

RECORDING = Path(__file__).parents[2] / "samples" / "voice.flac"


def singer():
    return np.random.default_rng(VOICE_SEED)


@cache
def sung(semitones=0.0):
    """The first two words, which no test changes."""
    return sing(semitones, rng=singer(), line=syllables()[:2])[0]


def test_sung_again_the_voice_is_the_recording():
    again, rate = sing(rng=singer())
    mastered = master(again, rate, length_s=LENGTHS_S["voice"])
    recorded, recorded_rate = soundfile.read(RECORDING)
    assert recorded_rate == rate
    assert np.abs(mastered - recorded).max() < 1 / 2**15  # a step of 16 bits


def test_transposed_by_nothing_it_is_the_same_bit_by_bit():
    np.testing.assert_array_equal(sing(rng=singer(), line=syllables()[:2])[0], sung(0.0))


@pytest.mark.parametrize("semitones", [-5, 12])
def test_its_pitch_is_multiplied_and_nothing_else_of_its_course_changes(semitones):
    pitch, voicing = sung_pitch(rng=singer())
    higher, voiced_higher = sung_pitch(semitones, rng=singer())
    np.testing.assert_allclose(higher / pitch, 2 ** (semitones / 12), rtol=1e-12)
    np.testing.assert_array_equal(voiced_higher, voicing)
    assert voicing.min() >= 0
    assert voicing.max() <= 1


def test_breath_before_the_voice_is_drawn_alike():
    """Up to one level: the voice, which the noise is mixed with, has another."""
    start = slice(round(0.5 * 44_100))
    here, there = sung()[start], sung(12.0)[start]
    assert np.corrcoef(here[:, 0], there[:, 0])[0, 1] > 0.999
