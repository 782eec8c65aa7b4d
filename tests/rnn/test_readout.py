"""Readouts solve the least-squares problem they claim to, however the frames arrive."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn import NormalEquations


def equations_of(states, targets, edges=()):
    equations = NormalEquations.zeros(states.shape[1], targets.shape[1])
    bounds = [0, *edges, len(states)]
    for start, stop in pairwise(bounds):
        equations = equations.add(states[start:stop], targets[start:stop])
    return equations


@given(cuts=st.lists(st.integers(0, 90), max_size=6), seed=st.integers(0, 2**32 - 1))
def test_streamed_equations_are_those_of_all_frames_at_once(cuts, seed):
    rng = np.random.default_rng(seed)
    states, targets = rng.standard_normal((90, 12)), rng.standard_normal((90, 3))
    streamed = equations_of(states, targets, sorted(cuts))
    np.testing.assert_allclose(streamed.gram, states.T @ states, atol=1e-12)
    np.testing.assert_allclose(streamed.cross, states.T @ targets, atol=1e-12)


@pytest.mark.parametrize("ridge", [1e-6, 1e-2, 1.0, 100.0])
@pytest.mark.parametrize("n_frames", [5, 20, 200])
def test_ridge_is_least_squares_on_the_augmented_system(ridge, n_frames, rng):
    states, targets = rng.standard_normal((n_frames, 20)), rng.standard_normal((n_frames, 4))
    augmented = np.concatenate([states, np.sqrt(ridge * n_frames) * np.eye(20)])
    padded = np.concatenate([targets, np.zeros((20, 4))])
    expected = np.linalg.lstsq(augmented, padded, rcond=None)[0]
    weights = equations_of(states, targets).fit(ridge=ridge).weights
    np.testing.assert_allclose(weights, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("rank", [1, 7, 20])
def test_without_ridge_it_is_the_solution_of_minimum_norm(rank, rng):
    states = rng.standard_normal((60, rank)) @ rng.standard_normal((rank, 20))
    targets = rng.standard_normal((60, 4))
    weights = equations_of(states, targets).fit(ridge=0.0).weights
    np.testing.assert_allclose(weights, np.linalg.pinv(states, rcond=1e-8) @ targets, atol=1e-9)


def test_fewer_frames_than_units_are_fitted_exactly_without_ridge(rng):
    states, targets = rng.standard_normal((8, 30)), rng.standard_normal((8, 2))
    weights = equations_of(states, targets).fit(ridge=0.0).weights
    np.testing.assert_allclose(states @ weights, targets, atol=1e-10)


def test_nothing_seen_is_refused():
    with pytest.raises(ValueError, match="fitted to frames, got none"):
        NormalEquations.zeros(5, 2).fit(ridge=0.0)


@pytest.mark.parametrize("ridge", [0.0, 1e-8])
def test_silence_is_no_weight(ridge):
    weights = NormalEquations.zeros(5, 2).add(np.zeros((3, 5)), np.ones((3, 2))).fit(ridge=ridge)
    np.testing.assert_array_equal(weights.weights, np.zeros((5, 2)))


def test_a_stronger_ridge_makes_smaller_weights(rng):
    equations = equations_of(rng.standard_normal((40, 10)), rng.standard_normal((40, 1)))
    norms = [np.linalg.norm(equations.fit(ridge=r).weights) for r in (0.0, 0.01, 1.0, 1e2, 1e5)]
    assert np.all(np.diff(norms) < 0.0)
    assert norms[-1] < 1e-3 * norms[0]


@pytest.mark.parametrize("ridge", [-1e-9, np.inf, np.nan])
def test_a_bad_ridge_is_refused(ridge):
    with pytest.raises(ValueError, match=f"ridge must be finite and not negative, got {ridge}"):
        NormalEquations.zeros(2, 1).fit(ridge=ridge)


def test_states_and_targets_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="as many frames, got 3 and 4"):
        NormalEquations.zeros(2, 1).add(np.zeros((3, 2)), np.zeros((4, 1)))
