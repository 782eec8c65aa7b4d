"""A schedule hits its knots, is straight between them, and stays where it began and ended."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn import Schedule

DT = 0.25  # a binary fraction, so that steps fall on knots exactly
TIMES_S = np.array([1.0, 2.0, 5.0, 5.5])
CONTEXTS = np.random.default_rng(4).standard_normal((4, 2, 3))  # (knot, context, run)
SCHEDULE = Schedule(TIMES_S, CONTEXTS)


def plain(step):
    """The context after a step, one number at a time."""
    return [
        [np.interp(step * DT, TIMES_S, CONTEXTS[:, context, run]) for run in range(3)]
        for context in range(2)
    ]


def test_knots_are_hit_exactly():
    steps = (TIMES_S / DT).astype(int)
    np.testing.assert_array_equal(SCHEDULE.sample(0, 30, dt=DT)[steps], CONTEXTS)


def test_it_is_straight_between_knots():
    sampled = SCHEDULE.sample(0, 30, dt=DT)
    assert sampled.shape == (31, 2, 3)
    np.testing.assert_allclose(sampled, [plain(step) for step in range(31)], atol=1e-14)


def test_it_is_held_before_the_first_knot_and_after_the_last():
    sampled = SCHEDULE.sample(-8, 60, dt=DT)
    for step in (0, 5, 11, 12):  # until 1 s
        np.testing.assert_array_equal(sampled[step], CONTEXTS[0])
    for step in (30, 31, 60):  # from 5.5 s
        np.testing.assert_array_equal(sampled[step], CONTEXTS[-1])


@given(n=st.integers(0, 40), cut=st.integers(0, 40), dt=st.sampled_from([DT, 0.1, 0.0101]))
def test_sampled_in_two_parts_it_is_the_same_to_the_last_bit(n, cut, dt):
    cut = min(cut, n)
    whole = SCHEDULE.sample(0, n, dt=dt)
    np.testing.assert_array_equal(SCHEDULE.sample(0, cut, dt=dt), whole[: cut + 1])
    np.testing.assert_array_equal(SCHEDULE.sample(cut, n - cut, dt=dt), whole[cut:])


def test_a_constant_stays():
    sampled = Schedule.constant(CONTEXTS[0]).sample(7, 5, dt=DT)
    np.testing.assert_array_equal(sampled, np.tile(CONTEXTS[0], (6, 1, 1)))


def test_a_ramp_goes_evenly_and_is_then_held():
    sampled = Schedule.ramp(np.zeros((1, 2)), np.array([[8.0, -4.0]]), 1.0).sample(0, 6, dt=DT)
    expected = np.array([0.0, 2.0, 4.0, 6.0, 8.0, 8.0, 8.0])
    np.testing.assert_array_equal(sampled, np.stack([expected, -expected / 2.0], axis=1)[:, None])


@pytest.mark.parametrize(
    ("times_s", "contexts", "message"),
    [
        (TIMES_S, CONTEXTS[:3], r"each knot a time, got \(3, 2, 3\) and \(4,\)"),
        (TIMES_S, CONTEXTS[..., 0], r"shape \(knot, context, run\)"),
        (TIMES_S[:0], CONTEXTS[:0], "each knot a time"),
        (TIMES_S[::-1], CONTEXTS, "must be finite and rise"),
        (np.array([0.0, 1.0, 1.0, 2.0]), CONTEXTS, "must be finite and rise"),
        (np.array([0.0, 1.0, 2.0, np.inf]), CONTEXTS, "must be finite and rise"),
        (np.array([np.nan]), CONTEXTS[:1], "must be finite and rise"),
        (TIMES_S, CONTEXTS * np.nan, "contexts of a schedule must be finite"),
    ],
)
def test_a_schedule_that_is_none_is_refused(times_s, contexts, message):
    with pytest.raises(ValueError, match=message):
        Schedule(times_s, contexts)


@pytest.mark.parametrize("duration_s", [0.0, -1.0, np.nan])
def test_a_ramp_takes_time(duration_s):
    with pytest.raises(ValueError, match="must be finite and rise"):
        Schedule.ramp(CONTEXTS[0], CONTEXTS[1], duration_s)
