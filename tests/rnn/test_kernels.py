"""The parts of the compiled loops are what they say, and take their arrays by name."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import scipy.sparse

from rnn import kernels
from rnn.kernels import GROUP, add_inputs, add_products, apply_readout, filled, sliced, tanh
from rnn.lanes import LANES
from rnn.readout import Readout


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


def sparse(density, rng, n_units=23):
    matrix = np.where(rng.random((n_units, n_units)) < density, rng.standard_normal(n_units), 0.0)
    matrix[[0, 7, 22]] = 0.0
    return matrix


@pytest.mark.parametrize("density", [0.0, 0.02, 0.3, 1.0])
def test_slices_hold_the_same_matrix(density, rng):
    matrix = sparse(density, rng)
    slices = sliced(scipy.sparse.csr_array(matrix))
    lengths = np.diff(slices.starts)
    assert (lengths % (GROUP * LANES) == 0).all()
    assert (np.diff(lengths) <= 0).all()
    assert slices.weights.ctypes.data % (LANES * slices.weights.itemsize) == 0
    assert sorted(slices.rows) == list(range(24))
    held = np.zeros((24, 23))
    slice_of = np.repeat(np.arange(3), lengths)
    rows = slices.rows.reshape(3, LANES)[slice_of, np.arange(len(slice_of)) % LANES]
    np.add.at(held, (rows, slices.columns), slices.weights)
    np.testing.assert_array_equal(held[:23], matrix)
    assert not held[23:].any()


@pytest.mark.parametrize("density", [0.0, 0.02, 0.3, 1.0])
def test_eight_runs_are_multiplied_as_each_by_itself_to_the_last_bit(density, rng):
    matrix = sparse(density, rng)
    state, start = filled(rng.standard_normal((2, LANES, 23))).transpose(0, 2, 1).copy()
    together = start.copy()
    add_products(sliced(scipy.sparse.csr_array(matrix)), LANES, state.ravel(), together.reshape(-1))
    np.testing.assert_allclose(together[:23], start[:23] + matrix @ state[:23], atol=1e-12)
    for run in range(LANES):
        alone = start[:, run].copy()
        add_products(sliced(scipy.sparse.csr_array(matrix)), 1, state[:, run].copy(), alone)
        np.testing.assert_array_equal(alone, together[:, run])


@pytest.mark.parametrize("n_inputs", [0, 1, 3, 9])
def test_inputs_and_readouts_are_the_same_products_of_one_run_and_of_eight(n_inputs, rng):
    weights, offset = rng.standard_normal((23, n_inputs)), rng.standard_normal(n_inputs)
    readout, inputs = Readout(filled(weights), filled(offset)), filled(weights.T)
    state, start = rng.standard_normal((2, 24, LANES))
    read, reached = np.zeros((len(readout.offset), LANES)), start.copy()
    apply_readout(readout, n_inputs, LANES, state.ravel(), read.reshape(-1))
    add_inputs(inputs, LANES, read.ravel(), reached.reshape(-1))
    expected = weights.T @ state[:23] + offset[:, None]
    np.testing.assert_allclose(read[:n_inputs], expected, atol=1e-12)
    np.testing.assert_allclose(reached[:23], start[:23] + weights @ expected, atol=1e-12)
    for run in range(LANES):
        alone, reached_alone = np.zeros(len(readout.offset)), start[:, run].copy()
        apply_readout(readout, n_inputs, 1, state[:, run].copy(), alone)
        add_inputs(inputs, 1, alone, reached_alone)
        np.testing.assert_array_equal(alone, read[:, run])
        np.testing.assert_array_equal(reached_alone, reached[:, run])


@pytest.mark.parametrize(
    "name", ["add_products", "add_inputs", "levels", "apply_readout", "runge_kutta_steps"]
)
def test_a_loop_takes_few_arguments(name):
    """What belongs together is one named tuple: nobody counts to fifteen."""
    assert len(inspect.signature(getattr(kernels, name).py_func).parameters) <= 8
