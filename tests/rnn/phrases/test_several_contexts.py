"""A network with several contexts: each moves what it was taught to move, alone and with others."""

from __future__ import annotations

import numpy as np
import pytest

from rnn import ClockConfig, ReservoirConfig, draw_reservoir, recall, recall_frames, teach_phrases

CLOCK = ClockConfig(n_frames=32, n_bumps=16)
N_FRAMES = 80
RIDGE = 2.6e-14


def sequence(first, second):
    """Three features: one follows the first context, one the second, one their sum."""
    time = np.arange(N_FRAMES)[:, None]
    start = 10.0 * np.sin(time / 9.0 + np.arange(3))
    return start + np.array([first, second, 0.5 * (first + second)])


@pytest.fixture(scope="module")
def memory():
    config = ReservoirConfig(n_units=200, n_inputs=CLOCK.n_bumps, n_contexts=2)
    network = draw_reservoir(config, rng=np.random.default_rng(0))
    places = [(0.0, 0.0), (-1.0, -1.0), (1.0, 1.0), (0.0, -1.0), (0.0, 1.0)]
    return teach_phrases(network, CLOCK, {at: sequence(*at) for at in places}, ridge=RIDGE)


@pytest.mark.parametrize("at", [(0.0, 0.0), (1.0, 1.0), (12.0, 0.0), (0.0, -12.0), (-7.0, 12.0)])
def test_contexts_are_recalled_apart_and_together(memory, at):
    np.testing.assert_allclose(recall(memory, at), sequence(*at), atol=0.05)


def test_frames_are_recalled_while_each_context_moves(memory):
    contexts = np.stack([np.linspace(0.0, 5.0, N_FRAMES), np.full(N_FRAMES, -2.0)], axis=1)
    state = memory.warm_state(contexts[0])
    whole, _ = recall_frames(memory, contexts, 0, state)
    first, after = recall_frames(memory, contexts[:20], 0, state)
    second, _ = recall_frames(memory, contexts[20:], 20, after)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, atol=1e-9)
    # A network that moves is a few frames behind.
    np.testing.assert_allclose(whole[:, 1], sequence(0.0, -2.0)[:, 1], atol=0.05)
    assert abs(whole[-1, 0] - sequence(5.0, 0.0)[-1, 0]) < 0.5


def test_one_context_is_a_number_or_an_array_of_one():
    config = ReservoirConfig(n_units=40, n_inputs=CLOCK.n_bumps)
    network = draw_reservoir(config, rng=np.random.default_rng(0))
    numbers, tuples = (
        teach_phrases(network, CLOCK, taught, ridge=RIDGE)
        for taught in (
            {c: sequence(c, c) for c in (0.0, 1.0)},
            {(c,): sequence(c, c) for c in (0.0, 1.0)},
        )
    )
    np.testing.assert_array_equal(recall(numbers, 3.0), recall(tuples, np.array([3.0])))
    np.testing.assert_array_equal(numbers.warm_state(3.0, 5), tuples.warm_state((3.0,), 5))


def test_a_context_too_few_is_refused(memory):
    with pytest.raises(ValueError, match=r"context must have shape \(2,\)"):
        recall(memory, 1.0)
