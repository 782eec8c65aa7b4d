"""Work that is shared out among threads stops in the middle of it, and leaves no thread behind."""

from __future__ import annotations

import copy
import os
import signal
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from rnn.tasks import DelayMatch
from rnn.trainable import Assignment, Plan, RateConfig, TrainingConfig, advance, begin, train
from rnn.trainable import workers as workers_module
from rnn.trainable.gradients.gradients import compile_ahead
from rnn.trainable.gradients.kernel import learn
from rnn.trainable.workers import Stopped, Workers

SHORT = DelayMatch(fixation_s=0.04, pulse_s=0.06, decision_s=0.06, longest_s=0.2)
PLAN = Plan(
    RateConfig(n_units=8),
    TrainingConfig(batch=4, validate_every=2, validation_trials=4, max_updates=4),
    tuple(Assignment(task=SHORT, seed=seed) for seed in range(3)),
)


@pytest.mark.parametrize("n_workers", [1, 3])
def test_what_has_not_begun_is_not_begun_once_it_is_to_stop(n_workers):
    done = []
    with Workers(n_workers, lambda: len(done) >= 2) as workers, pytest.raises(Stopped):
        workers.map(done.append, range(100))
    assert 2 <= len(done) <= 2 + n_workers


@pytest.mark.parametrize("what", [KeyboardInterrupt, SystemExit, ZeroDivisionError])
def test_when_one_fails_the_others_end_at_their_next_check(what):
    running, before = threading.Barrier(3), threading.active_count()

    def work(item):
        running.wait()
        if item == 0:
            raise what
        while True:  # as long as a run of an hour
            workers.check()
            time.sleep(0.001)

    with Workers(3) as workers, pytest.raises(what):
        workers.map(work, range(3))
    assert threading.active_count() == before


def test_a_signal_just_before_a_long_wait_is_heard_in_it(monkeypatch):
    """The kernel may hand it to any thread, while the one that is to handle it begins to wait."""
    waiting = workers_module.wait

    def trip(futures, **options):
        if not heard:
            # As it is when another thread takes the signal: Python's flag is set, nothing wakes.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
            os.kill(os.getpid(), signal.SIGUSR1)
        return waiting(futures, **options)

    heard = []
    before = signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
    try:
        with Workers(2, lambda: bool(heard)) as workers:
            monkeypatch.setattr(workers_module, "wait", trip)

            def work(_):
                until = time.monotonic() + 20.0
                while time.monotonic() < until:
                    workers.check()
                    time.sleep(0.001)
                pytest.fail("the signal was not heard")

            with pytest.raises(Stopped):
                workers.map(work, range(2))
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
        signal.signal(signal.SIGUSR1, before)


def test_workers_work_on_after_a_failure():
    with Workers(2) as workers:
        with pytest.raises(ZeroDivisionError):
            workers.map(lambda n: 1 / n, range(3))
        assert workers.map(lambda n: n + 1, range(3)) == [1, 2, 3]


@pytest.mark.parametrize("n_checks", [1, 5, 30, 60])
def test_a_training_stopped_anywhere_goes_on_to_the_same_end(n_checks):
    expected = train(PLAN, begin(PLAN))
    state, checks = begin(PLAN), []

    def stopping():
        checks.append(1)
        return len(checks) >= n_checks

    train(PLAN, state, stopping=stopping)
    stopped = copy.deepcopy(state)
    assert len(state.active)
    train(PLAN, state)
    assert not np.array_equal(stopped.loss, state.loss) or stopped.history != state.history
    for part, other in zip(state.networks.weights, expected.networks.weights, strict=True):
        np.testing.assert_array_equal(part, other)
    assert state.history == expected.history
    assert state.outcome == expected.outcome


@pytest.mark.parametrize("form", ["current", "rate"])
def test_what_training_needs_is_compiled_ahead(form):
    compile_ahead()
    compiled = learn.n_kinds
    plan = replace(PLAN, network=replace(PLAN.network, form=form))
    advance(plan, begin(plan))
    assert learn.n_kinds == compiled
