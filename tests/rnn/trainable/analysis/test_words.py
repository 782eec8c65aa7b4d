"""What is said of how a memory is held names what was found."""

from __future__ import annotations

import numpy as np
import pytest

from rnn.trainable.analysis.cycles import LongRun, Separation, separation
from rnn.trainable.analysis.lifetime import Lifetime
from rnn.trainable.analysis.slow_points import SlowPoint
from rnn.trainable.analysis.words import sentence
from tests.support.holding_networks import HELD


def said(kind, *, eigenvalues=(-1.0,), lifetime_s=2.0, decay_s=3.0):
    point = SlowPoint(np.zeros(2), "fixed", 0.0, np.array(eigenvalues, complex))
    run = LongRun("rest", np.zeros(2), 0.0, 60.0, 1.0, np.nan, np.nan)
    nothing = np.empty(0)
    return sentence(
        kind,
        [run, run],
        [point],
        Separation(1.0, 0.5, decay_s, decay_s),
        [point],
        Lifetime(nothing, nothing, nothing, 0.9, lifetime_s),
        1.0,
        HELD,
        HELD.names,
    )


@pytest.mark.parametrize(
    ("eigenvalues", "words"),
    [
        ((-0.5 + 3.14159j, -0.5 - 3.14159j), "decays e-fold in 2 s and swings every 2 s"),
        ((0.1 + 1.0j, 0.1 - 1.0j), "grows e-fold in 10 s and swings every 6.3 s"),
        ((-0.5 + 0.1j, -0.5 - 0.1j), "the slowest mode decays e-fold in 2 s; "),
        ((2.0j, -2.0j), "the slowest mode stands still and swings every 3.1 s"),
    ],
)
def test_a_mode_swings_if_it_turns_before_it_has_decayed(eigenvalues, words):
    assert words in said("fixed points", eigenvalues=eigenvalues)


def test_a_memory_that_noise_covers_at_once_says_so():
    words = said("none", lifetime_s=0.0)
    assert words.endswith("is told at below 90 % at every trained delay.")


def test_what_was_not_seen_to_end_has_no_time():
    assert "falls e-fold in no time that was seen" in said("none", decay_s=np.inf)
    assert "halves later than was looked" in said("none", decay_s=np.inf)


def test_runs_that_are_one_at_once_draw_together_in_no_time():
    path = np.zeros((20, 2, 1))
    path[0, 0] = 1.0
    apart = separation(path, 0.01, ended=True, same=1e-2)
    assert (apart.end, apart.halving_s, apart.decay_s) == (0.0, 0.01, 0.0)
