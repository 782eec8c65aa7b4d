"""Highest values and averages over time are scipy's, to the last digit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ctxaudio.analysis.highest import highest, highest_around
from ctxaudio.analysis.registration import _over_time


@pytest.mark.parametrize("width", [1, 2, 3, 7, 8, 20])
@pytest.mark.parametrize("n", [20, 21, 100])
def test_the_highest_are_scipys(rng, n, width):
    values = rng.standard_normal(n)
    centred = maximum_filter1d(values, width)
    np.testing.assert_array_equal(highest_around(values, width), centred)
    whole = centred[width // 2 : n - (width - 1) // 2]
    np.testing.assert_array_equal(highest(values, width), whole)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_around_fewer_than_are_asked_for(rng, n):
    values = rng.standard_normal(n)
    assert highest_around(values, 9).tolist() == ([values.max()] * n if n else [])


@pytest.mark.parametrize("width", [0.7, 2.0, 31.4])
@pytest.mark.parametrize("n", [4, 5, 200])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_averages_over_time_are_scipys(rng, n, width, dtype):
    values = rng.standard_normal((n, 3)).astype(dtype)
    expected = gaussian_filter1d(values, width, axis=0, mode="constant", truncate=3.0)
    np.testing.assert_array_equal(_over_time(values, width), expected, strict=True)
