"""What is measured of a phrase is none where nothing is wrong, and all where all is."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import capacity
from benchmarks.capacity_picture import draw
from benchmarks.phrase_network import (
    Turns,
    draw_network,
    draw_sequence,
    errors_of,
    left_alone,
    own_clock,
    readout_of,
    share_lost,
    share_lost_in_noise,
    silenced,
)
from rnn import ClockConfig, SelfClock, clock_signal
from tests.support.reports import is_png

CLOCK = ClockConfig(n_frames=32, n_bumps=16)


@pytest.fixture(scope="module")
def network():
    return draw_network(CLOCK, n_units=150, seed=0)


@pytest.fixture(scope="module")
def own(network):
    return own_clock(network, CLOCK)


def test_errors_are_relative_to_what_is_recalled(rng):
    sequence = draw_sequence(CLOCK.n_frames, rng=rng)
    here, there = sequence.at(0.0), sequence.at(12.0)
    exact = errors_of(Turns(here, there), np.eye(40), sequence)
    np.testing.assert_allclose(exact, 0.0, atol=1e-12)
    silent = errors_of(Turns(here, there), np.zeros((40, 40)), sequence)
    assert silent.displacement == 1.0
    shifted = errors_of(Turns(here + here.std(), there + here.std()), np.eye(40), sequence)
    np.testing.assert_allclose(shifted, [1.0, 0.0], atol=1e-12)


def test_a_network_left_alone_recalls_what_it_was_taught(network, own, rng):
    sequence = draw_sequence(CLOCK.n_frames, rng=rng)
    alone = left_alone(own)
    assert alone.lost == 0.0
    errors = errors_of(alone, readout_of(network, CLOCK, sequence, ridge=1e-18), sequence)
    assert errors.sequence < 1e-5
    assert errors.displacement < 1e-3


def test_frames_that_do_not_follow_each_other_are_lost(network, own, rng):
    assert share_lost(own, 100) == 0.0
    assert share_lost_in_noise(own, 100, 0.01, rng=rng) == 0.0
    assert share_lost_in_noise(own, 100, 3.0, rng=rng) > 0.5
    stuck = SelfClock(network, CLOCK, 0.0 * own.weights)
    assert share_lost(stuck, 100) == 0.99  # the first is right


def test_units_lost_are_units_at_rest(network):
    kept = np.array([0, 3, 4, 70, 149])
    left = silenced(network, kept)
    turn, context = clock_signal(CLOCK, 0, 20), np.array([2.0])
    alive = np.isin(np.arange(150), kept)
    state = np.zeros(150)
    for states, frame in zip(left.run(turn, context), turn, strict=True):
        state = np.where(alive, network.run(frame[None], context, state)[0], 0.0)
        np.testing.assert_allclose(states, state[kept], rtol=0.0, atol=1e-12)


def test_a_phrase_that_fits_is_kept_and_recalled(monkeypatch):
    monkeypatch.setattr(capacity, "SIZES", (60,))
    monkeypatch.setattr(capacity, "FRAMES_A_UNIT", (0.25, 2.0, 100.0))
    fits, does_not = capacity.phrase_capacity(0)  # and the third is too long to be tried
    assert (fits["units"], fits["frames"], fits["lost"]) == (60, 15, 0.0)
    assert fits["displacement"] < 1e-3 < 0.5 < does_not["displacement"]


def test_what_was_found_is_drawn(tmp_path):
    phrase = {"units": 1, "frames a unit": 1.0, "lost": 1.0, "sequence": 1.0, "displacement": 1.0}
    decay = {"scale": 1.0, "ridge": 1.0, "size": 1.0, "displacement": 1.0, "lost": 1.0}
    found = [{**decay, "of": of} for of in ("noise in states", "units lost")]
    draw({"phrase": [phrase], "recall": found, "clock": found}, tmp_path / "drawn.png")
    assert is_png(tmp_path / "drawn.png")


def test_a_table_has_a_line_for_each_row(capsys):
    capacity.print_table("what", [{"size": 1e-5, "of": "units"}, {"size": 1234.5, "of": "states"}])
    assert capsys.readouterr().out == "\nwhat\nsize | of\n1e-05 | units\n1234 | states\n"
