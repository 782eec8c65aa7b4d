"""How far a version's envelope is away is measured, and not mistaken for its pitch or level."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import Example, Sound, tape_example
from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.envelope_shift import envelope_shifts
from ctxaudio.analysis.frames import FrameConfig
from tests.support.singers import SINGER_RATE, sung

FRAMES, BANDS = FrameConfig.for_rate(SINGER_RATE), BandConfig.for_rate(SINGER_RATE)


@pytest.fixture(scope="module")
def song():
    return sung()


def shift_of(song, example):
    return envelope_shifts(song, [example], FRAMES, BANDS)[0][:]


@pytest.mark.parametrize("semitones", [-1.0, 1.0, 4.0])
def test_a_tape_moves_its_envelope_as_it_moves_all(song, semitones):
    shift = shift_of(song, tape_example(song, semitones))
    np.testing.assert_allclose(shift, semitones, atol=0.005)


@pytest.mark.parametrize(
    ("semitones", "formants"), [(0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0), (1.0, -1.0)]
)
def test_an_envelope_that_moves_apart_is_followed(song, semitones, formants):
    version = sung(semitones=semitones, formants_st=formants)
    shift = shift_of(song, Example(version, semitones, formants=formants))
    # The highest point of a resonance lies between harmonics, and is missed in both.
    assert abs(np.median(shift) - formants) < 0.15


def test_level_and_tilt_are_no_movement(song):
    samples = song.samples.astype(np.float64)
    tilted = 3.0 * (samples - 0.5 * np.pad(samples, ((0, 0), (1, 0)))[:, :-1])
    shift = shift_of(song, Example(Sound(tilted, SINGER_RATE), 0.0, formants=1.0))
    assert abs(np.median(shift)) < 0.1


def test_silence_is_displaced_nowhere(song):
    silent = Example(Sound(np.zeros_like(song.samples), SINGER_RATE), 1.0)
    assert np.isfinite(shift_of(song, silent)).all()
    silence = silent.sound
    assert not shift_of(silence, Example(silence, 1.0)).any()
