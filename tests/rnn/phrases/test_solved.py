"""Readouts that are solved are those that are kept, and recall better far outside."""

from __future__ import annotations

import numpy as np
import pytest

from rnn import (
    ClockConfig,
    PhraseMemory,
    Readout,
    ReservoirConfig,
    draw_reservoir,
    recall,
    solve_readouts,
    teach_phrases,
)
from rnn.phrases.memory import cycle_of, targets_by_phrase

CLOCK = ClockConfig(n_frames=32, n_bumps=16)
TAUGHT = (-1.0, 0.0, 1.0)
N_PHRASES = 3
N_FEATURES = 5
RIDGE = 1e-7  # of which float64 has the normal equations solved exactly, too


def sequence(context):
    time = np.arange(N_PHRASES * CLOCK.n_frames)[:, None]
    start = 10.0 * np.sin(time / 9.0 + np.arange(N_FEATURES))
    return start + context * (1.0 + 0.2 * np.sin(time / 31.0 + np.arange(N_FEATURES)))


def targets(*contexts):
    """(context * phrase frame, phrase * feature)."""
    return np.concatenate([targets_by_phrase(CLOCK, sequence(context)) for context in contexts])


def drawn(context_scale):
    config = ReservoirConfig(n_units=150, n_inputs=CLOCK.n_bumps, context_scale=context_scale)
    return draw_reservoir(config, rng=np.random.default_rng(0))


@pytest.fixture(scope="module")
def network():
    return drawn(1e-4)


@pytest.fixture(scope="module")
def readouts(network):
    return solve_readouts(network, CLOCK, TAUGHT, ridge=RIDGE)


def test_they_are_the_readouts_that_are_taught(network, readouts):
    taught = teach_phrases(network, CLOCK, {c: sequence(c) for c in TAUGHT}, ridge=RIDGE)
    weights = readouts.matrix @ targets(*TAUGHT)
    by_phrase = weights.reshape(network.n_units, N_PHRASES, N_FEATURES).transpose(1, 0, 2)
    largest = np.abs(by_phrase).max()
    np.testing.assert_allclose(taught.readouts.weights, by_phrase, rtol=0.0, atol=1e-6 * largest)
    solved = PhraseMemory(
        network, CLOCK, Readout(by_phrase, np.zeros((N_PHRASES, N_FEATURES))), taught.n_frames
    )
    for context in (0.0, 5.0, -12.0):
        np.testing.assert_allclose(recall(solved, context), recall(taught, context), atol=1e-3)


def test_shares_of_the_frames_taught_are_what_is_recalled(network, readouts):
    states = cycle_of(network, CLOCK, 5.0)
    shares = readouts.shares(states)
    assert shares.shape == (3, CLOCK.n_frames, CLOCK.n_frames)
    by_share = sum(
        each @ targets_by_phrase(CLOCK, sequence(context))
        for context, each in zip(TAUGHT, shares, strict=True)
    )
    by_weights = states @ (readouts.matrix @ targets(*TAUGHT))
    np.testing.assert_allclose(by_share, by_weights, rtol=0.0, atol=1e-6)


def test_they_are_linear_in_what_is_taught(network, readouts, rng):
    states = cycle_of(network, CLOCK, 3.0) @ readouts.matrix
    one, other = (rng.standard_normal((3 * CLOCK.n_frames, 2)) for _ in range(2))
    np.testing.assert_allclose(
        states @ (2.0 * one - other), 2.0 * states @ one - states @ other, rtol=0.0, atol=1e-9
    )


def test_shares_of_some_states_are_those_of_each(network, readouts):
    states = cycle_of(network, CLOCK, 3.0)
    np.testing.assert_allclose(
        readouts.shares(states)[:, 4:6], readouts.shares(states[4:6]), rtol=0.0, atol=1e-9
    )
    assert readouts.shares(states[:0]).shape == (3, 0, CLOCK.n_frames)


@pytest.mark.parametrize("context", [12.0, -24.0])
def test_a_smaller_scale_and_ridge_recall_more_exactly(network, context):
    def worst(network, ridge):
        readouts = solve_readouts(network, CLOCK, TAUGHT, ridge=ridge)
        recalled = cycle_of(network, CLOCK, context) @ readouts.matrix @ targets(*TAUGHT)
        return np.abs(recalled - targets(context)).max()

    assert worst(drawn(1e-5), 1e-18) < 0.2 * worst(network, 2.6e-14)


def test_fewer_than_two_contexts_are_refused(network):
    with pytest.raises(ValueError, match=r"at least two contexts must be taught, got \[0.5\]"):
        solve_readouts(network, CLOCK, [0.5], ridge=RIDGE)


@pytest.mark.parametrize("ridge", [-1.0, np.nan, np.inf])
def test_a_ridge_that_is_none_is_refused(network, ridge):
    with pytest.raises(ValueError, match="ridge must be finite and not negative"):
        solve_readouts(network, CLOCK, TAUGHT, ridge=ridge)


def test_no_ridge_gives_no_weight_to_what_no_state_visits():
    # Contexts without an effect lead to the same states.
    readouts = solve_readouts(drawn(0.0), CLOCK, TAUGHT, ridge=0.0)
    shares = readouts.shares(cycle_of(drawn(0.0), CLOCK, 0.0))
    np.testing.assert_allclose(shares, np.stack([np.eye(CLOCK.n_frames) / 3.0] * 3), atol=1e-6)
