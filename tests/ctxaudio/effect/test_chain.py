"""From examples to shifted sound: what comes out follows from what was taught, and only from it."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import ContextShift, DataError, Example, Sound, recall_field, tape_example
from tests.support.signals import (
    RATE,
    cents,
    chord,
    chord_errors_cents,
    inside,
    melody,
    mono,
    sine,
    snr_db,
    tone,
    with_noise,
)


@pytest.mark.parametrize("context", [-24.0, -12.0, -5.0, -1.0, 0.5, 5.0, 12.0, 24.0])
def test_tones_are_shifted_by_what_was_asked(taught_tones, tones, context):
    errors = np.abs(chord_errors_cents(taught_tones(tones, context), context))
    assert np.median(errors) <= 2.0
    assert errors.max() <= 2.0


@pytest.mark.parametrize("hz", [20.0, 27.3, 18_500.0, 19_500.0, 20_000.0])
def test_a_lone_tone_at_either_end_of_hearing_is_shifted_too(hz):
    song = mono(sine(hz, seconds=1.5), RATE)
    context = 7.0 if hz < 100.0 else -7.0
    expected_hz = hz * 2.0 ** (context / 12.0)
    shifted = ContextShift.teach(song)(song, context)
    found_hz, amplitude = tone(inside(shifted.samples[0], RATE // 3), expected_hz)
    assert abs(cents(found_hz, expected_hz)) < 3.0
    assert abs(20.0 * np.log10(amplitude / 0.5)) < 0.5


def test_context_0_gives_the_song_back(taught_tones, tones, taught_tune, tune):
    assert snr_db(tones.samples, taught_tones(tones, 0.0).samples) > 120.0
    assert snr_db(tune.samples, taught_tune(tune, 0.0).samples) > 120.0


def test_examples_labelled_twice_what_they_are_shift_by_half(tones):
    examples = [tape_example(tones, s, context=2.0 * s) for s in (-1.0, 1.0)]
    effect = ContextShift.teach(tones, examples)
    for context in (-10.0, 5.0, 14.0):
        assert np.abs(chord_errors_cents(effect(tones, context), context / 2.0)).max() <= 2.0


def test_examples_labelled_the_other_way_round_shift_the_other_way(tones):
    examples = [tape_example(tones, s, context=-s) for s in (-1.0, 1.0)]
    shifted = ContextShift.teach(tones, examples)(tones, 5.0)
    assert np.abs(chord_errors_cents(shifted, -5.0)).max() <= 2.0


@pytest.mark.parametrize("other", [2.0, -2.0, 0.5])
def test_one_example_is_enough_for_tones(tones, other):
    effect = ContextShift.teach(tones, [tape_example(tones, other)])
    assert np.abs(chord_errors_cents(effect(tones, 4.0), 4.0)).max() <= 2.0


@pytest.mark.parametrize("name", ["tones", "tune"])
def test_unshifted_copies_teach_that_nothing_moves(name, request):
    song = request.getfixturevalue(name)
    effect = ContextShift.teach(song, [Example(song, -1.0), Example(song, 1.0)])
    for context, at_least_db in ((-1.0, 70.0), (1.0, 70.0), (12.0, 40.0)):
        assert snr_db(song.samples, effect(song, context).samples) > at_least_db
        displacement = recall_field(effect.memory, context).displacement
        assert np.abs(displacement).max() < 0.002 * abs(context)


def test_louder_examples_teach_loudness(tones):
    gains = {-1.0: 10.0 ** (-1.0 / 20.0), 1.0: 10.0 ** (1.0 / 20.0)}
    examples = [Example(Sound(g * tones.samples, RATE), c) for c, g in gains.items()]
    louder = ContextShift.teach(tones, examples)(tones, 6.0).samples
    expected = tones.samples * 10.0 ** (6.0 / 20.0)
    assert snr_db(inside(expected, RATE // 5), inside(louder, RATE // 5)) > 30.0


def test_the_same_input_and_seed_give_the_same_bytes(tune, taught_tune):
    again = ContextShift.teach(Sound(tune.samples.copy(), tune.sample_rate), seed=0)
    assert (
        again.memory.phrases.readouts.weights.tobytes()
        == taught_tune.memory.phrases.readouts.weights.tobytes()
    )
    assert again(tune, 5.0).samples.tobytes() == taught_tune(tune, 5.0).samples.tobytes()


@pytest.mark.parametrize("seed", [1, 31])
def test_another_seed_is_another_network_that_shifts_as_exactly(tones, taught_tones, seed):
    effect = ContextShift.teach(tones, seed=seed)
    assert not np.array_equal(
        effect.memory.phrases.network.bias, taught_tones.memory.phrases.network.bias
    )
    assert np.abs(chord_errors_cents(effect(tones, 12.0), 12.0)).max() <= 2.0


def test_the_order_of_examples_does_not_matter(tune, taught_tune):
    reordered = ContextShift.teach(tune, [tape_example(tune, s) for s in (1.0, -1.0)])
    assert reordered.memory.contexts == taught_tune.memory.contexts == (-1.0, 0.0, 1.0)
    for context in (-12.0, 5.0):
        one, other = (recall_field(e.memory, context) for e in (taught_tune, reordered))
        np.testing.assert_allclose(one.displacement, other.displacement, atol=0.01)
        np.testing.assert_allclose(one.gain, other.gain, atol=0.01)


def test_examples_may_come_one_by_one(tones, taught_tones):
    effect = ContextShift.teach(tones, (tape_example(tones, s) for s in (-1.0, 1.0)))
    assert (
        effect.memory.phrases.readouts.weights.tobytes()
        == taught_tones.memory.phrases.readouts.weights.tobytes()
    )


@pytest.mark.parametrize("context", [-24.0, -1.0, 5.0, 12.0])
def test_a_tune_is_displaced_in_all_bands_alike(taught_tune, context):
    displacement = recall_field(taught_tune.memory, context).displacement
    error_cents = 100.0 * np.abs(displacement - context)
    assert np.median(error_cents) < 0.2 * abs(context)
    assert np.percentile(error_cents, 99) < 0.5 * abs(context)


def test_voices_taught_to_move_apart_move_apart():
    low, high = (
        melody(seed=seed, seconds=3.0, lowest=lowest, highest=lowest + 12, partials=2)
        for seed, lowest in ((3, -30), (4, 24))
    )
    raised = melody(seed=4, seconds=3.0, lowest=24, highest=36, partials=2, semitones=1.0)
    song, version = with_noise(low + high), with_noise(low + raised)
    memory = ContextShift.teach(song, [Example(version, 1.0)]).memory
    displacement = recall_field(memory, 5.0).displacement
    hz = 440.0 * 2.0 ** (memory.bands.centres / 12.0)
    np.testing.assert_allclose(displacement[:, (hz > 75.0) & (hz < 400.0)], 0.0, atol=0.2)
    np.testing.assert_allclose(displacement[:, (hz > 2000.0) & (hz < 6000.0)], 5.0, atol=0.2)


def test_progress_is_told_of_every_frame(tones):
    taught, made = [], []
    effect = ContextShift.teach(tones, progress=taught.append)
    effect(tones, 1.0, progress=made.append)
    assert sum(taught) == effect.memory.phrases.n_frames
    assert sum(made) == effect.n_steps(tones)


@pytest.mark.parametrize(
    ("n_channels", "n_samples", "rate"),
    [(1, 1, 44_100), (2, 2, 8_000), (8, 700, 192_000), (3, 5000, 22_050)],
)
def test_any_sound_can_be_taught_and_shifted(n_channels, n_samples, rate, rng):
    song = Sound(0.1 * rng.standard_normal((n_channels, n_samples)), rate)
    effect = ContextShift.teach(song)
    for context in (-36.0, 0.0, 36.0):
        shifted = effect(song, context)
        assert shifted.samples.shape == song.samples.shape
        assert shifted.sample_rate == rate
        assert np.abs(shifted.samples).max() < 2.0


def test_silence_can_be_taught_and_stays_silent():
    song = mono(np.zeros(20_000))
    effect = ContextShift.teach(song)
    assert np.isfinite(effect.memory.phrases.readouts.weights).all()
    np.testing.assert_array_equal(effect(song, 7.0).samples, 0.0)


@pytest.mark.parametrize("context", [36.1, -40.0, np.inf, -np.inf, np.nan])
def test_a_context_beyond_reach_is_refused(taught_tones, tones, context):
    with pytest.raises(DataError, match=r"the context must lie within ±36, got"):
        taught_tones(tones, context)
    with pytest.raises(DataError, match=r"the context must lie within ±36, got"):
        recall_field(taught_tones.memory, context)


@pytest.mark.parametrize("change", ["sample", "rate", "length", "channels"])
def test_another_song_is_refused(taught_tones, tones, change):
    samples, rate = tones.samples.copy(), RATE
    if change == "sample":
        samples[0, 1000] += 1e-4
    elif change == "rate":
        rate = 48_000
    elif change == "length":
        samples = samples[:, :-1]
    else:
        samples = np.repeat(samples, 2, axis=0)
    with pytest.raises(DataError, match="the memory is of another song"):
        taught_tones(Sound(samples, rate), 5.0)


def test_two_examples_of_one_context_are_refused(tones):
    examples = [tape_example(tones, s, context=1.0) for s in (1.0, 2.0)]
    with pytest.raises(DataError, match=r"needs a context of its own, got \[1.0, 1.0\]"):
        ContextShift.teach(tones, examples)


def test_no_examples_are_refused(tones):
    with pytest.raises(DataError, match="at least one example is needed"):
        ContextShift.teach(tones, [])


def test_an_example_of_another_length_or_rate_is_refused(tones):
    longer = chord(seconds=5.0)
    with pytest.raises(DataError, match=r"context \+1 must run in step .* 1.8 s longer"):
        ContextShift.teach(tones, [Example(longer, 1.0)])
    with pytest.raises(DataError, match=r"must have the song's sample rate, 44100 Hz, got 48000"):
        ContextShift.teach(tones, [Example(Sound(tones.samples, 48_000), 1.0)])
    # A tape version whose speed is not told does not fit either, once it is long enough to tell.
    long = mono(sine(440.0, seconds=10.0))
    untold = tape_example(long, 1.0)
    with pytest.raises(DataError, match=r"must run in step .* shorter"):
        ContextShift.teach(long, [Example(untold.sound, 1.0)])
