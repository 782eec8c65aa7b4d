"""A song is its drums and the rest: which is which, where it is known."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import Sound
from ctxaudio.analysis import percussion
from ctxaudio.sound.samples import whole_sound
from tests.support.signals import RATE, mono, sine, snr_db


def split_drums(song):
    """Drums and rest, in memory."""
    drums, rest = percussion.split_drums(song)
    return whole_sound(drums), whole_sound(rest)


ONSETS_S = (0.25, 0.75, 1.25, 1.75)


def kick(time_s):
    """A low tone that falls, and a click."""
    turns = 52.0 * time_s + 3.3 * (1.0 - np.exp(-time_s / 0.028))
    click = np.random.default_rng(1).standard_normal(len(time_s)) * np.exp(-time_s / 0.004)
    body = np.sin(2.0 * np.pi * turns) * np.exp(-time_s / 0.11)
    return np.minimum(1.0, time_s / 0.001) * (0.5 * body + 0.1 * click)


def hits(hit, *, seconds=2.4, lasting_s=0.45):
    """The same one at every onset."""
    samples = np.zeros(round(seconds * RATE))
    struck = hit(np.arange(round(lasting_s * RATE)) / RATE)
    for onset in ONSETS_S:
        samples[round(onset * RATE) :][: len(struck)] += struck
    return samples


def noise(time_s, decay_s):
    return 0.3 * np.random.default_rng(2).standard_normal(len(time_s)) * np.exp(-time_s / decay_s)


def share_db(part, whole):
    return 10.0 * np.log10(np.sum(np.square(part, dtype=float)) / np.sum(np.square(whole)) + 1e-12)


@pytest.mark.parametrize(
    ("rate", "level"),
    [(8_000, 1e-6), (8_000, 1.0), (8_000, 1e6), (22_050, 1.0), (44_100, 1.0), (96_000, 1.0)],
)
def test_drums_and_rest_add_up_to_the_song(rng, rate, level):
    samples = level * rng.standard_normal((2, rate)) * np.linspace(0.0, 1.0, rate) ** 4
    song = Sound(samples, rate)
    drums, rest = split_drums(song)
    assert drums.samples.shape == rest.samples.shape == samples.shape
    np.testing.assert_allclose(
        drums.samples + rest.samples, song.samples, rtol=0.0, atol=2e-7 * np.abs(samples).max()
    )


@pytest.mark.parametrize("n", [1, 2, 100, 4_000, 4_097, 20_000])
def test_silence_and_short_sounds_have_no_drums_or_some_that_add_up(n):
    silence = Sound(np.zeros((2, n)), RATE)
    for part in split_drums(silence):
        assert not part.samples.any()
    song = Sound(np.full((1, n), 0.5), RATE)
    drums, rest = split_drums(song)
    np.testing.assert_allclose(drums.samples + rest.samples, song.samples, atol=1e-7)


@pytest.mark.parametrize("hertz", [60.0, 110.0, 440.0, 3_000.0, 9_000.0])
def test_a_lone_sine_is_all_rest(hertz):
    tone = sine(hertz, seconds=1.5)
    drums, _ = split_drums(mono(tone))
    assert share_db(drums.samples[0, RATE // 4 : -RATE // 4], tone) < -50.0
    assert share_db(drums.samples, tone) < -20.0  # it begins and ends with a click


def test_a_click_is_all_drums():
    click = np.zeros(RATE)
    click[RATE // 2] = 0.9
    drums, _ = split_drums(mono(click))
    assert snr_db(click, drums.samples[0]) > 20.0


def test_noise_that_dies_away_slowly_is_drums_as_well():
    crash = np.concatenate([np.zeros(5_000), noise(np.arange(60_000) / RATE, 0.5)])
    drums, _ = split_drums(mono(crash))
    assert snr_db(crash, drums.samples[0]) > 15.0


@pytest.mark.parametrize(("part", "at_least_db"), [("kick", 20.0), ("snare", 20.0), ("kit", 20.0)])
def test_a_kit_alone_is_all_drums(part, at_least_db):
    struck = {
        "kick": kick,
        "snare": lambda time_s: noise(time_s, 0.05),
        "kit": lambda time_s: kick(time_s) + 0.5 * noise(time_s, 0.02),
    }[part]
    kit = hits(struck)
    drums, _ = split_drums(mono(kit))
    assert snr_db(kit, drums.samples[0]) > at_least_db


def test_a_kick_is_found_under_a_bass_that_goes_on():
    kit = hits(kick)
    bass = sum(sine(n * 65.4, amplitude=0.2 / n, seconds=2.4, phase=n) for n in range(1, 4))
    drums, _ = split_drums(mono(kit + bass))
    assert snr_db(kit, drums.samples[0]) > 12.0


def test_channels_keep_their_place():
    kit, tone = hits(kick), sine(440.0, seconds=2.4, amplitude=0.2)
    song = Sound(np.stack([kit + tone, 0.5 * kit - tone, tone]), RATE)
    drums, _ = split_drums(song)
    assert snr_db(kit, drums.samples[0]) > 10.0
    assert snr_db(0.5 * kit, drums.samples[1]) > 10.0
    assert share_db(drums.samples[2], kit) < -20.0


def test_a_long_song_is_taken_part_by_part_without_a_seam(monkeypatch, rng):
    rate = 8_000
    song = Sound(
        0.1 * rng.standard_normal((1, 8 * rate)) + sine(300.0, seconds=8.0, rate=rate), rate
    )
    parts, _ = split_drums(song)
    monkeypatch.setattr("ctxaudio.analysis.percussion._PART_S", 8.0)
    whole, _ = split_drums(song)
    assert snr_db(whole.samples, parts.samples) > 90.0


@pytest.mark.parametrize("block", [50, 1_000])
def test_what_is_looked_at_together_changes_nothing(monkeypatch, block):
    rate = RATE // 5
    kit = np.tile(hits(kick)[::5], 2)
    tone = sine(300.0, seconds=len(kit) / rate, rate=rate, amplitude=0.2)
    song = Sound((0.5 * kit + tone)[None], rate)
    whole, _ = split_drums(song)
    assert snr_db(0.5 * kit, whole.samples[0]) > 5.0
    for module in ("low_drums", "clicks"):
        monkeypatch.setattr(f"ctxaudio.analysis.{module}._BLOCK", block)
    parts, _ = split_drums(song)
    assert snr_db(whole.samples, parts.samples) > 120.0
