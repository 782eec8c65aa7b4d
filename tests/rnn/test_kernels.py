"""The parts of the compiled loops are what they say, and take their arrays by name."""

from __future__ import annotations

import inspect
from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse

from rnn import kernels
from rnn.kernels import GROUP, grouped_rows, tanh


def test_the_compiled_tanh_is_tanh():
    wide = np.concatenate([np.logspace(-320, 300, 4000), np.linspace(0.0, 25.0, 40_001)])
    special = [1e-300, 19.9, 20.0, 25.0, 700.0, np.inf]
    x = np.concatenate([wide, -wide, special, np.negative(special)])
    found = x.copy()
    tanh(found)
    np.testing.assert_allclose(found, np.tanh(x), rtol=0.0, atol=4e-16)


def test_the_compiled_tanh_keeps_signs_and_what_is_no_number():
    x = np.array([0.0, -0.0, 1e-300, -1e-300, np.nan, np.inf, -np.inf, 3.0, -3.0])
    for n in range(1, 10):  # whole vectors, and what is left over
        found = x[:n].copy()
        tanh(found)
        np.testing.assert_array_equal(np.isnan(found), np.isnan(x[:n]))
        np.testing.assert_array_equal(np.signbit(found), np.signbit(x[:n]))
    np.testing.assert_array_equal(found[[0, 1, 5, 6]], [0.0, 0.0, 1.0, -1.0])


@pytest.mark.parametrize("density", [0.0, 0.02, 0.3, 1.0])
def test_grouped_rows_hold_the_same_matrix(density, rng):
    matrix = np.where(rng.random((23, 23)) < density, rng.standard_normal((23, 23)), 0.0)
    matrix[[0, 7, 22]] = 0.0
    rows = grouped_rows(scipy.sparse.csr_array(matrix))
    assert (np.diff(rows.starts) % GROUP == 0).all()
    assert rows.starts[-1] == len(rows.weights) == len(rows.columns)
    held = np.zeros((23, 23))
    for row, (start, stop) in enumerate(pairwise(rows.starts)):
        np.add.at(held[row], rows.columns[start:stop].astype(int), rows.weights[start:stop])
    np.testing.assert_array_equal(held, matrix)


@pytest.mark.parametrize("name", ["levels", "apply_readout", "runge_kutta_steps"])
def test_a_loop_takes_few_arguments(name):
    """What belongs together is one named tuple: nobody counts to fifteen."""
    assert len(inspect.signature(getattr(kernels, name).py_func).parameters) <= 8
