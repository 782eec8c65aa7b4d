"""Threads: the same results, in order, and no more ahead than was said."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from ctxaudio import ContextShift, DataError
from ctxaudio.threads import in_order, workers_of
from tests.support.command import notes


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_results_come_in_the_order_of_the_items(workers):
    assert list(in_order(lambda n: n * n, range(50), workers)) == [n * n for n in range(50)]


@pytest.mark.parametrize("workers", [1, 3])
def test_what_is_done_ahead_is_bounded(workers):
    begun = []
    results = in_order(begun.append, range(100), workers)
    for taken, _ in enumerate(results, start=1):
        assert len(begun) <= taken + workers + 1


def test_one_worker_does_one_item_after_the_other_in_a_thread_of_its_own():
    order = []

    def work(item):
        order.append(item)
        return threading.get_ident()

    threads = set(in_order(work, range(20), 1))
    assert order == list(range(20))
    assert len(threads) == 1
    assert threads != {threading.get_ident()}


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_an_error_comes_out_and_ends_the_work(workers):
    begun = []

    def work(item):
        begun.append(item)
        if item == 5:
            raise OSError("no more")
        return item

    results = in_order(work, range(1000), workers)
    with pytest.raises(OSError, match="no more"):
        list(results)
    assert len(begun) <= 6 + workers


def test_whoever_stops_asking_waits_for_little():
    begun = []
    results = in_order(begun.append, range(1000), 2)
    next(results)
    results.close()
    assert len(begun) <= 4


def test_a_memory_and_a_shift_are_the_same_on_any_number_of_threads():
    song = notes(seconds=3.0, channels=2)
    effects = [ContextShift.teach(song, threads=threads) for threads in (1, 3)]
    weights = [effect.memory.phrases.readouts.weights for effect in effects]
    np.testing.assert_array_equal(*weights)
    for options in ({}, {"speed": 0.8}, {"drums": "keep"}):
        made = [
            effect(song, 5.0, threads=n, **options)
            for effect, n in zip(effects, (1, 2), strict=True)
        ]
        np.testing.assert_array_equal(made[0].samples, made[1].samples)


def test_one_thread_is_the_callers():
    assert workers_of(1) == 0
    assert workers_of(4) == 4
    assert workers_of(None) >= 0


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2"])
def test_what_is_no_number_of_threads_is_refused(threads):
    with pytest.raises(DataError, match="threads must be a whole number from 1 on"):
        workers_of(threads)
