"""What passes samples on: a ring, a file that two processes share, a recorder on a slow disk."""

from __future__ import annotations

import errno
import io
import resource
import threading
from collections import deque

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from cli.output import whole_file
from ctxaudio.playback import recorder as recorder_module
from ctxaudio.playback.recorder import Recorder
from ctxaudio.playback.ring import Ring
from ctxaudio.playback.shared import new_file, open_shared

CAPACITY = 7
steps = st.tuples(st.sampled_from(["write", "read"]), st.integers(0, CAPACITY + 2))


def ring(capacity=CAPACITY, n_channels=2):
    return Ring(np.zeros((capacity, n_channels), np.float32), np.zeros(2, np.int64))


def numbered(start, n, n_channels=2):
    """(time, channel) samples that tell where they are from."""
    return np.arange(start, start + n, dtype=np.float32)[:, None] + np.arange(n_channels) / 4


# The ring


@given(n_channels=st.integers(1, 3), steps=st.lists(steps, max_size=40))
def test_a_ring_gives_what_a_queue_would(n_channels, steps):
    here, queue, written, read = ring(n_channels=n_channels), deque(), 0, 0
    for what, n in steps:
        if what == "write":
            block = numbered(written, n, n_channels)
            if n > CAPACITY - len(queue):
                with pytest.raises(ValueError, match=f"no room for {n} samples"):
                    here.write(block)
            else:
                here.write(block)
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
        assert (here.n_written, here.n_read) == (written, read)
        assert (here.filled, here.room) == (len(queue), CAPACITY - len(queue))
    assert here.n_channels == n_channels


def test_one_channel_is_heard_on_all():
    here, out = ring(n_channels=1), np.zeros((5, 3), np.float32)
    here.write(numbered(0, 6, 1))
    here.read_into(np.empty((6, 1), np.float32))
    here.write(numbered(6, 5, 1))  # over the end
    assert here.read_into(out) == 5
    np.testing.assert_array_equal(out, np.repeat(numbered(6, 5, 1), 3, axis=1))


def test_two_threads_need_no_lock():
    here, n = ring(capacity=610), 20_000
    found = np.empty((n, 2), np.float32)

    def read():
        done = 0
        while done < n:
            done += here.read_into(found[done : done + 130])

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    written = 0
    while written < n:
        size = min(here.room, 170, n - written)
        here.write(numbered(written, size))
        written += size
    reader.join(30.0)
    np.testing.assert_array_equal(found, numbered(0, n))


# The file that is shared


@pytest.fixture
def shared_file():
    paths = []

    def make(*shape):
        paths.append(new_file(*shape))
        return paths[-1]

    yield make
    for path in paths:
        path.unlink()


@pytest.mark.parametrize(("n_outputs", "n_inputs"), [(1, 0), (2, 2), (8, 1)])
def test_both_ends_of_a_shared_file_see_the_same(shared_file, n_outputs, n_inputs):
    shape = (100, n_outputs, n_inputs)
    path = shared_file(*shape)
    ours, theirs = open_shared(path, *shape), open_shared(path, *shape)
    for ring, other in zip(ours[:2], theirs[:2], strict=True):
        assert (other.room, other.filled) == (100, 0)
        ring.write(numbered(0, 60, ring.n_channels))
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


def test_a_shared_file_is_zeros_and_of_the_size_that_is_needed(shared_file):
    path = shared_file(1000, 2, 1)
    assert path.name.startswith("ctxaudio-")
    assert path.read_bytes() == bytes(8 * 8 + 1000 * (2 + 1) * 4)


def test_what_is_shared_outlives_the_file_s_name():
    path = new_file(10, 1, 0)
    ours, theirs = open_shared(path, 10, 1, 0), open_shared(path, 10, 1, 0)
    path.unlink()
    ours.played.write(numbered(0, 3, 1))
    assert theirs.played.filled == 3


# The recorder


class Failing(io.BytesIO):
    """A disk that is full after so many bytes."""

    def __init__(self, room):
        super().__init__()
        self.room = room

    def write(self, data):
        if self.tell() + len(data) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


class Hanging(io.BytesIO):
    """A disk that waits until it may go on."""

    def __init__(self):
        super().__init__()
        self.may_go_on = threading.Event()

    def write(self, data):
        self.may_go_on.wait(30.0)
        return super().write(data)


def recorded(file):
    file.seek(0)
    samples, rate = soundfile.read(file, dtype="float64", always_2d=True)
    return samples.T, rate


def blocks(n_blocks, n=97, n_channels=2, level=0.5):
    rng = np.random.default_rng(5)
    return [
        level * rng.uniform(-1.0, 1.0, (n_channels, n)).astype(np.float32) for _ in range(n_blocks)
    ]


@pytest.mark.parametrize(("n_channels", "rate"), [(1, 8_000), (2, 44_100), (8, 192_000)])
def test_a_recording_is_whole_and_exact_to_24_bits(n_channels, rate):
    file, played = io.BytesIO(), blocks(40, n_channels=n_channels)
    recorder = Recorder(file, rate, n_channels)
    for block in played:
        recorder.write(block)
    assert recorder.recorded_s == pytest.approx(40 * 97 / rate)
    recorder.close()
    assert recorder.error is None
    samples, found_rate = recorded(file)
    assert found_rate == rate
    np.testing.assert_allclose(samples, np.concatenate(played, axis=1), atol=0.5 / 2**23)


def test_what_is_too_loud_is_clipped_and_not_wrapped():
    file = io.BytesIO()
    recorder = Recorder(file, 8_000, 1)
    recorder.write(np.array([[1.0, 1.5, 300.0, -1.0, -1.5, -300.0, 0.5]], np.float32))
    recorder.close()
    high = 1.0 - 1.0 / 2**23
    np.testing.assert_array_equal(recorded(file)[0], [[high, high, high, -1, -1, -1, 0.5]])


def test_nothing_recorded_is_a_file_all_the_same():
    file = io.BytesIO()
    recorder = Recorder(file, 22_050, 2)
    recorder.close()
    assert recorder.error is None
    samples, rate = recorded(file)
    assert (samples.tolist(), rate) == ([[0.0], [0.0]], 22_050)


@pytest.mark.parametrize("room", [0, 20, 100, 60_000])
@pytest.mark.parametrize("n_blocks", [1, 400])
def test_a_full_disk_is_told_and_stops_nothing(room, n_blocks):
    file = Failing(room)
    recorder = Recorder(file, 44_100, 2)
    for block in blocks(n_blocks, n=1000):
        recorder.write(block)
    recorder.close()
    if n_blocks * 1000 * 2 * 3 > room:
        assert isinstance(recorder.error, OSError)
        assert recorder.error.errno == errno.ENOSPC
    before = recorder.recorded_s
    recorder.write(blocks(1)[0])
    assert (recorder.recorded_s == before) == (recorder.error is not None)


def test_a_disk_that_hangs_for_too_long_ends_the_recording_and_keeps_its_beginning():
    file, played = Hanging(), blocks(recorder_module._QUEUE + 200)
    recorder = Recorder(file, 44_100, 2)
    for block in played:
        recorder.write(block)  # never waits
    assert "too slow" in str(recorder.error)
    file.may_go_on.set()
    recorder.close()
    assert "too slow" in str(recorder.error)
    samples, _ = recorded(file)
    n = samples.shape[1]
    assert n / 44_100 == pytest.approx(recorder.recorded_s)
    assert recorder_module._QUEUE * 97 <= n < len(played) * 97
    np.testing.assert_allclose(samples, np.concatenate(played, axis=1)[:, :n], atol=0.5 / 2**23)


def test_what_a_full_disk_took_is_kept(tmp_path, rng):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    path = tmp_path / "take.flac"
    noise = rng.uniform(-0.5, 0.5, (1, 44_100)).astype(np.float32)
    with whole_file(path, force=False, buffering=0) as file:
        recorder = Recorder(file, 44_100, 1)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, limits[1]))
        try:
            for start in range(0, 44_100, 441):
                recorder.write(noise[:, start : start + 441])
            recorder.close()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert isinstance(recorder.error, OSError)
    with soundfile.SoundFile(path) as kept_file:
        assert kept_file.frames < 44_100  # it says how long it is, but for the blocks that broke
        kept = kept_file.read(8_000, dtype="float32")
    assert len(kept) == 8_000
    np.testing.assert_allclose(kept, noise[0, : len(kept)], atol=2e-7)
