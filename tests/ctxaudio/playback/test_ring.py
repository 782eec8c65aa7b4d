"""The ring: a queue, whatever its two ends see of each other and when."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import zlib
from collections import deque

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio.playback.ring import Ring
from ctxaudio.playback.shared import Shape, map_shared, shared_memory
from tests.support.command import ROOT
from tests.support.rings import empty_ring, numbered

CAPACITY = 7
steps = st.tuples(st.sampled_from(["write", "read"]), st.integers(0, CAPACITY + 2))


@given(n_channels=st.integers(1, 3), steps=st.lists(steps, max_size=40))
def test_a_ring_gives_what_a_queue_would(n_channels, steps):
    here, queue, written, read = empty_ring(CAPACITY, n_channels), deque(), 0, 0
    for what, n in steps:
        if what == "write":
            block = numbered(written, n, n_channels)
            fits = n <= CAPACITY - len(queue)
            assert here.write(block) == fits
            if fits:
                queue.extend(block)
                written += n
        else:
            out = np.full((n, n_channels), np.nan, np.float32)
            given = here.read_into(out)
            assert given == min(n, len(queue))
            assert np.isnan(out[given:]).all()
            for row in out[:given]:
                np.testing.assert_array_equal(row, queue.popleft())
            read += given
        assert (here.n_written, here.n_read, here.filled) == (written, read, len(queue))
    assert here.n_channels == n_channels


def test_one_channel_is_heard_on_all():
    here, out = empty_ring(CAPACITY, 1), np.zeros((5, 3), np.float32)
    here.write(numbered(0, 6, 1))
    here.read_into(np.empty((6, 1), np.float32))
    here.write(numbered(6, 5, 1))  # over the end
    assert here.read_into(out) == 5
    np.testing.assert_array_equal(out, np.repeat(numbered(6, 5, 1), 3, axis=1))


@given(bits=st.lists(st.integers(0, 2**32 - 1), min_size=CAPACITY, max_size=CAPACITY))
def test_every_sample_passes_as_it_is(bits):
    """Zeros of both signs, the smallest and the broken too: none is taken for an empty slot."""
    special = [0, 1 << 31, 1, (1 << 31) + 1, 0x7F800000, 0x7FC00000, 2**32 - 2]
    for row in (bits, special):
        samples = np.array(row, np.uint32)[:, None].view(np.float32)
        here, out = empty_ring(CAPACITY, 1), np.empty((CAPACITY, 1), np.float32)
        assert here.write(samples)
        assert here.read_into(out) == CAPACITY
        expected = np.minimum(samples.view(np.uint32), 2**32 - 2)  # of NaNs, one is another
        np.testing.assert_array_equal(out.view(np.uint32), expected)


def test_doubles_that_no_float_can_hold_are_zero_and_not_missing():
    here, out = empty_ring(CAPACITY, 1), np.empty((2, 1), np.float32)
    assert here.write(np.array([[1e-60], [-1e-60]]))
    assert here.read_into(out) == 2
    assert not out.any()


# Another processor may see late, and in any order, what this one stores; but of one place, never
# an older value after a newer.


class SlowMemory:
    """Two views of one memory: what is stored in one is seen in the other when it likes."""

    def __init__(self, n_channels=2):
        shapes = [((CAPACITY, n_channels), np.uint32), ((2,), np.int64)]
        self.views = [[np.zeros(*shape) for shape in shapes] for _ in range(2)]
        self._known = [np.zeros(*shape) for shape in shapes]  # that both have seen
        self.writer, self.reader = (Ring(*view) for view in self.views)

    def show(self, choose):
        """Let some of what is new be seen at the other end."""
        for one, other, known in zip(*self.views, self._known, strict=True):
            for i in np.ndindex(known.shape):
                new = {int(view[i]) for view in (one, other)} - {int(known[i])}
                if new and choose():
                    assert len(new) == 1, "both have changed one place"
                    one[i] = other[i] = known[i] = new.pop()


@given(data=st.data(), steps=st.lists(steps, min_size=5, max_size=60))
def test_the_order_in_which_stores_are_seen_does_not_matter(data, steps):
    memory, rng = SlowMemory(), np.random.default_rng(data.draw(st.integers(0, 2**32)))
    share = data.draw(st.sampled_from([0.1, 0.5, 0.9]))
    written, found = 0, np.empty((0, 2), np.float32)
    for what, n in steps:
        if what == "write":
            written += n * memory.writer.write(numbered(written, n))
        else:
            out = np.empty((n, 2), np.float32)
            found = np.concatenate([found, out[: memory.reader.read_into(out)]])
        memory.show(lambda: rng.uniform() < share)
    for _ in range(3):  # all of it comes through in the end
        memory.show(lambda: True)
        out = np.empty((CAPACITY, 2), np.float32)
        found = np.concatenate([found, out[: memory.reader.read_into(out)]])
    np.testing.assert_array_equal(found, numbered(0, written))


def test_a_count_that_comes_before_its_samples_is_not_believed():
    memory, out = SlowMemory(), np.zeros((CAPACITY, 2), np.float32)
    memory.writer.write(numbered(0, 3))
    memory.views[1][1][:] = memory.views[0][1]
    assert memory.reader.filled == 3
    assert memory.reader.read_into(out) == 0
    for second in (2, 0):  # the third sample, then the first: the second is missing
        memory.views[1][0][second] = memory.views[0][0][second]
    assert memory.reader.read_into(out) == 1
    np.testing.assert_array_equal(out[:1], numbered(0, 1))
    memory.views[1][0][1] = memory.views[0][0][1]
    assert memory.reader.read_into(out) == 2
    np.testing.assert_array_equal(out[:2], numbered(1, 2))


# At both ends at once


def test_two_threads_need_no_lock():
    here, n = empty_ring(610), 20_000
    found = np.empty((n, 2), np.float32)

    def read():
        done = 0
        while done < n:
            done += here.read_into(found[done : done + 130])

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    written = 0
    while written < n:
        size = min(170, n - written)
        written += size * here.write(numbered(written, size))
    reader.join(30.0)
    np.testing.assert_array_equal(found, numbered(0, n))


N_PASSED = 2_000_000
READER = f"""
import sys, time, zlib
import numpy as np
from ctxaudio.playback.shared import Shape, map_shared
ring = map_shared(int(sys.argv[1]), Shape(1024, 2, 0)).played
out, n, digest, size = np.empty((300, 2), np.float32), 0, 0, 1
while n < {N_PASSED}:
    given = ring.read_into(out[:size])
    digest, n, size = zlib.crc32(out[:given].tobytes(), digest), n + given, size % 300 + 1
    if not given:
        time.sleep(0)
print(digest)
"""


def test_millions_of_samples_pass_between_two_processes_unchanged():
    shape, rng, digest, n = Shape(1024, 2, 0), np.random.default_rng(8), 0, 0
    with shared_memory(shape) as descriptor:
        ring = map_shared(descriptor, shape).played
        reader = subprocess.Popen(
            [sys.executable, "-c", READER, str(descriptor)],
            stdout=subprocess.PIPE,
            pass_fds=[descriptor],
            cwd=ROOT,
        )
    with reader:
        while n < N_PASSED:
            block = rng.standard_normal((int(rng.integers(1, 400)), 2), np.float32)
            block = block[: N_PASSED - n]
            while not ring.write(block):
                assert reader.poll() is None
                time.sleep(0)
            digest, n = zlib.crc32(block.tobytes(), digest), n + len(block)
        found = reader.stdout.read()
    assert int(found) == digest
