"""Stays of noise: beside attacks where these are, elsewhere not far from the song."""

import numpy as np
import pytest

from ctxaudio.synthesis.stays import MARGIN, noise_stays, noise_swell
from ctxaudio.synthesis.time_map import TimeMap

HOP = 512


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 2.0])
def test_noise_stays_with_an_attack_and_near_the_song(speed):
    attacks = np.array([40_000, 90_000])
    when = TimeMap.through(200_000, speed, attacks, np.ones(2), attacks, 44_100, HOP)
    for attack in attacks:
        due = round(attack / speed)
        near = due + np.arange(-4 * HOP, 8 * HOP)
        assert (when.stays[when.stay_of(near), 1] == due - attack).all()
    made = np.arange(0, when.n_made, 64)
    off = when.stays[when.stay_of(made), 1] - (made - when.song_at(made))
    assert np.abs(off).max() < 0.1 * 44_100  # a tenth of a second
    assert (np.diff(when.stays[:, 0]) > 0).all()


def test_without_a_change_there_is_one_stay():
    ends = np.array([[0, 0], [10_000, 10_000]])
    assert noise_stays(np.zeros((0, 2), int), ends, HOP).tolist() == [[0, 0]]


@pytest.mark.parametrize("length", [6, 9, 30])
def test_noise_that_jumps_is_as_loud_as_steady_noise(length):
    stay = np.arange(400) // length
    rng = np.random.default_rng(3)
    gain = np.pad(noise_swell(stay), MARGIN, constant_values=1.0)
    shares = np.cos(np.pi * np.arange(-3, 4) / 8) ** 4 / 3.0
    # One stretch of noise is one number, drawn many times; frames overlap as they do in a sound.
    drawn = rng.standard_normal((4_000, stay.max() + 1))
    heard = np.apply_along_axis(np.convolve, 1, drawn[:, stay] * gain, shares, "same")
    power = np.mean(heard**2, axis=0)[MARGIN + 8 : -MARGIN - 8]
    assert np.abs(10.0 * np.log10(power)).mean() < 0.5
    assert np.abs(10.0 * np.log10(power)).max() < 1.5
