"""What an effect costs, in counts that are the same on every machine.

Each limit is what it takes today, and little more: who goes beyond makes it slower, and means to.
"""

from __future__ import annotations

import tracemalloc
from collections import Counter
from functools import wraps

import numpy as np
import pytest
import scipy.fft

from ctxaudio import ContextShift, Sound
from rnn.compiled import Compiled

RATE = 44_100
POINTS = "points transformed"


def song_of(seconds):
    rng = np.random.default_rng(0)
    time_s = np.arange(seconds * RATE) / RATE
    tones = sum(np.sin(2 * np.pi * hz * time_s) / n for n, hz in enumerate((220, 331, 550), 1))
    noise = 0.01 * rng.standard_normal((2, len(time_s)))
    return Sound((0.2 * tones + noise).astype(np.float32), RATE)


@pytest.fixture
def counts(monkeypatch):
    """How many points were transformed, and how often each compiled loop was called."""
    counted = Counter()

    def counting(transform, time_of):
        @wraps(transform)
        def run(values, *args, **options):
            made = transform(values, *args, **options)
            counted[POINTS] += time_of(values, made).size
            return made

        return run

    rfft, irfft = scipy.fft.rfft, scipy.fft.irfft
    monkeypatch.setattr(scipy.fft, "rfft", counting(rfft, lambda values, made: values))
    monkeypatch.setattr(scipy.fft, "irfft", counting(irfft, lambda values, made: made))
    call = Compiled.__call__

    def counted_call(self, *arguments):
        counted[self.py_func.__name__] += 1
        return call(self, *arguments)

    monkeypatch.setattr(Compiled, "__call__", counted_call)
    return counted


def cost_of(work, counts):
    counts.clear()
    result = work()
    points = counts.pop(POINTS)
    return result, points, counts.total(), set(counts)


def test_what_four_seconds_cost(counts):
    song = song_of(4)
    effect, points, n_calls, loops = cost_of(lambda: ContextShift.teach(song, threads=1), counts)
    assert 0 < points <= 25 * song.samples.size  # the first is one of a whole part of the song
    assert 0 < n_calls <= 57
    assert len(loops) <= 2  # each is found, read and linked at the start of a process
    _, points, n_calls, loops = cost_of(lambda: effect(song, 4.0, threads=1), counts)
    assert 0 < points <= 113 * song.samples.size
    assert 0 < n_calls <= 312
    assert len(loops) <= 13


def test_what_a_second_more_costs(counts):
    """Without what is done once, and at both ends."""
    points = {}
    for seconds in (4, 8):
        song = song_of(seconds)
        effect, teaching, *_ = cost_of(
            lambda song=song: ContextShift.teach(song, threads=1), counts
        )
        _, shifting, *_ = cost_of(
            lambda effect=effect, song=song: effect(song, 4.0, threads=1), counts
        )
        points[seconds] = np.array([teaching, shifting])
    teaching, shifting = (points[8] - points[4]) / (8 * RATE)  # of stereo, 4 s more
    assert teaching <= 14
    assert shifting <= 99


def test_what_a_second_more_holds():
    """The effect's own output apart, which is handed on block by block."""
    peaks = []
    for seconds in (2, 5):
        song = song_of(seconds)
        effect = ContextShift.teach(song, threads=1)
        tracemalloc.start()
        effect.shift_into(lambda made: None, song, 4.0, threads=1)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[0] < 58 * 2**20
    n_bytes_a_second = 2 * RATE * 4  # of the sound itself
    assert (peaks[1] - peaks[0]) / 3 < n_bytes_a_second / 16
