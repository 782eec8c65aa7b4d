"""Decimation: what a lower rate holds is as it was, and what it does not hold is gone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxaudio.synthesis.decimation import decimate, factor_for, margin_of

RATE = 44_100
FACTORS = [2, 4, 8]


def tone(share, factor, n_samples=6_000):
    """A sine at a share of the lower rate's Nyquist frequency, at every sample."""
    return np.sin(np.pi * share / factor * np.arange(n_samples) + 0.3).astype(np.float32)


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("share", [0.001, 0.3, 0.7])
def test_what_a_lower_rate_is_used_for_is_as_it_was(factor, share):
    samples = tone(share, factor)
    low, begin = decimate(samples[None], 0, factor)
    np.testing.assert_allclose(low[0], samples[begin * factor :: factor][: low.shape[1]], atol=1e-5)


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("share", [1.3, 1.9])
def test_nothing_else_is_taken_for_it(factor, share):
    low, _ = decimate(tone(share, factor)[None], 0, factor)
    assert np.abs(low).max() < 1e-5


@settings(max_examples=30)
@given(
    factor=st.sampled_from(FACTORS),
    first=st.integers(-1_000, 1_000),
    begin=st.integers(0, 1_000),
    length=st.integers(0, 1_000),
)
def test_a_part_gives_the_same_as_the_whole(factor, first, begin, length):
    whole = np.random.default_rng(0).standard_normal((2, 2_000)).astype(np.float32)
    low, low_first = decimate(whole, first, factor)
    part, part_first = decimate(whole[:, begin : begin + length], first + begin, factor)
    n_samples = part.shape[1]
    assert n_samples >= (length - 2 * margin_of(factor)) // factor - 1
    offset = part_first - low_first
    np.testing.assert_array_equal(part, low[:, offset : offset + n_samples])


@given(st.floats(20.0, 20_000.0), st.sampled_from([8_000, 44_100, 192_000]))
def test_a_rate_is_reduced_as_far_as_it_holds_what_is_looked_at(highest_hz, rate):
    factor = factor_for(highest_hz, rate)
    assert factor == 1 or highest_hz <= 0.7 * rate / (2 * factor)
    assert factor == 8 or highest_hz > 0.7 * rate / (4 * factor)
