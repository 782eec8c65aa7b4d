"""Quantiles of what comes in parts are numpy's."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio.memory.quantiles import Loudest, medians_of_columns


@pytest.mark.parametrize("n", [1, 2, 3, 20, 21, 1000, 24_001])
def test_what_five_in_a_hundred_exceed_is_numpys_percentile(n, rng):
    values = np.abs(rng.standard_normal(n))
    loudest = Loudest(n)
    for part in np.array_split(values, 1 + n // 100):
        loudest.add(part)
    assert loudest.exceeded() == np.percentile(values, 95)


@pytest.mark.parametrize("n", [1, 2, 9001])
def test_medians_are_numpys(n, rng):
    rows = rng.standard_normal((n, 3))
    np.testing.assert_array_equal(medians_of_columns(rows), np.median(rows, axis=0))
