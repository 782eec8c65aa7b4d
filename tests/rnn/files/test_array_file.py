"""Files of arrays: just what safetensors writes and reads, and nothing that is not all there."""

from __future__ import annotations

import io
import os
import threading
import tracemalloc

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from rnn.files.array_file import TYPES, encoded, opened, read_arrays, read_header
from tests.support.saved import damaged, forged_headers, header_of, with_header

ARRAYS = {
    "b": np.arange(6, dtype=np.float32).reshape(2, 3),
    "a": np.arange(5, dtype=np.int32),
    "counts": np.arange(3, dtype=np.int64),
    "weights": np.linspace(0.0, 1.0, 8).reshape(2, 2, 2),
    "nothing": np.zeros((0, 4)),
    "point": np.array(2.5),
}
METADATA = {"about": "ä\n\x1b", "digest": "x"}
DATA = b"".join(encoded(ARRAYS, METADATA))


def read(source, longest=10_000):
    with opened(source) as (file, size):
        header = read_header(file, size, longest=longest)
        return header.metadata, read_arrays(file, header)


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape


drawn_arrays = st.dictionaries(
    st.text(max_size=8).filter(lambda name: name != "__metadata__"),
    st.builds(
        lambda dtype, shape, seed: np.random.default_rng(seed).integers(0, 99, shape).astype(dtype),
        st.sampled_from(sorted(TYPES.values(), key=str)),
        st.lists(st.integers(0, 4), max_size=4),
        st.integers(0, 99),
    ),
    max_size=5,
)


@given(arrays=drawn_arrays, metadata=st.dictionaries(st.text(max_size=5), st.text(), max_size=3))
def test_safetensors_reads_what_is_written_and_writes_what_is_read(arrays, metadata):
    data = b"".join(encoded(arrays, metadata))
    assert_same(safetensors.numpy.load(data), arrays)
    assert header_of(data)["__metadata__"] == metadata
    for written in (data, safetensors.numpy.save(arrays, metadata or None)):
        found, same = read(io.BytesIO(written))
        assert_same(same, arrays)
        assert found == metadata


def test_arrays_lie_where_safetensors_puts_them_and_are_aligned():
    theirs = header_of(safetensors.numpy.save(ARRAYS, METADATA))
    assert header_of(DATA) == theirs
    assert (8 + int.from_bytes(DATA[:8], "little")) % 8 == 0


def test_an_array_of_another_type_is_not_written():
    for dtype in (np.float16, np.int8, bool, ">f8", "U3"):
        with pytest.raises(ValueError, match=r"odd is of .*, which is not kept"):
            next(encoded({"odd": np.zeros(3, dtype)}, {}))


def test_what_was_read_is_ours(tmp_path):
    path = tmp_path / "arrays"
    path.write_bytes(DATA)
    _, arrays = read(path)
    os.truncate(path, 0)
    arrays["weights"] += 1.0
    np.testing.assert_array_equal(arrays["weights"], ARRAYS["weights"] + 1.0)


@given(data=st.one_of(damaged(DATA), forged_headers(DATA)))
def test_a_damaged_file_is_another_whole_file_or_refused(data):
    try:
        _, arrays = read(io.BytesIO(data))
    except (ValueError, RecursionError):
        return
    assert sum(array.nbytes for array in arrays.values()) <= len(data)
    assert all(array.dtype in TYPES.values() for array in arrays.values())


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"null",
        b"3",
        b"{",
        b"\xff\xfe{}",
        b"[" * 9_000,
        b'{"__metadata__":[]}',
        b'{"__metadata__":{"a":1}}',
        b'{"a":[]}',
        b'{"a":{"dtype":"F64","shape":[true],"data_offsets":[0,8]}}',
        b'{"a":{"dtype":"F64","shape":[1.0],"data_offsets":[0,8]}}',
        b'{"a":{"dtype":"F64","shape":[-1,-1],"data_offsets":[0,8]}}',
        b'{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8,8]}}',
        b'{"a":{"dtype":"F64","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,8]}}',
        b'{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}',
        b'{"a":{"dtype":"F64","shape":[1000000000000],"data_offsets":[0,8000000000000]}}',
        b'{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}',
        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        b'{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},'
        b'"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}',
    ],
)
def test_a_header_that_cannot_be_is_refused(header):
    with pytest.raises((ValueError, RecursionError)):
        read(io.BytesIO(with_header(DATA, header, body=bytes(8))))


@pytest.mark.parametrize("length", [2**64 - 1, 2**40, 10_001, 1, 0])
def test_a_header_that_promises_too_much_is_refused_before_it_is_read(tmp_path, length):
    path = tmp_path / "arrays"
    with open(path, "wb") as file:
        file.write(length.to_bytes(8, "little") + b"{")
        file.truncate(10**9)  # a file as long as that, which takes no room
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="does not begin as a file of arrays"):
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 10**6
    finally:
        tracemalloc.stop()


def test_arrays_that_the_file_is_too_short_for_are_refused_before_they_are_made(tmp_path):
    path = tmp_path / "arrays"
    entry = {"dtype": "F64", "shape": [10**9], "data_offsets": [0, 8 * 10**9]}
    path.write_bytes(with_header(DATA, {"a": entry}, body=bytes(80)))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="8000000000 bytes long, and it has 80"):
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 10**6
    finally:
        tracemalloc.stop()


def test_a_file_longer_than_its_arrays_is_refused_unread(tmp_path):
    path = tmp_path / "arrays"
    path.write_bytes(DATA)
    os.truncate(path, 10**12)
    with pytest.raises(ValueError, match="its arrays are"):
        read(path)


def test_a_file_that_shrinks_while_it_is_read_is_an_error(tmp_path):
    """Cut by another, again and again: it was whole, or it was not."""
    path = tmp_path / "arrays"
    data = b"".join(encoded({"a": np.ones(500_000)}, {}))
    path.write_bytes(data)
    over, outcomes = threading.Event(), set()

    def cut():
        with open(path, "r+b") as file:
            while not over.is_set():
                os.pwrite(file.fileno(), data, 0)
                os.ftruncate(file.fileno(), 100_000)

    cutter = threading.Thread(target=cut)
    cutter.start()
    try:
        for _ in range(200):
            try:
                _, arrays = read(path)
            except ValueError as error:
                outcomes.add(str(error)[:12])
            else:
                outcomes.add("whole")
                assert (arrays["a"] == 1.0).all() or (arrays["a"] == 0.0).any()
    finally:
        over.set()
        cutter.join()
    assert outcomes <= {"whole", "it ends too ", "its arrays a"}
    assert outcomes != {"whole"}


class Shrinking(io.BytesIO):
    """Ends in the middle of its last array, whatever its size was said to be."""

    def readinto(self, buffer):
        return super().readinto(memoryview(buffer)[: len(DATA) - 20 - self.tell()])


def test_a_file_that_ends_before_it_should_says_so():
    file = Shrinking(DATA)
    header = read_header(file, len(DATA), longest=10_000)
    with pytest.raises(ValueError, match="ends too early: it was cut, or changes while"):
        read_arrays(file, header)


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path, make):
    path = tmp_path / "odd"
    make(path)
    with pytest.raises(ValueError, match="no regular file"):
        read(path)
