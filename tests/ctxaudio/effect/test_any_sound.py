"""An effect for sounds that nobody has heard before, such as a microphone's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio import ContextShift, DataError, Example, Sound, recall_field
from ctxaudio.analysis.frames import INPUT_WINDOW_S, FrameConfig
from ctxaudio.effect.stream import Voice
from ctxaudio.memory.song_memory import for_any_sound
from ctxaudio.synthesis.preparation import PreparationState, prepare
from tests.support.signals import LOW_RATE, chord, chord_errors_cents, snr_db
from tests.support.streaming import streamed


@pytest.fixture(scope="module")
def memory(duet):
    return ContextShift.teach(duet).memory


@pytest.mark.parametrize("rate", [8_000, 48_000])
@pytest.mark.parametrize("context", [-7.0, 7.0])
def test_what_was_learned_of_a_song_shifts_another_sound(taught_tune, rate, context):
    effect = ContextShift.for_input(taught_tune.memory, rate, context)
    sound = chord(seconds=0.8, rate=rate)
    shifted = Sound(streamed(effect, sound.samples, range(0, sound.samples.shape[1], 3_333)), rate)
    assert np.abs(chord_errors_cents(shifted, context)).max() < 1.0


def test_input_is_at_the_memorys_rate_unless_told_otherwise(taught_tune, memory):
    assert ContextShift.for_input(taught_tune.memory).memory.sample_rate == 22_050
    assert ContextShift.for_input(memory).memory.sample_rate == LOW_RATE
    assert ContextShift.for_input(memory, 96_000).memory.sample_rate == 96_000


@given(rate=st.integers(8_000, 192_000))
def test_input_is_60_ms_late_at_most(memory, rate):
    late = ContextShift.for_input(memory, rate).latency_samples
    assert late == FrameConfig.for_rate(rate, INPUT_WINDOW_S).window - 1
    assert 0.04 * rate < late < 0.06 * rate


def test_input_is_given_back_at_context_0(taught_tune, duet):
    effect = ContextShift.for_input(taught_tune.memory, LOW_RATE)
    late = effect.latency_samples
    assert snr_db(duet.samples[:, :-late], effect.process(duet.samples)[:, late:]) > 120.0


@pytest.mark.parametrize("context", [-5.0, 7.0])
def test_unshifted_copies_teach_that_input_is_not_moved(duet, context):
    taught = ContextShift.teach(duet, [Example(duet, -1.0), Example(duet, 1.0)])
    effect = ContextShift.for_input(taught.memory, 48_000, context)
    late = effect.latency_samples
    sound = chord(seconds=0.8, rate=48_000)
    made = effect.process(sound.samples)
    assert snr_db(sound.samples[:, :-late], made[:, late:]) > 60.0


@pytest.mark.parametrize("frame", [128, 128 * 10**9, 2**63 - 1024])
def test_input_never_ends(memory, rng, frame):
    voice = Voice.of(for_any_sound(memory, LOW_RATE))
    window = voice.memory.frames.window
    length = 299 * voice.memory.frames.hop + window
    samples = 0.1 * rng.standard_normal((1, length)).astype(np.float32)
    start = PreparationState.begin(0, voice.resolution)
    (steps,), _ = prepare(samples, 300, voice.resolution, start)
    moving = np.repeat([5.0, -7.0, 5.0], 100)
    at_first, _ = voice.make(steps, moving, voice.begin(1, 0, 5.0, 0))
    at_last, end = voice.make(steps, moving, voice.begin(1, frame, 5.0, 0))
    np.testing.assert_array_equal(at_last, at_first)
    assert end.frame == frame + 300


def test_an_effect_for_any_sound_has_no_whole_song(taught_tune, tune):
    effect = ContextShift.for_input(taught_tune.memory)
    with pytest.raises(DataError, match="of no song in particular"):
        effect(tune, 5.0)
    with pytest.raises(DataError, match="of no song in particular"):
        recall_field(effect.memory, 5.0)


@pytest.mark.parametrize("rate", [0, -5, 7_999, 10**9, np.nan])
def test_an_effect_for_any_sound_needs_the_rate_of_one(taught_tune, rate):
    with pytest.raises(DataError, match="expected a sample rate"):
        ContextShift.for_input(taught_tune.memory, rate)
