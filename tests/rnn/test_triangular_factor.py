"""Readouts from a triangular factor solve least squares, and keep what a Gram matrix loses."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn import NormalEquations, Readout, TriangularFactor
from rnn.readout import solved


def factor_of(states, targets, edges=()):
    factor = TriangularFactor.zeros(states.shape[1], targets.shape[1])
    for start, stop in pairwise([0, *edges, len(states)]):
        factor = factor.add(states[start:stop], targets[start:stop])
    return factor


def frames(rng, n_frames=60, rank=20):
    """States (frame, 20) of some rank about a mean, and targets (frame, 3) about another."""
    states = rng.standard_normal((n_frames, rank)) @ rng.standard_normal((rank, 20))
    return states + rng.standard_normal(20), rng.standard_normal((n_frames, 3)) + 5.0


def augmented_least_squares(states, targets, ridge, intercept):
    """Frames of weight 1 / n, a row for each penalised weight, none for the intercept."""
    n_frames, n_units = states.shape
    constant = np.full((n_frames, 1), float(intercept))
    rows = np.concatenate([states, constant], axis=1) / np.sqrt(n_frames)
    penalty = np.sqrt(ridge) * np.eye(n_units, n_units + 1)
    padded = np.concatenate([targets / np.sqrt(n_frames), np.zeros((n_units, targets.shape[1]))])
    solution = np.linalg.lstsq(np.concatenate([rows, penalty]), padded, rcond=None)[0]
    return Readout(solution[:-1], solution[-1])


def assert_same_readout(readout, expected, **tolerance):
    for part, expected_part in zip(readout, expected, strict=True):
        np.testing.assert_allclose(part, expected_part, **tolerance)


@given(cuts=st.lists(st.integers(0, 60), max_size=6), seed=st.integers(0, 2**32 - 1))
def test_a_streamed_factor_is_that_of_all_frames_at_once(cuts, seed):
    states, targets = frames(np.random.default_rng(seed))
    streamed = factor_of(states, targets, sorted(cuts))
    columns = np.concatenate([np.ones((60, 1)), states, targets], axis=1)
    gram = columns.T @ columns
    np.testing.assert_allclose(streamed.factor.T @ streamed.factor, gram, rtol=1e-12, atol=1e-10)
    np.testing.assert_array_equal(streamed.factor, np.triu(streamed.factor))
    assert streamed.n_frames == 60
    assert_same_readout(
        streamed.fit(ridge=1e-3),
        factor_of(states, targets).fit(ridge=1e-3),
        rtol=1e-9,
        atol=1e-11,
    )


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("ridge", [1e-6, 1e-2, 1.0, 100.0])
@pytest.mark.parametrize("n_frames", [5, 20, 200])
def test_ridge_is_least_squares_on_the_augmented_system(n_frames, ridge, intercept, rng):
    states, targets = frames(rng, n_frames)
    readout = factor_of(states, targets).fit(ridge=ridge, intercept=intercept)
    expected = augmented_least_squares(states, targets, ridge, intercept)
    assert_same_readout(readout, expected, rtol=1e-8, atol=1e-9)
    if not intercept:
        weights = solved(states, ridge=ridge) @ targets
        np.testing.assert_allclose(weights, readout.weights, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("rank", [1, 7, 20])
def test_without_ridge_it_is_the_solution_of_minimum_norm(rank, rng):
    states, targets = frames(rng, rank=rank)
    readout = factor_of(states, targets).fit(ridge=0.0)
    weights = np.linalg.pinv(states - states.mean(axis=0), rcond=1e-10) @ (
        targets - targets.mean(axis=0)
    )
    offset = targets.mean(axis=0) - states.mean(axis=0) @ weights
    assert_same_readout(readout, (weights, offset), atol=1e-9)


def test_without_intercept_and_ridge_it_is_the_pseudo_inverse(rng):
    states, targets = frames(rng, rank=7)
    readout = factor_of(states, targets).fit(ridge=0.0, intercept=False)
    expected = np.linalg.pinv(states, rcond=1e-10) @ targets
    assert_same_readout(readout, (expected, np.zeros(3)), atol=1e-9)


def test_fewer_frames_than_units_are_fitted_exactly_without_ridge(rng):
    states, targets = frames(rng, n_frames=8)
    readout = factor_of(states, targets, range(1, 8)).fit(ridge=0.0)
    np.testing.assert_allclose(states @ readout.weights + readout.offset, targets, atol=1e-10)


def test_one_frame_is_told_by_the_offset_alone(rng):
    states, targets = frames(rng, n_frames=1)
    readout = factor_of(states, targets).fit(ridge=0.0)
    assert_same_readout(readout, (np.zeros((20, 3)), targets[0]), atol=1e-12)


def test_a_faint_direction_that_a_gram_matrix_loses_is_kept(rng):
    loud, faint = rng.standard_normal((2, 400))
    axes, _ = np.linalg.qr(rng.standard_normal((6, 2)))
    states = np.stack([loud, 1e-11 * faint], axis=1) @ axes.T
    targets = faint[:, None]
    lost = NormalEquations.zeros(6, 1).add(states, targets).fit(ridge=0.0).weights
    assert np.std(states @ lost - targets) > 0.9
    for intercept in (True, False):
        kept = factor_of(states, targets, [100, 250]).fit(ridge=0.0, intercept=intercept)
        assert np.std(states @ kept.weights + kept.offset - targets) < 1e-3


def test_a_factor_is_not_changed_by_adding_to_it(rng):
    states, targets = frames(rng)
    first = factor_of(states, targets)
    before = first.factor.copy()
    first.add(states, targets)
    np.testing.assert_array_equal(first.factor, before)


@pytest.mark.parametrize("ridge", [-1e-9, np.inf, np.nan])
def test_a_bad_ridge_is_refused(ridge, rng):
    with pytest.raises(ValueError, match=f"ridge must be finite and not negative, got {ridge}"):
        factor_of(*frames(rng)).fit(ridge=ridge)


def test_a_fit_to_nothing_is_refused():
    nothing = factor_of(np.zeros((0, 2)), np.zeros((0, 1)))
    with pytest.raises(ValueError, match="fitted to frames, got none"):
        nothing.fit(ridge=0.0)


def test_states_and_targets_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="as many frames, got 3 and 4"):
        TriangularFactor.zeros(2, 1).add(np.zeros((3, 2)), np.zeros((4, 1)))
