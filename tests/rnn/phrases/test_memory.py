"""What was taught is recalled, between the contexts taught and far outside them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn import (
    ClockConfig,
    NormalEquations,
    PhraseMemory,
    Readout,
    ReservoirConfig,
    draw_reservoir,
    recall,
    recall_frames,
    teach_phrases,
)

CLOCK = ClockConfig()
N_FRAMES = 5 * CLOCK.n_frames + 37  # the last phrase is not full
N_FEATURES = 12
RIDGE = 2.6e-14


def sequence(context):
    """Pitches that wander by whole octaves, each moving with the context at a rate of its own."""
    rng = np.random.default_rng(1)
    time = np.arange(N_FRAMES)[:, None]
    steps = rng.standard_normal((N_FRAMES, N_FEATURES))
    start = np.cumsum(0.1 * steps, axis=0) + 20.0 * np.sin(time / 50.0 + np.arange(N_FEATURES))
    return start + context * (1.0 + 0.2 * np.sin(time / 31.0 + np.arange(N_FEATURES)))


@pytest.fixture(scope="module")
def network():
    config = ReservoirConfig(n_inputs=CLOCK.n_bumps)
    return draw_reservoir(config, rng=np.random.default_rng(0))


@pytest.fixture(scope="module")
def memory(network):
    taught = {context: sequence(context) for context in (-1.0, 0.0, 1.0)}
    return teach_phrases(network, CLOCK, taught, ridge=RIDGE)


@pytest.mark.parametrize("context", [-1.0, 0.0, 1.0])
def test_what_was_taught_is_recalled_at_its_context(memory, context):
    recalled = recall(memory, context)
    assert recalled.shape == (N_FRAMES, N_FEATURES)
    np.testing.assert_allclose(recalled, sequence(context), atol=0.005)  # half a cent


@pytest.mark.parametrize(
    ("context", "median", "worst"),
    [(0.5, 5e-4, 0.005), (3.0, 0.002, 0.02), (12.0, 0.005, 0.06), (-24.0, 0.01, 0.12)],
)
def test_features_linear_in_context_are_recalled_outside_it(memory, context, median, worst):
    error = np.abs(recall(memory, context) - sequence(context))
    assert np.median(error) < median
    assert error.max() < worst


def test_the_example_taught_decides_and_not_the_order_of_examples(network, memory):
    taught = {context: sequence(context) for context in (1.0, -1.0, 0.0)}
    reordered = teach_phrases(network, CLOCK, taught, ridge=RIDGE)
    np.testing.assert_allclose(recall(reordered, 12.0), recall(memory, 12.0), atol=0.02)


@pytest.mark.parametrize("context", [0.0, 5.0, 12.0, -24.0])
def test_a_phrase_border_is_no_larger_step_than_elsewhere(memory, context):
    recalled = recall(memory, context)
    for course, slack in ((recalled, 1.1), (recalled - sequence(context), 1.0)):
        steps = np.abs(np.diff(course, axis=0)).max(axis=1)
        at_border = np.arange(len(steps)) % CLOCK.n_frames == CLOCK.n_frames - 1
        assert at_border.sum() == 5
        # Steps of a tenth of a cent are nobody's concern, wherever they are.
        assert steps[at_border].max() <= max(slack * steps[~at_border].max(), 0.001)
    steps = np.abs(np.diff(recalled, axis=0))
    assert np.median(steps[at_border]) <= 1.25 * np.median(steps[~at_border])


def test_the_network_has_settled_into_its_cycle(memory):
    for context in (0.0, 12.0, -36.0):
        np.testing.assert_allclose(
            memory.states(context)[-1], memory.warm_state(context), atol=1e-12
        )


def test_frames_recalled_at_a_constant_context_are_the_whole_recall(memory):
    contexts = np.full(N_FRAMES, 5.0)
    recalled, state = recall_frames(memory, contexts, 0, memory.warm_state(5.0))
    np.testing.assert_allclose(recalled, recall(memory, 5.0), atol=1e-9)
    assert state.shape == (memory.network.n_units,)


@given(cuts=st.lists(st.integers(0, N_FRAMES), max_size=4), seed=st.integers(0, 2**32 - 1))
def test_frames_recalled_in_parts_are_those_recalled_at_once(memory, cuts, seed):
    contexts = np.random.default_rng(seed).uniform(-12.0, 12.0, N_FRAMES)
    whole, last = recall_frames(memory, contexts, 0, memory.warm_state(0.0))
    edges = [0, *sorted(cuts), N_FRAMES]
    state, parts = memory.warm_state(0.0), []
    for start, stop in pairwise(edges):
        part, state = recall_frames(memory, contexts[start:stop], start, state)
        parts.append(part)
    np.testing.assert_array_equal(state, last)
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-9)


def test_frames_past_the_end_are_read_by_the_last_phrase(memory):
    states = memory.states(0.0)
    last = memory.n_phrases - 1
    np.testing.assert_array_equal(
        memory.features(states, (last + 3) * CLOCK.n_frames),
        memory.features(states, last * CLOCK.n_frames),
    )


def test_the_end_of_the_last_phrase_holds_its_last_frame(memory):
    past = memory.features(memory.states(0.0), (memory.n_phrases - 1) * CLOCK.n_frames)[37:]
    np.testing.assert_allclose(past, np.tile(sequence(0.0)[-1], (len(past), 1)), atol=0.005)


def test_readouts_are_float32_and_lose_nothing_that_matters_by_it(network, memory):
    assert memory.readouts.weights.dtype == np.float32
    padded = np.pad(sequence(0.0), ((0, 6 * CLOCK.n_frames - N_FRAMES), (0, 0)), "edge")
    equations = NormalEquations.zeros(network.n_units, 6 * N_FEATURES)
    for context in (-1.0, 0.0, 1.0):
        padded[:N_FRAMES] = sequence(context)
        padded[N_FRAMES:] = padded[N_FRAMES - 1]
        targets = np.concatenate(np.split(padded, 6), axis=1)
        equations = equations.add(memory.states(context), targets)
    exact = equations.fit(ridge=RIDGE).weights
    weights = np.stack(np.split(exact, 6, axis=1))
    np.testing.assert_array_equal(memory.readouts.weights, weights.astype(np.float32))
    unrounded = PhraseMemory(network, CLOCK, Readout(weights, 0.0 * weights[:, 0]), N_FRAMES)
    np.testing.assert_allclose(recall(memory, 12.0), recall(unrounded, 12.0), atol=0.005)


@pytest.mark.parametrize("n_frames", [1, 2, 127, 128, 129])
def test_any_length_is_recalled_at_its_length(network, n_frames):
    taught = {c: sequence(c)[:n_frames, :2] for c in (0.0, 1.0)}
    short = teach_phrases(network, CLOCK, taught, ridge=RIDGE)
    recalled = recall(short, 1.0)
    assert recalled.shape == (n_frames, 2)
    np.testing.assert_allclose(recalled, taught[1.0], atol=0.005)


def test_fewer_than_two_contexts_are_refused(network):
    with pytest.raises(ValueError, match=r"at least two contexts must be taught, got \[0.5\]"):
        teach_phrases(network, CLOCK, {0.5: np.zeros((4, 1))}, ridge=RIDGE)


def test_examples_of_different_shapes_are_refused(network):
    taught = {0.0: np.zeros((4, 1)), 1.0: np.zeros((5, 1))}
    with pytest.raises(ValueError, match=r"must have one shape, got \[\(4, 1\), \(5, 1\)\]"):
        teach_phrases(network, CLOCK, taught, ridge=RIDGE)


def test_a_sequence_without_frames_is_refused(network):
    with pytest.raises(ValueError, match="no frames"):
        teach_phrases(network, CLOCK, {c: np.zeros((0, 1)) for c in (0.0, 1.0)}, ridge=RIDGE)
