"""What is written out in compiled functions does what its plain twin in numpy does."""

from __future__ import annotations

import numpy as np
import pytest

from rnn.compiled import compiled
from rnn.lanes import LANES, gather, load, load_row, scatter, spread, store

PLACES = np.array([3, 41, 41, 0, 7, 12, 39, 5, 2, 6, 1, 0, 4, 3, 5, 2], np.uint32)


@compiled
def load_and_store(array, at, out, to):
    store(out, to, load(array, at))


@compiled
def load_and_store_a_row(array, rows, at, out):
    store(out, 0, load_row(array, rows, at))


@compiled
def store_spread(array, at, out):
    store(out, 0, spread(array, at))


@compiled
def gather_and_store(array, places, at, out):
    store(out, 0, gather(array, places, at))


@compiled
def load_and_scatter(array, places, at, out):
    scatter(out, places, at, load(array, 0))


@compiled
def multiply_and_add(a, b, c, out):
    store(out, 0, load(a, 0) * load(b, 0) + load(c, 0))


def test_numbers_go_where_they_are_said_to_go(rng):
    array, out = rng.standard_normal(64), np.zeros(64)
    for at in (0, 1, 7, 56):
        load_and_store(array, at, out, 3)
        np.testing.assert_array_equal(out[3 : 3 + LANES], array[at : at + LANES])
        store_spread(array, at, out)
        np.testing.assert_array_equal(out[:LANES], array[at])
    for at in range(8, 16):
        load_and_store_a_row(array, PLACES, at, out)
        np.testing.assert_array_equal(out[:LANES], array.reshape(8, LANES)[PLACES[at]])
    for at in range(9):  # two are loaded at once, wherever they begin
        gather_and_store(array, PLACES, at, out)
        np.testing.assert_array_equal(out[:LANES], array[PLACES[at : at + LANES]])
    places, expected = np.arange(60, -4, -8, dtype=np.uint32), out.copy()
    load_and_scatter(array, places, 0, out)
    expected[places] = array[:LANES]
    np.testing.assert_array_equal(out, expected)


def test_lanes_are_added_and_multiplied_one_by_one(rng):
    a, b, c, out = rng.standard_normal((4, LANES))
    multiply_and_add(a, b, c, out)
    np.testing.assert_array_equal(out, a * b + c)


def test_python_is_told_that_it_cannot_call_them():
    with pytest.raises(TypeError, match=r"^load is for compiled functions"):
        load(np.zeros(LANES), 0)
