"""Rows are an array, wherever they lie and however they came."""

from __future__ import annotations

import errno
import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.rows import MadeRows, NoRoomError, Rows, mean_of_rows, sum_of


def appended(array, cuts, most_bytes):
    rows = Rows(array.shape[1:], array.dtype, most_bytes=most_bytes)
    for part in np.split(array, sorted(cuts)):
        rows.append(part)
    return rows


@given(
    n=st.integers(0, 40),
    cuts=st.lists(st.integers(0, 40), max_size=4),
    most_bytes=st.sampled_from([0, 100, 10_000]),
    begin=st.integers(-50, 50),
    end=st.integers(-50, 50),
)
def test_rows_are_the_array_that_was_appended(n, cuts, most_bytes, begin, end):
    array = np.arange(n * 6.0).reshape(n, 2, 3)
    rows = appended(array, cuts, most_bytes)
    assert (len(rows), rows.shape, rows.size, rows.nbytes) == (
        n,
        array.shape,
        array.size,
        array.nbytes,
    )
    np.testing.assert_array_equal(rows[begin:end], array[begin:end])
    np.testing.assert_array_equal(rows, array)
    for index in (0, n - 1, -1) if n else ():
        np.testing.assert_array_equal(rows[index], array[index])


@pytest.mark.parametrize("index", [3, -4])
def test_a_row_that_is_not_there_is_an_error(index):
    with pytest.raises(IndexError):
        appended(np.zeros((3, 2)), [], 0)[index]


def test_rows_of_another_shape_and_steps_are_refused():
    rows = Rows((2,))
    with pytest.raises(ValueError, match="must have shape"):
        rows.append(np.zeros((3, 4)))
    with pytest.raises(ValueError, match="steps of 2"):
        rows[::2]


def test_what_is_read_cannot_be_written_to():
    rows = appended(np.zeros((3, 2)), [], 10_000)
    with pytest.raises(ValueError, match="read-only"):
        rows[:][0] = 1.0


def test_as_much_as_said_is_in_memory_and_the_file_goes_with_the_rows():
    array = np.ones((10, 4), np.float32)
    few, many = appended(array, [3, 6], array.nbytes), appended(array, [3, 6], array.nbytes - 1)
    np.testing.assert_array_equal(few.held(), array)
    assert many.held() is many
    file = many._file
    del many
    gc.collect()
    assert file.closed


def test_a_full_disk_names_the_place(monkeypatch):
    class Full:
        def seek(self, _):
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self):
            pass

    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: Full())
    with pytest.raises(NoRoomError, match="No space left") as caught:
        appended(np.ones((3, 2)), [], 0)
    assert "a temporary file in " in caught.value.filename


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 7, 5461, 5462, 40_000])
def test_sums_and_means_are_numpys_to_the_last_bit(n, dtype, rng):
    array = rng.standard_normal((n, 24)).astype(dtype) ** 2
    rows = appended(array, [n // 3], 1000)
    assert sum_of(rows) == array.sum()
    assert sum_of(rows).dtype == dtype
    np.testing.assert_array_equal(mean_of_rows(rows), array.mean(axis=0))


def test_rows_that_are_made_are_an_array(rng):
    array = rng.standard_normal((9, 3))
    rows = MadeRows(array.shape, lambda begin, end: array[begin:end])
    assert len(rows) == 9
    np.testing.assert_array_equal(rows[2:-1], array[2:-1])
    np.testing.assert_array_equal(np.asarray(rows, np.float32), array.astype(np.float32))
