"""The recorder: what is played, exactly, on disks that are full or slow."""

from __future__ import annotations

import errno
import io
import resource
import threading
import warnings

import numpy as np
import pytest
import soundfile

from ctxaudio import DataError, load_sound
from ctxaudio.playback import recorder as recorder_module
from ctxaudio.playback.recorder import Recorder


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
    with open(path, "xb", buffering=0) as file:
        recorder = Recorder(file, 44_100, 1)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, limits[1]))
        try:
            for start in range(0, 44_100, 441):
                recorder.write(noise[:, start : start + 441])
            recorder.close()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert isinstance(recorder.error, OSError)
    kept = load_sound(path)[0].samples  # it says itself how long it is
    assert 8_000 < kept.shape[1] < 44_100
    np.testing.assert_allclose(kept, noise[:, : kept.shape[1]], atol=2e-7)


class Watched(io.BytesIO):
    """A file whose content is looked at after everything that is written."""

    def __init__(self):
        super().__init__()
        self.moments = []

    def write(self, data):
        n = super().write(data)
        self.moments.append(self.getvalue())
        return n


@pytest.mark.parametrize(("n_channels", "rate"), [(1, 8_000), (2, 44_100), (8, 192_000)])
def test_a_recording_can_be_read_at_every_moment_as_far_as_it_has_come(n_channels, rate):
    file, played = Watched(), blocks(80, n=397, n_channels=n_channels)
    recorder = Recorder(file, rate, n_channels)
    for block in played:
        recorder.write(block)
    recorder.close()
    samples, lengths = np.concatenate(played, axis=1), []
    for moment in file.moments:
        if b"\xff\xf8" not in moment[60:] or len(moment) < 1_000:
            continue  # no frame yet
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that its header does not say how long it is
                found = load_sound(io.BytesIO(moment))[0].samples
        except DataError:
            assert not lengths  # the moment between the first frame and its length
            continue
        np.testing.assert_allclose(found, samples[:, : found.shape[1]], atol=0.5 / 2**23)
        lengths.append(found.shape[1])
    assert lengths == sorted(lengths)
    assert len(set(lengths)) >= 7
    assert np.diff(lengths).max() <= 4_096
    assert lengths[-1] == samples.shape[1]
