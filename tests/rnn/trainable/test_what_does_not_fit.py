"""What does not fit is refused: trials, memories, networks; an interrupt leaves no thread."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from rnn.trainable import acting, draw_network, forked_accuracy, stack
from rnn.trainable import workers as workers_module
from rnn.trainable.analysis.delay_states import delay_velocity
from rnn.trainable.config import RateConfig
from rnn.trainable.workers import Workers
from tests.support.holding_networks import HELD, ring
from tests.support.rate_networks import DT, KNOWN, SHORT


@pytest.mark.parametrize(
    "other",
    [
        SHORT.forked_at([0.1], DT, n_trials=2),
        replace(SHORT, pulse_s=0.1).forked_at([0.1], DT, n_trials=1),
        replace(SHORT, high=0.9).forked_at([0.1], DT, n_trials=1),
    ],
)
def test_trials_side_by_side_differ_in_their_forks_only(other):
    networks = stack([made() for made, _ in KNOWN])
    own = SHORT.forked_at([0.2], DT, n_trials=1)
    with pytest.raises(ValueError, match="may differ in their forks only"):
        forked_accuracy(
            networks.config, acting(networks, DT), [own, own, own, other], DT, noise=None
        )


def test_a_memory_is_of_cues_that_each_network_is_told_of():
    cue = HELD.cues[0]
    for memory, message in (
        (HELD._replace(names=("A",)), "of two cues or more, got 1"),
        (HELD._replace(names=("A", "B", "C")), "a row for each of their names"),
        (HELD._replace(cues=(cue._replace(given=cue.given[:1]),)), "a row for each of their"),
        (HELD._replace(held=np.zeros(3)), "told by 3 inputs and contexts, the network has 2 and 0"),
        (HELD._replace(cues=(cue._replace(given=cue.given[0]),)), "inputs and contexts"),
    ):
        with pytest.raises(ValueError, match=message):
            delay_velocity(ring(), 0, memory)


def test_weights_of_one_sign_need_no_law():
    config = RateConfig(n_units=40, weights="gamma", spectral_radius=0.7)
    matrix = draw_network(config, rng=np.random.default_rng(0)).weights.matrix[0, :40, :40].numpy()
    assert (matrix >= 0.0).all()
    assert np.abs(np.linalg.eigvals(matrix)).max() == pytest.approx(0.7, rel=1e-5)


@pytest.mark.parametrize("what", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_while_others_work_is_raised_when_they_have_ended(what, monkeypatch):
    begun, waiting = threading.Barrier(3), workers_module.wait
    before, interrupted = threading.active_count(), []

    def wait(futures, **options):
        if not interrupted:
            begun.wait(timeout=20.0)
            interrupted.append(1)
            raise what
        return waiting(futures, **options)

    def work(_):
        begun.wait(timeout=20.0)
        until = time.monotonic() + 20.0
        while time.monotonic() < until:
            workers.check()
            time.sleep(0.001)
        pytest.fail("it was not told")

    with Workers(2) as workers:
        monkeypatch.setattr(workers_module, "wait", wait)
        with pytest.raises(what):
            workers.map(work, range(5))
        assert workers.map(abs, [-1, 2]) == [1, 2]
    assert threading.active_count() == before
