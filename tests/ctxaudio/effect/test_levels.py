"""What comes out is as loud as it was taught to be: also where a copy has no room, or no time."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import scipy.signal

from ctxaudio import ContextShift, DataError, Example, Sound, recall_field
from tests.support.signals import RATE, mono, power_db

STEP_DB = 0.2  # a step of the context; at ±36 it is extrapolated to 7 dB


def sweep(first, last, method, seconds):
    """From one share of the sample rate to another."""
    time_s = np.arange(round(seconds * RATE)) / RATE
    hz = (first * RATE, time_s[-1], last * RATE)
    return 0.5 * scipy.signal.chirp(time_s, *hz, method=method)


# All energy, or that of some frames, lies where a copy a semitone higher has no room.
AT_THE_TOP = {
    "alternating": 0.5 * (-1.0) ** np.arange(RATE),
    "a sweep to the top": sweep(0.001, 0.5, "linear", 2.0),
    "a sweep over three decades": sweep(0.001, 0.45, "logarithmic", 3.0),
    "a sweep in the upper half": sweep(0.3, 0.49, "linear", 1.0),
    "a sweep at the top": sweep(0.4, 0.5, "linear", 1.0),
    "a sweep from the top": sweep(0.5, 0.001, "logarithmic", 1.0),
}
AT_THE_BOTTOM = {"a constant": np.full(RATE, 0.5), "15 Hz": 0.5 * np.sin(np.arange(RATE) / 468.0)}
BEYOND = AT_THE_TOP | AT_THE_BOTTOM


@cache
def taught(name):
    song = mono(BEYOND[name])
    return song, ContextShift.teach(song)


@pytest.mark.parametrize("name", BEYOND)
def test_what_a_copy_has_no_room_for_teaches_no_gain(name):
    _, effect = taught(name)
    gain = recall_field(effect.memory, 1.0).gain
    assert np.abs(gain).max() < STEP_DB


@pytest.mark.parametrize("context", [5.0, 12.0, 36.0])
@pytest.mark.parametrize("name", BEYOND)
def test_what_has_no_room_does_not_come_out_louder(name, context):
    song, effect = taught(name)
    assert power_db(effect(song, context).samples) < power_db(song.samples) + 0.5


def test_a_constant_is_as_loud_as_it_was():
    song, effect = taught("a constant")
    for context in (-12.0, 5.0, 12.0):
        made = effect(song, context).samples[0]
        np.testing.assert_allclose(made[RATE // 4 : -RATE // 4], 0.5, rtol=0.01)


@pytest.mark.parametrize("beside_hz", [12.0, 21_500.0])
def test_louder_copies_teach_loudness_whatever_lies_beside_the_bands(beside_hz):
    rng = np.random.default_rng(6)
    time_s = np.arange(2 * RATE) / RATE
    music = np.stack([np.sin(2.0 * np.pi * hz * time_s) for hz in (220.0, 523.0, 1310.0)]).sum(0)
    music = 0.1 * music + 0.001 * rng.standard_normal(len(time_s))
    # As loud as the music itself.
    song = mono(music + 0.17 * np.sin(2.0 * np.pi * beside_hz * time_s))
    examples = [Example(Sound(song.samples * 10.0 ** (c / 20.0), RATE), c) for c in (-1.0, 1.0)]
    memory = ContextShift.teach(song, examples).memory
    np.testing.assert_allclose(recall_field(memory, 3.0).gain, 3.0, atol=0.3)


def short(kind, n):
    time = np.arange(n)
    rng = np.random.default_rng(n)
    return {
        "noise": 0.3 * rng.choice([-1.0, 1.0], n),
        "a constant": np.full(n, 0.5),
        "a sine": 0.5 * np.sin(2.0 * np.pi * 0.02 * (time + 5)),
    }[kind]


@pytest.mark.parametrize("n", [1, 2, 10, 100, 511, 513, 4_095])
@pytest.mark.parametrize("kind", ["noise", "a constant", "a sine"])
def test_a_song_shorter_than_a_window_is_as_loud_as_a_longer_one(kind, n):
    song = mono(short(kind, n))
    effect = ContextShift.teach(song)
    for context in (-12.0, 5.0, 12.0):
        change_db = power_db(effect(song, context).samples) - power_db(song.samples)
        # Half of what is moved an octave up may be above the Nyquist frequency; and a few samples
        # are as loud above as below it.
        assert -7.0 < change_db < 2.0, context


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_a_short_song_is_as_loud_at_any_scale(scale):
    song = mono(scale * short("noise", 50))
    made = ContextShift.teach(song)(song, 5.0).samples
    ratio = np.linalg.norm(made / np.float64(scale)) / np.linalg.norm(song.samples / scale)
    assert 0.55 < ratio < 1.1


def test_a_song_too_loud_for_any_number_is_refused_and_its_file_is_not_blamed():
    wave = np.sign(np.sin(np.arange(20_000) / 7.0))
    with pytest.raises(DataError, match=r"got 3e\+38\. Divide them by their full") as refused:
        mono(3e38 * wave)
    assert "file" not in str(refused.value)
    song = mono(1e31 * wave)  # as loud as may be
    assert np.isfinite(ContextShift.teach(song)(song, 7.0).samples).all()
