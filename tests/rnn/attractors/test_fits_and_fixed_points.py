"""A memory fitted either way is the same, and what leads nowhere is told as what it is."""

from __future__ import annotations

import numpy as np
import pytest

from rnn import Schedule, fixed_point, hopf_context, teach_attractors
from tests.support.cycles import FLOW, RESERVOIR, TAUGHT, moved_cycles


def taught(**options):
    examples = moved_cycles(TAUGHT, 400, 100)
    return teach_attractors(
        RESERVOIR, FLOW, examples, TAUGHT, discard_steps=30, ridge=1e-4, **options
    )


@pytest.fixture(scope="module")
def memory():
    return taught(intercept=False)


def test_the_normal_equations_give_the_readout_of_the_factorisation(memory):
    other = taught(intercept=False, normal_equations=True)
    np.testing.assert_allclose(other.readout.weights, memory.readout.weights, rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(other.readout.offset, 0.0)
    np.testing.assert_array_equal(other.states, memory.states)


def test_the_normal_equations_have_no_intercept():
    with pytest.raises(ValueError, match="fitted without an intercept"):
        taught(normal_equations=True)


@pytest.mark.parametrize("context", [np.zeros(2), np.zeros((1, 1)), 0.0])
def test_a_fixed_point_is_of_one_context_and_one_state(memory, context):
    with pytest.raises(ValueError, match=r"context must have shape \(1,\) and guess \(60,\)"):
        fixed_point(memory, context, np.zeros(60))
    with pytest.raises(ValueError, match=r"got \(1,\) and \(59,\)"):
        fixed_point(memory, np.zeros(1), np.zeros(59))


@pytest.mark.parametrize("guess", [np.inf, np.nan, 1e300, 1.7e308])
def test_from_far_away_a_fixed_point_is_found_or_not_without_noise(memory, guess):
    """No warning either: warnings are errors here."""
    guess = np.full(60, guess)
    guess[::2] *= -1.0
    try:
        found = fixed_point(memory, np.zeros(1), guess)
    except ArithmeticError as error:
        assert str(error).startswith("no fixed point was found near the guess at context [0.0]")
    else:
        assert np.isfinite(found.state).all()


def test_a_fixed_point_that_is_lost_on_the_way_is_no_crossing(memory):
    with pytest.raises(ArithmeticError, match=r"no fixed point was found .* context \[-1.0\]"):
        hopf_context(memory, np.full(60, np.nan), (-1.0, 1.0))


def test_a_ramp_ends_in_the_shape_in_which_it_starts():
    for end in (np.zeros((1, 2)), np.zeros((2, 1)), np.zeros(1)):
        with pytest.raises(ValueError, match=r"a ramp must end in the shape .*\(1, 1\), got"):
            Schedule.ramp(np.zeros((1, 1)), end, 1.0)
