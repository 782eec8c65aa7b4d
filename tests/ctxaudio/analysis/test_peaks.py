"""Peaks are the sinusoids of a frame: their frequencies, amplitudes, and phases at its centre."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio import Sound
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.analysis.peaks import CROSSOVER_HZ, find_peaks, parts_of
from tests.support.signals import CHORD_HZ, RATE, cents, chord, mono, sine

FRAMES = FrameConfig.for_rate(RATE)
INNER = 36, 50  # frames that see no end of a second


def peaks_of(sound, first=INNER[0], end=INNER[1], most=160):
    frames = FrameConfig.for_rate(sound.sample_rate)
    return find_peaks(sound, frames, first, end, full_scale=sound.peak or 1.0, most=most)


def phases_at(peaks, hz, frames=FRAMES, rate=RATE):
    """Of a sine of phase 0 at sample 0, as a cosine has them, where the peaks are."""
    at_s = (INNER[0] + peaks.frame) * frames.hop / rate
    return 2.0 * np.pi * (hz * at_s - 0.25)


@given(pitch=st.floats(0.0, 60.0), phase=st.floats(0.0, 6.28), loud=st.floats(0.001, 2.0))
def test_a_sinusoid_is_known_exactly(pitch, phase, loud):
    hz = 440.0 * 2.0 ** (pitch / 12.0)
    peaks = peaks_of(mono(sine(hz, amplitude=loud, seconds=1.0, phase=phase)))
    assert peaks.frame.tolist() == list(range(INNER[1] - INNER[0]))
    assert np.abs(cents(peaks.hertz, hz)).max() < 0.01
    assert np.abs(20.0 * np.log10(np.abs(peaks.value) / loud)).max() < 0.01
    off = np.angle(peaks.value[0] * np.exp(-1j * (phases_at(peaks, hz) + phase)))
    assert np.abs(off).max() < 0.003


def test_a_low_sinusoid_is_known_to_a_cent():
    """It lies beside its own image at negative frequencies."""
    for hz in (55.0, 110.0, 220.0):
        peaks = peaks_of(mono(sine(hz, seconds=1.0)))
        assert np.abs(cents(peaks.hertz, hz)).max() < 1.0


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000, 192_000])
def test_a_sinusoid_is_known_at_every_rate(rate):
    peaks = peaks_of(mono(sine(1000.0, seconds=1.0, rate=rate), rate))
    assert len(peaks.frame) == INNER[1] - INNER[0]
    assert np.abs(cents(peaks.hertz, 1000.0)).max() < 0.01


def test_a_chord_is_its_tones_from_low_to_high():
    peaks = peaks_of(chord(seconds=1.0))
    n_frames = INNER[1] - INNER[0]
    assert peaks.frame.tolist() == np.repeat(np.arange(n_frames), 3).tolist()
    off = cents(peaks.hertz.reshape(n_frames, 3), np.array(CHORD_HZ))
    assert np.abs(off).max() < 0.5
    assert np.abs(20.0 * np.log10(np.abs(peaks.value) / 0.2)).max() < 0.05


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_channels_have_their_own_amplitudes_and_one_frequency(sign):
    tone = sine(660.0, amplitude=0.4, seconds=1.0)
    peaks = peaks_of(Sound(np.stack([tone, sign * 0.5 * tone]), RATE))
    assert len(peaks.frame) == INNER[1] - INNER[0]
    assert np.abs(cents(peaks.hertz, 660.0)).max() < 0.01
    np.testing.assert_allclose(peaks.value[1], sign * 0.5 * peaks.value[0], atol=1e-5)


def test_frames_do_not_depend_on_which_are_asked_for():
    sound = chord(seconds=1.0)
    whole = peaks_of(sound, 0, 60)
    parts = [peaks_of(sound, first, end) for first, end in ((0, 27), (27, 28), (28, 60))]
    frame = np.concatenate(
        [part.frame + begin for part, begin in zip(parts, (0, 27, 28), strict=True)]
    )
    np.testing.assert_array_equal(frame, whole.frame)
    for name in ("hertz", "value"):
        joined = np.concatenate([getattr(part, name) for part in parts], axis=-1)
        np.testing.assert_allclose(joined, getattr(whole, name), rtol=1e-6, atol=1e-7)


def test_the_strongest_are_kept():
    loud = {300.0: 0.1, 600.0: 0.4, 1200.0: 0.2, 5000.0: 0.3}
    sound = mono(sum(sine(hz, amplitude=a, seconds=1.0) for hz, a in loud.items()))
    peaks = peaks_of(sound, most=2)
    expected = np.tile([600.0, 5000.0], INNER[1] - INNER[0])
    np.testing.assert_allclose(peaks.hertz, expected, rtol=1e-3)
    assert peaks_of(sound, most=0).frame.size == 0


@pytest.mark.parametrize("n_samples", [1, 50, 5_000])
def test_silence_has_none(n_samples):
    peaks = peaks_of(Sound(np.zeros((2, n_samples)), RATE), 0, 3)
    assert [part.shape for part in peaks] == [(0,), (0,), (2, 0), (0,)]


def test_what_is_80_db_below_full_scale_is_none():
    sounds = [
        mono(sine(500.0, seconds=1.0) + sine(4000.0, amplitude=0.5 * level, seconds=1.0))
        for level in (10.0 ** (-70.0 / 20.0), 10.0 ** (-90.0 / 20.0))
    ]
    heard = [np.abs(peaks_of(sound).hertz - 4000.0).min() < 1.0 for sound in sounds]
    assert heard == [True, False]


def test_every_sinusoid_is_in_one_part():
    for rate in (8_000, 44_100, 192_000):
        low, high = parts_of(FrameConfig.for_rate(rate), rate)
        assert low.highest_hz == high.lowest_hz == CROSSOVER_HZ
        assert low.windows[2] == high.windows[0] == FrameConfig.for_rate(rate).window
        assert high.highest_hz < rate / 2


def test_of_two_parts_a_sinusoid_between_them_is_found_once():
    for hz in (CROSSOVER_HZ - 0.01, CROSSOVER_HZ + 0.01):
        peaks = peaks_of(mono(sine(hz, seconds=1.0)))
        assert len(peaks.frame) == INNER[1] - INNER[0]
