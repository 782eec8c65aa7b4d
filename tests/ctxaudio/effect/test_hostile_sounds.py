"""Sounds of odd shapes, rates, lengths and values: shifted without a warning, whole and finite."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import ctxaudio.memory.song_memory
from ctxaudio import ContextShift, DataError, Example, Sound
from rnn import draw_reservoir
from tests.support.command import notes


@pytest.fixture(scope="module", autouse=True)
def one_small_network():
    """How large the network is makes no difference to a sound; to draw and teach it takes longer
    than all the rest."""

    @cache
    def drawn(config):
        return draw_reservoir(replace(config, n_units=40), rng=np.random.default_rng(0))

    with mock.patch.object(
        ctxaudio.memory.song_memory, "draw_reservoir", lambda config, rng: drawn(config)
    ):
        yield


def noise(shape, rng):
    return rng.standard_normal(shape)


def constant(shape, rng):
    return np.ones(shape)


def click(shape, rng):
    samples = np.zeros(shape)
    samples[..., shape[1] // 2] = 1.0
    return samples


def square(shape, rng):
    return np.sign(np.sin(np.arange(shape[1]) * rng.uniform(0.01, 3.0)))[None] * np.ones(shape)


def alternating(shape, rng):
    return np.resize([1.0, -1.0], shape[1])[None] * np.ones(shape)


def one_channel(shape, rng):
    samples = np.zeros(shape)
    samples[-1] = rng.uniform(-1.0, 1.0, shape[1])
    return samples


def of_all_sizes(shape, rng):
    return rng.choice([-1.0, 1.0], shape) * 10.0 ** rng.uniform(-40.0, 0.0, shape)


WAVES = (noise, constant, click, square, alternating, one_channel, of_all_sizes)
LEVELS = (1.0, 0.0, 1e-3, 1e-30, 1e-38, 1e-44, 1e30)


@settings(max_examples=20)
@given(
    wave=st.sampled_from(WAVES),
    level=st.sampled_from(LEVELS),
    channels=st.integers(1, 8),
    n=st.one_of(st.integers(1, 10), st.integers(1, 5_000)),
    rate=st.one_of(st.integers(8_000, 192_000), st.sampled_from([8_000, 44_100, 192_000])),
    context=st.one_of(st.floats(-36.0, 36.0), st.sampled_from([-36.0, 0.0, 5e-324, 36.0])),
    seed=st.integers(0, 2**32 - 1),
)
@example(noise, 1.0, 8, 5_000, 192_000, 36.0, 0)
@example(constant, 1e30, 1, 5_000, 8_000, -36.0, 0)
@example(of_all_sizes, 1e-38, 2, 1, 44_100, 12.0, 0)
@example(noise, 0.0, 2, 3_000, 44_100, 7.0, 0)
def test_any_sound_is_shifted_to_a_finite_sound_of_its_shape(
    wave, level, channels, n, rate, context, seed
):
    samples = level * wave((channels, n), np.random.default_rng(seed))
    song = Sound(samples.astype(np.float32), rate)
    made = ContextShift.teach(song)(song, context)
    assert made.samples.shape == song.samples.shape
    assert made.samples.dtype == np.float32
    assert made.sample_rate == rate
    assert np.isfinite(made.samples).all()
    if level == 0.0:
        assert not made.samples.any()


@settings(max_examples=15)
@given(
    bits=st.sampled_from([8, 16, 24, 32]),
    channels=st.integers(1, 8),
    n=st.integers(1, 2_000),
    seed=st.integers(0, 2**32 - 1),
)
def test_integers_of_full_scale_are_shifted_by_0_to_themselves(bits, channels, n, seed):
    limit = 2 ** (bits - 1)
    integers = np.random.default_rng(seed).integers(-limit, limit, (channels, n), endpoint=False)
    song = Sound(integers / limit, 22_050)
    made = ContextShift.teach(song)(song, 0.0).samples
    assert np.abs(made - song.samples).max() <= 2.0**-17


@pytest.mark.parametrize("context", [np.nan, np.inf, -np.inf, 36.001, -1e300])
def test_a_context_beyond_the_limit_is_refused(context):
    song = notes(seconds=0.1)
    effect = ContextShift.teach(song)
    with pytest.raises(DataError, match="context must lie within ±36"):
        effect(song, context)


@settings(max_examples=15)
@given(
    contexts=st.lists(st.sampled_from([-1.0, 0.0, 1.0, np.nan, 1e300, 1e-300]), max_size=3),
    rate=st.sampled_from([8_000, 8_001]),
    n=st.sampled_from([1, 799, 800, 5_000, 40_000]),
)
def test_examples_of_any_kind_teach_or_are_refused(contexts, rate, n):
    song = notes(seconds=0.1)
    try:
        version = Sound(np.resize(song.samples, (1, n)), rate)
        effect = ContextShift.teach(song, [Example(version, context) for context in contexts])
        made = effect(song, 5.0)
    except DataError:
        return
    assert made.samples.shape == song.samples.shape
