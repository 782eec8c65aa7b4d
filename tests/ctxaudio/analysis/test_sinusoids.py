"""A sinusoidal model is in phase with its sound, begins with it, and keeps its channels."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import Sound
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.analysis.partials import N_SLOTS, find_partials
from ctxaudio.analysis.sinusoids import NO_ATTACK, SILENT_DB, Onsets, Sinusoids, sinusoids
from ctxaudio.synthesis.oscillators import BankState, bank_of, oscillate
from tests.support.signals import LOW_RATE, RATE, chord, inside, melody, mono, power_db, sine

NONE = np.zeros(0, np.int64)


def partials_of(sound, frames):
    parts = list(find_partials(sound, frames))
    hertz = np.concatenate([part.hertz for part in parts])
    value = np.concatenate([part.value for part in parts], axis=1)
    window = np.concatenate([part.window for part in parts])
    return hertz, np.moveaxis(value, 0, 2), window


def model_of(sound, onsets=NONE):
    frames = FrameConfig.for_rate(sound.sample_rate)
    begins = Onsets(onsets, np.ones(len(onsets), bool))
    parts = sinusoids(*partials_of(sound, frames), begins, frames, sound.sample_rate)
    return Sinusoids(*map(np.concatenate, zip(*parts, strict=True)))


def sung(model, sound):
    """What oscillators make of it, as long as the sound (channel, time)."""
    frames = FrameConfig.for_rate(sound.sample_rate)
    silent = np.zeros((2, model.pitch.shape[1]))
    rest = Sinusoids(silent, silent + SILENT_DB, silent, silent, np.full(2, NO_ATTACK))
    whole = Sinusoids(*map(np.concatenate, zip(model, rest, strict=True)))
    bank = bank_of(whole, frames.hop, sound.sample_rate, sound.n_channels)
    state = BankState.zeros(N_SLOTS)
    return oscillate(bank, frames.hop, sound.sample_rate, state)[0][:, : sound.n_samples]


def residual_db(sound, model, margin):
    left = sung(model, sound) - sound.read(0, sound.n_samples)
    return power_db(inside(left, margin)) - power_db(inside(sound.read(0, sound.n_samples), margin))


@pytest.mark.parametrize("rate", [LOW_RATE, RATE])
def test_oscillators_are_in_phase_with_a_steady_chord(rate):
    sound = chord(seconds=1.0, rate=rate)
    assert residual_db(sound, model_of(sound), rate // 4) < -40.0


@pytest.mark.parametrize(("hz_s", "most_db"), [(10.0, -40.0), (100.0, -16.0)])
def test_oscillators_are_in_phase_with_a_glide(hz_s, most_db):
    """As far as a window tells: the faster one glides, the more it sees of it at once."""
    time_s = np.arange(2 * RATE) / RATE
    sound = mono(0.5 * np.sin(2.0 * np.pi * (400.0 * time_s + 0.5 * hz_s * time_s**2)))
    assert residual_db(sound, model_of(sound), RATE // 5) < most_db


def test_oscillators_are_in_phase_with_vibrato():
    time_s = np.arange(2 * RATE) / RATE
    bent = time_s + 0.0002 * np.sin(2.0 * np.pi * 5.0 * time_s)
    sound = mono(0.5 * np.sin(2.0 * np.pi * 440.0 * bent))
    assert residual_db(sound, model_of(sound), RATE // 5) < -25.0


@pytest.mark.parametrize("gain", [1.0, 0.3, -0.3, -1.0])
def test_channels_come_back_in_phase_and_in_antiphase(gain):
    tone = sine(523.0, rate=LOW_RATE, phase=1.0)
    sound = Sound(np.stack([tone, gain * tone]), LOW_RATE)
    model = model_of(sound)
    assert residual_db(sound, model, LOW_RATE // 8) < -40.0
    pan = model.pan[model.level_db > -20.0]
    assert np.ptp(pan) < 1e-3
    turns = np.arctan2(gain, 1.0) / (2.0 * np.pi)
    assert np.abs(np.sin(2.0 * np.pi * (2.0 * (pan.mean() - turns)))).max() < 1e-3


def test_a_tone_that_goes_from_side_to_side_does_so_in_the_model():
    place = np.linspace(0.0, np.pi / 2.0, LOW_RATE)
    tone = sine(600.0, rate=LOW_RATE)
    sound = Sound(np.stack([np.cos(place) * tone, np.sin(place) * tone]), LOW_RATE)
    assert residual_db(sound, model_of(sound), LOW_RATE // 8) < -30.0


@pytest.mark.parametrize("at_s", [0.4, 0.4037, 0.409])
@pytest.mark.parametrize("hz", [523.0, 4_000.0])
def test_an_attack_is_where_its_onset_is(at_s, hz):
    onset = round(at_s * RATE)
    samples = sine(hz)
    samples[:onset] = 0.0
    made = sung(model_of(mono(samples), np.array([onset])), mono(samples))[0]
    millisecond = RATE // 1000
    assert np.abs(made[: onset - millisecond]).max() < 0.005
    after = made[onset + millisecond : onset + RATE // 10]
    assert abs(power_db(after) - power_db(sine(hz))) < 0.5


def test_without_an_onset_an_attack_is_heard_before_it_comes():
    """What is sharpened, so that the test above tests anything."""
    onset = round(0.4 * RATE)
    samples = sine(523.0)
    samples[:onset] = 0.0
    made = sung(model_of(mono(samples)), mono(samples))[0]
    assert np.abs(made[: onset - RATE // 100]).max() > 0.05


def test_attacks_are_told_in_hops():
    sound = chord(seconds=0.5, rate=LOW_RATE)
    hop = FrameConfig.for_rate(LOW_RATE).hop
    attack = model_of(sound, np.array([3 * hop, 10 * hop + hop // 4])).attack
    assert attack[[3, 10]].tolist() == [0.0, 0.25]
    assert (np.delete(attack, [3, 10]) == NO_ATTACK).all()


def test_what_is_over_before_three_frames_is_left_out():
    frames = FrameConfig.for_rate(LOW_RATE)
    hertz = np.zeros((40, 4))
    for slot, n_frames in enumerate((1, 2, 3, 4)):
        hertz[20 : 20 + n_frames, slot] = 500.0
    value = np.where(hertz > 0.0, 0.5, 0.0)[..., None].astype(np.complex64)
    window = np.full(hertz.shape, frames.window)
    none = Onsets(NONE, np.zeros(0, bool))
    (made,) = sinusoids(hertz, value, window, none, frames, LOW_RATE)
    is_on = made.level_db > SILENT_DB
    assert is_on.sum(axis=0).tolist() == [0, 0, 3, 4]


@pytest.mark.parametrize("block", [16, 33])
def test_blocks_do_not_matter(block, monkeypatch):
    samples = melody(seed=2, seconds=1.0, rate=LOW_RATE)
    sound = Sound(np.stack([samples, -0.5 * np.roll(samples, 40)]), LOW_RATE)
    onsets = np.arange(4) * LOW_RATE // 4 + 100
    whole = model_of(sound, onsets)
    monkeypatch.setattr("ctxaudio.analysis.sinusoids._BLOCK", block)
    for ours, theirs in zip(model_of(sound, onsets), whole, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_silence_has_none():
    model = model_of(Sound(np.zeros((2, 1_000)), LOW_RATE))
    assert (model.level_db == SILENT_DB).all()
    assert not sung(model, Sound(np.zeros((2, 1_000)), LOW_RATE)).any()


@pytest.mark.parametrize("phase", np.linspace(0.0, 2.0 * np.pi, 8, endpoint=False))
def test_one_channel_has_no_pan_and_every_phase(phase):
    """Nothing but its phase says where a partial of one channel begins."""
    sound = mono(sine(523.0, rate=LOW_RATE, phase=phase), LOW_RATE)
    model = model_of(sound)
    assert np.abs(model.pan[model.level_db > SILENT_DB]).max() < 1e-6
    assert residual_db(sound, model._replace(pan=np.zeros_like(model.pan)), LOW_RATE // 8) < -40.0
