"""Metrics of single sounds: identity is perfect, known errors are read back."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from benchmarks import metrics
from benchmarks.truths import (
    RATE,
    edge_material,
    glide_material,
    lone_material,
    pad_material,
    shepard_material,
    singer,
    singer_hz,
    tail_material,
)

VIBRATO, LONE, PAD = glide_material()[0], lone_material(), pad_material()
HEARD = slice(2 * RATE)  # of the vibrato and the singer: enough of both


@cache
def rendered(material, semitones=0):
    """A sound, which no test changes."""
    return material.render(semitones)


def of_vibrato(truth, result, shift):
    pitch = VIBRATO.pitch_hz()[HEARD] * 2 ** (shift / 12)
    return metrics.harmonics_error(truth[:, HEARD], result[:, HEARD], RATE, pitch_hz=pitch)


def test_a_gain_is_read_back_of_harmonics_that_swing():
    truth = rendered(VIBRATO, 5)
    assert of_vibrato(truth, truth, 5) == 0
    assert of_vibrato(truth, truth * 10 ** (-3 / 20), 5) == pytest.approx(3, abs=1e-4)


def test_one_lost_harmonic_counts():
    """The fundamental alone of a tone whose ten lowest harmonics are within 40 dB of it."""
    time = np.arange(RATE) / RATE
    tones = [np.cos(2 * np.pi * 200 * k * time) for k in range(1, 11)]
    truth, poorer = (np.stack([sum(some)] * 2) for some in (tones, tones[1:]))
    error = metrics.harmonics_error(truth, poorer, RATE, pitch_hz=np.full(RATE, 200.0))
    assert error == pytest.approx(60 / np.sqrt(10), rel=0.01)


def test_an_octave_below_has_every_harmonic_and_is_far_off():
    time = np.arange(RATE) / RATE
    low, high = (
        np.stack([sum(np.cos(2 * np.pi * hz * k * time) for k in range(1, 6))] * 2)
        for hz in (100, 200)
    )
    pitch = np.full(RATE, 200.0)
    assert metrics.harmonics_error(high, high + 1e-3 * low, RATE, pitch_hz=pitch) < 0.1
    assert metrics.harmonics_error(high, high + low, RATE, pitch_hz=pitch) > 10


def test_one_level_may_be_free_and_nothing_more():
    """Of two harmonics, one 6 dB louder and one as loud: 3 dB from their common level."""
    time = np.arange(RATE) / RATE
    low, high = (np.stack([np.cos(2 * np.pi * 200 * k * time)] * 2) for k in (1, 2))
    pitch = np.full(RATE, 200.0)
    for gain in (1.0, 0.1):
        louder = gain * (low + 2 * high)
        free = metrics.harmonics_error(low + high, louder, RATE, pitch_hz=pitch, any_level=True)
        assert free == pytest.approx(20 * np.log10(2) / 2, abs=1e-3)


def test_where_nothing_is_voiced_nothing_is_judged():
    """A tone with a hiss after it; another hiss is as good."""
    rng, time = np.random.default_rng(4), np.arange(RATE) / RATE
    pitch, voiced = np.full(RATE, 200.0), time < 0.5
    tone = voiced * sum(np.cos(2 * np.pi * 200 * k * time) / k for k in range(1, 6))
    one, other = (tone + ~voiced * rng.standard_normal((2, RATE)) for _ in range(2))
    away = voiced & (np.abs(time - 0.5) > 0.02)  # the window reaches into the hiss
    assert metrics.harmonics_error(one, other, RATE, pitch_hz=pitch) > 3
    assert metrics.harmonics_error(one, other, RATE, pitch_hz=pitch, voiced=away) < 0.01
    with pytest.raises(ValueError, match="voicing must be given for each of"):
        metrics.harmonics_error(one, other, RATE, pitch_hz=pitch, voiced=away[:-1])


@pytest.mark.parametrize("shift", [-5, 12])
def test_the_control_is_far_from_harmonics_that_moved(shift):
    truth = rendered(VIBRATO, shift)
    mediocre = truth + np.random.default_rng(1).standard_normal(truth.shape) * 1e-3
    errors = [of_vibrato(truth, s, shift) for s in (rendered(VIBRATO), mediocre)]
    assert errors[0] > 5 > errors[1]


def test_two_takes_of_a_singer_are_nearly_alike():
    pitch = singer_hz()[HEARD] * 2 ** (5 / 12)
    takes = (singer(5, take=take)[:, HEARD] for take in (0, 1))
    error = metrics.harmonics_error(*takes, RATE, pitch_hz=pitch)
    assert 0.1 < error < 1.5


def test_a_pitch_of_another_length_is_refused():
    truth = rendered(VIBRATO, 5)
    with pytest.raises(ValueError, match="for each of"):
        metrics.harmonics_error(truth, truth, RATE, pitch_hz=VIBRATO.pitch_hz()[:-1])


def of_lone(result, shift):
    return metrics.lone_scores(
        rendered(LONE),
        result,
        RATE,
        semitones=shift,
        onsets_s=LONE.onsets_s,
        tones_hz=LONE.tones_hz,
        lasting_s=LONE.lasting_s,
    )


@pytest.fixture(scope="module", autouse=True)
def _rendered_once():
    yield
    rendered.cache_clear()


@pytest.mark.parametrize("shift", [-12, 5, 12])
def test_lone_tones_are_found_and_an_unshifted_one_is_lost(shift):
    exact = of_lone(LONE.render(shift), shift)
    assert exact.lone_level_db < 0.05
    assert exact.lone_cents < 0.3
    control = of_lone(LONE.render(0), shift)
    assert control == (60, 100)


def test_a_lone_tones_errors_are_read_back():
    quieter = 0.5 * LONE.render(5)
    assert of_lone(quieter, 5).lone_level_db == pytest.approx(6.02, abs=0.05)
    sharp = of_lone(LONE.render(5 + 0.03), 5)
    assert sharp.lone_cents == pytest.approx(3, abs=0.5)


def of_pads(result, shift):
    return metrics.beat_error(
        rendered(PAD, shift),
        result,
        RATE,
        onsets_s=PAD.onsets_s,
        tones_hz=[hertz * 2 ** (shift / 12) for hertz in PAD.tones_hz],
        lasting_s=PAD.lasting_s,
    )


@pytest.mark.parametrize("shift", [-5, 12])
def test_beats_are_counted(shift):
    assert of_pads(rendered(PAD, shift), shift) == 0
    assert of_pads(rendered(PAD), shift) == 100


def test_tails_that_are_cut_off_are_seen():
    tail = tail_material()
    truth = tail.render(5)
    shapes = {"onsets_s": tail.onsets_s, "lasting_s": tail.lasting_s}
    assert metrics.tail_error(truth, truth, RATE, **shapes) == 0
    halved = metrics.tail_error(truth, 0.5 * truth, RATE, **shapes)
    assert halved == pytest.approx(6, abs=0.1)
    gated = np.where(np.abs(truth) > 1e-3, truth, 0)
    assert metrics.tail_error(truth, gated, RATE, **shapes) > 10


def test_edges_and_the_constant_are_seen():
    truth = edge_material().render(5)
    assert metrics.edge_error(truth, truth, RATE) == 0
    assert metrics.constant_error(truth, truth, RATE) == 0
    assert metrics.constant_error(truth, truth - truth.mean(axis=1, keepdims=True), RATE) > 99
    faded = truth * np.clip(np.arange(truth.shape[1]) / (0.1 * RATE), 0, 1)
    assert metrics.edge_error(truth, faded, RATE) > 3


@pytest.mark.parametrize("shift", [-12, 5])
def test_the_centre_of_octaves_says_how_far_they_moved(shift):
    tones = shepard_material()
    truth, original = tones.render(shift), tones.render(0)
    assert metrics.spectral_centre_error(truth, truth, RATE) == 0
    assert metrics.spectral_centre_error(truth, original, RATE) == pytest.approx(
        abs(shift), rel=0.02
    )
