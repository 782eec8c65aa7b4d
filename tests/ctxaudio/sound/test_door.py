"""What a sample may be is decided where it enters: one door, whatever the array and the rate."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio import ContextShift, DataError, Sound
from ctxaudio.sound.door import as_floats
from tests.support.signals import LOW_RATE, mono, sine

RATES = (8_000, np.int64(8_000), np.uint16(8_000), 8_000.0, np.float32(8_000.0))
NO_RATES = (8_000.5, np.float64(44_100.1), "44100", True, None, 1j, Fraction(44_100), [44_100])
NO_SAMPLES = {
    "complex": (np.ones((1, 5), complex), "complex128. Did you pass a spectrum"),
    "bool": (np.ones((1, 5), bool), "bool. Did you pass a mask"),
    "text": (np.array([["1", "2"]]), "<U1. Did you pass text"),
    "bytes": (np.array([[b"1", b"2"]]), "|S1. Did you pass text"),
    "objects": (np.array([[0.5, None]]), "object. Did you pass"),
    "numbers as objects": (np.array([[0.5, 0.25]], object), "object. Did you pass"),
    "spans of time": (np.ones((1, 5), "m8[s]"), "timedelta64[s]. Did you pass times"),
    "times": (np.ones((1, 5), "M8[s]"), "datetime64[s]. Did you pass times"),
    "records": (np.ones((1, 5), "f4,f4"), "Did you pass a record array"),
    "int64": (np.ones((1, 5), np.int64), "int64. Only integers of 8, 16 and 32 bits"),
    "uint16": (np.ones((1, 5), np.uint16), "uint16. Only unsigned integers of 8 bits"),
    "masked": (np.ma.masked_equal([[0.0, 0.5]], 0.5), "must not be masked"),
    "ragged": ([[0.5], [0.5, 0.5]], "channels of unequal length"),
}
ways_in = pytest.mark.parametrize(
    "take",
    [
        Sound,
        Sound.from_array,
        pytest.param(lambda block, _: as_floats(block), id="as_floats"),
    ],
)


@ways_in
@pytest.mark.parametrize("kind", NO_SAMPLES)
def test_what_holds_no_samples_is_refused_with_its_cause(take, kind):
    samples, cause = NO_SAMPLES[kind]
    with pytest.raises(DataError, match=re.escape(cause)) as refused:
        take(samples, LOW_RATE)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("kind", NO_SAMPLES)
def test_a_block_goes_through_the_same_door(taught_tune, kind):
    samples, cause = NO_SAMPLES[kind]
    with pytest.raises(DataError, match=re.escape(cause)):
        ContextShift(taught_tune.memory).process(samples)


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", ">i2", "i4", ">i4"])
def test_integers_are_scaled_by_their_full_scale(dtype):
    info = np.iinfo(dtype)
    middle = 128 if info.min == 0 else 0
    integers = np.array([info.min, middle, middle + (info.max + 1 - middle) // 2, info.max], dtype)
    last = 1.0 - 1.0 / (info.max + 1 - middle)
    found = Sound.from_array(integers, LOW_RATE).samples
    np.testing.assert_array_equal(found, np.float32([[-1.0, 0.0, 0.5, last]]))
    with pytest.raises(DataError, match=r"Sound\.from_array scales integers"):
        Sound(integers[None], LOW_RATE)


@pytest.mark.parametrize("dtype", ["f2", "f4", ">f4", "f8", "g"])
def test_floats_are_taken_as_they_are(dtype):
    samples = np.array([[0.5, -2.0, 0.0]], dtype)
    for sound in (Sound(samples, LOW_RATE), Sound.from_array(samples, LOW_RATE)):
        assert sound.samples.dtype == np.float32
        np.testing.assert_array_equal(sound.samples, np.float32(samples))


def test_a_layout_is_told_not_guessed(rng):
    samples = rng.uniform(-1.0, 1.0, (2, 5)).astype(np.float32)
    first = Sound.from_array(samples, LOW_RATE)
    last = Sound.from_array(samples.T, LOW_RATE, layout="channels_last")
    np.testing.assert_array_equal(first.samples, samples)
    np.testing.assert_array_equal(last.samples, samples)
    for layout in ("channels_first", "channels_last"):
        one = Sound.from_array(samples[0], LOW_RATE, layout=layout)
        np.testing.assert_array_equal(one.samples, samples[:1])
    with pytest.raises(DataError, match="layout must be one of channels_first, channels_last, got"):
        Sound.from_array(samples, LOW_RATE, layout="CT")


@pytest.mark.parametrize(
    ("shape", "cause"),
    [
        ((500, 2), "got 500. Is the layout the other one"),
        ((3, 1, 5), "batch"),
        ((1, 1, 1, 5), "one sound at a time"),
        ((), "one sound at a time"),
        ((0,), "no samples"),
        ((2, 0), "no samples"),
        ((0, 5), "got 0"),
    ],
)
def test_a_shape_that_is_no_sound_is_refused_with_its_cause(shape, cause):
    with pytest.raises(DataError, match=cause) as refused:
        Sound.from_array(np.zeros(shape), LOW_RATE)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_sound_owns_what_it_was_given(dtype, order):
    given_samples = np.array([[0.1, 0.2], [0.3, 0.4]], dtype, order=order)
    sound = Sound(given_samples, LOW_RATE)
    before = sound.samples.copy(), sound.fingerprint()
    given_samples[:] = np.nan
    np.testing.assert_array_equal(sound.samples, before[0])
    assert sound.fingerprint() == before[1]
    with pytest.raises(ValueError, match="read-only"):
        sound.samples[0, 0] = 0.0


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: type(rate).__name__)
def test_a_rate_is_one_int_whatever_it_came_as(rate):
    sound = Sound(np.ones((1, 4)), rate)
    assert type(sound.sample_rate) is int
    # As it has been since the first memory was saved.
    assert sound.fingerprint() == (
        "795e1bb0dff86f4f8ea95907389d7bf22117fb8f497a52cebc563a22f4b9d9ef"
    )


@pytest.mark.parametrize("rate", NO_RATES, ids=repr)
def test_what_is_no_rate_is_refused(rate):
    with pytest.raises(DataError, match=r"expected a sample rate of .*, got ") as refused:
        Sound(np.zeros((1, 5)), rate)
    assert str(refused.value).isprintable()


@given(st.floats(8_000.0, 192_000.0))
def test_a_rate_is_never_rounded(rate):
    if rate.is_integer():
        assert Sound(np.zeros((1, 1)), rate).sample_rate == rate
    else:
        with pytest.raises(DataError, match=r"sample rate of whole Hz, got"):
            Sound(np.zeros((1, 1)), rate)


def test_an_effect_for_input_has_a_rate_that_is_an_int(taught_tune):
    effect = ContextShift.for_input(taught_tune.memory, np.float64(48_000.0))
    assert type(effect.memory.sample_rate) is int
    with pytest.raises(DataError, match="whole Hz"):
        ContextShift.for_input(taught_tune.memory, 44_100.5)


# An array with its rate, beside a sound


@pytest.fixture(scope="module")
def effect_and_song():
    song = mono(sine(440.0, seconds=0.4, rate=LOW_RATE), LOW_RATE)
    return ContextShift.teach(song), song


@pytest.mark.parametrize("context", [0.0, 5.0])
def test_an_array_is_shifted_as_its_sound_is(effect_and_song, context):
    effect, song = effect_and_song
    expected = effect(song, context).samples
    for array, layout in (
        (song.samples, "channels_first"),
        (song.samples.T, "channels_last"),
        (song.samples[0], "channels_first"),
        (song.samples[0].tolist(), "channels_last"),
    ):
        made = effect(array, LOW_RATE, context, layout=layout)
        assert made.shape == np.shape(array)
        assert made.dtype == np.float32
        np.testing.assert_array_equal(made.ravel(), expected[0])
    by_name = effect(song.samples, sample_rate=float(LOW_RATE), context=context)
    np.testing.assert_array_equal(by_name, expected)


@pytest.mark.parametrize("context", [0.0, 5.0])
def test_what_comes_out_is_never_the_callers_own_array(effect_and_song, context):
    effect, song = effect_and_song
    array = song.samples.copy()
    made = effect(array, LOW_RATE, context)
    assert not np.shares_memory(made, array)
    made[:] = 9.0  # the caller may do with it what he likes
    np.testing.assert_array_equal(array, song.samples)
    assert not effect(song, context).samples.flags.writeable


def test_an_array_without_its_rate_or_a_misspelt_option_is_a_type_error(effect_and_song):
    effect, song = effect_and_song
    for call in (
        lambda: effect(song.samples, 5.0),
        lambda: effect(song),
        lambda: effect(song, 5.0, 5.0),
        lambda: effect(song, 5.0, contxt=5.0),
        lambda: effect(song, 5.0, layout="channels_last"),
    ):
        with pytest.raises(TypeError):
            call()
