"""The memory that two processes share: it is really there, and nothing of it is ever left."""

from __future__ import annotations

import os
import resource
import tempfile
from pathlib import Path

import numpy as np
import pytest

from ctxaudio import DataError
from ctxaudio.playback.output import Output
from ctxaudio.playback.shared import Shape, map_shared, shared_memory
from ctxaudio.playback.sound_card import CardConfig
from tests.support.rings import numbered


@pytest.fixture(params=["memory", "file"])
def unnamed(request, monkeypatch, tmp_path):
    """On systems that have files in memory, and on others."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    if request.param == "file":
        monkeypatch.delattr(os, "memfd_create")
    yield
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("n_outputs", "n_inputs"), [(1, 0), (2, 2), (8, 1)])
def test_both_ends_see_the_same(unnamed, n_outputs, n_inputs):
    shape = Shape(100, n_outputs, n_inputs)
    with shared_memory(shape) as descriptor:
        ours, theirs = map_shared(descriptor, shape), map_shared(descriptor, shape)
        assert os.fstat(descriptor).st_size == shape.n_bytes
        assert os.fstat(descriptor).st_nlink == 0
    # Both outlive the descriptor.
    for ring, other in zip(ours[:2], theirs[:2], strict=True):
        assert other.filled == 0
        assert ring.write(numbered(0, 60, ring.n_channels))
    for n, (ring, other) in zip([40, 50], zip(ours[:2], theirs[:2], strict=True), strict=True):
        out = np.zeros((n, ring.n_channels), np.float32)
        assert other.read_into(out) == n
        np.testing.assert_array_equal(out, numbered(0, n, ring.n_channels))
        assert ring.filled == 60 - n
    for number, count in enumerate(theirs.counts):
        count[0] += number + 1
    assert [int(count[0]) for count in ours.counts] == [1, 2, 3, 4]
    # None of it lies where anything else does.
    assert [ring.n_written for ring in ours[:2]] == [60, 60]
    for n, ring in zip([80, 90], ours[:2], strict=True):  # full, to the last slot
        assert ring.write(numbered(0, n, ring.n_channels))
        assert ring.write(numbered(0, 1, ring.n_channels)) == (not ring.n_channels)
    assert [int(count[0]) for count in ours.counts] == [1, 2, 3, 4]


def open_descriptors():
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def test_memory_that_is_not_there_is_told_in_one_line_before_it_is_touched(unnamed):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    descriptors = open_descriptors()
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))  # as a full disk would be
    try:
        with pytest.raises(DataError, match=r"expected 2048 KiB of memory.* got less: "):
            Output(CardConfig(), 44_100, 2)
        with shared_memory(Shape(1000, 2, 2)):
            pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert open_descriptors() == descriptors
