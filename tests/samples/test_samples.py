"""The sample recordings, shifted: where phrases meet, nothing is heard of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ctxaudio import ContextShift, Sound, load_sound, recall_field
from tests.support.signals import moved

SAMPLES = Path(__file__).parents[2] / "samples"
NAMES = ("fantaisie", "band", "voice")
SECONDS = 6

recordings = pytest.mark.parametrize("name", NAMES)
contexts = pytest.mark.parametrize("context", [-5.0, 5.0])


@cache
def song(name):
    whole, _ = load_sound(SAMPLES / f"{name}.flac")
    return Sound(whole.samples[:, : SECONDS * whole.sample_rate], whole.sample_rate)


@cache
def effect(name):
    return ContextShift.teach(song(name))


@cache
def shifted(name, context):
    return effect(name)(song(name), context)


def borders(name):
    """First frame of each phrase but the first."""
    phrases = effect(name).memory.phrases
    return np.arange(phrases.clock.n_frames, phrases.n_frames, phrases.clock.n_frames)


def near_borders(name, n, reach):
    """Which of n steps between frames lie within ``reach`` frames of a border."""
    distance = np.abs(np.arange(n)[:, None] + 0.5 - borders(name) + 0.5)
    return distance.min(axis=1) <= reach


def level_steps_db(name, samples):
    """How much more the level steps from frame to frame than it does in the original."""

    def steps(sound):
        hop = effect(name).memory.frames.hop
        n = sound.shape[1] // hop
        power = np.square(sound[:, : n * hop], dtype=np.float64).reshape(len(sound), n, hop)
        power = power.mean(axis=(0, 2))
        return np.diff(10.0 * np.log10(power + 1e-4 * power.mean()))

    return np.abs(steps(samples) - steps(song(name).samples))


def roughness(name, samples):
    """Largest third difference in each frame, over that of the frames around it."""
    hop = effect(name).memory.frames.hop
    rough = np.abs(np.diff(samples.astype(np.float64), n=3, axis=1)).max(axis=0)
    n = len(rough) // hop
    loudest = rough[: n * hop].reshape(n, hop).max(axis=1)
    around = np.stack([np.roll(loudest, shift) for shift in (-4, -3, -2, 2, 3, 4)])
    return loudest / (around.max(axis=0) + 1e-3 * loudest.max())


@cache
def without_phrases(name, context):
    """The same shift by the generator alone, which knows of no phrases."""
    return moved(song(name), context).samples


def stand_out(name, context, samples):
    """Whether anything at a phrase border is further out than everything elsewhere and than what
    the music itself does there when it is shifted without a memory."""
    found = []
    for measured in (level_steps_db, roughness):
        values, plain = (measured(name, s) for s in (samples, without_phrases(name, context)))
        near = near_borders(name, len(values), reach=4)
        assert near.sum() >= 8 * len(borders(name)) - 1
        found.append(values[near].max() > max(values[~near].max(), 1.1 * plain[near].max()))
        found.append(np.median(values[near]) > 1.25 * np.median(plain[near]))
    return any(found)


@recordings
@contexts
def test_phrase_borders_do_not_stand_out(name, context):
    assert len(borders(name)) >= 3
    assert not stand_out(name, context, shifted(name, context).samples)


@recordings
@pytest.mark.parametrize("fault", ["click", "gap", "jump"])
def test_a_fault_at_a_border_would_be_noticed(name, fault):
    samples = shifted(name, 5.0).samples.copy()
    at = int(borders(name)[-1]) * effect(name).memory.frames.hop
    if fault == "click":
        samples[:, at] += 0.5
    elif fault == "gap":
        samples[:, at : at + 512] = 0.0
    else:
        samples[:, at:] *= 0.1
    assert stand_out(name, 5.0, samples)


@recordings
@contexts
def test_the_recalled_field_does_not_jump_at_phrase_borders(name, context):
    field = recall_field(effect(name).memory, context)
    for course, limit in ((100.0 * field.displacement, 2.0), (field.gain, 0.1)):
        steps = np.abs(np.diff(course, axis=0)).max(axis=1)
        at = borders(name) - 1
        elsewhere = np.delete(steps, at)
        assert steps[at].max() < limit
        assert steps[at].max() <= max(elsewhere.max(), 0.1 * limit)


@recordings
@contexts
def test_recordings_are_displaced_by_what_was_asked(name, context):
    displacement = recall_field(effect(name).memory, context).displacement
    error_cents = 100.0 * np.abs(displacement - context)
    assert np.median(error_cents) < 1.0
    assert error_cents.max() < 5.0


@recordings
@contexts
def test_recordings_keep_their_length_level_and_silences(name, context):
    original, result = song(name).samples, shifted(name, context).samples
    assert result.shape == original.shape
    assert np.isfinite(result).all()
    change_db = 10.0 * np.log10(np.mean(result**2) / np.mean(original**2))
    assert abs(change_db) < 2.0


@recordings
def test_recordings_are_given_back_next_to_context_0(name):
    original = song(name)  # at 0 itself nothing is moved, and nothing is rounded
    error = shifted(name, 1e-12).samples.astype(np.float64) - original.samples
    assert 10.0 * np.log10(np.mean(original.samples**2) / np.mean(error**2)) > 120.0
