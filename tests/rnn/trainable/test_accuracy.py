"""Networks made by hand answer as right as they should, in forks of a run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnn.tasks.delay_match import PULSES
from rnn.trainable import acting, forked_accuracy, stack
from rnn.trainable.gradients.gradients import make_batch
from rnn.trainable.gradients.through_time import forward
from tests.support.rate_networks import (
    DT,
    KNOWN,
    MIXED,
    SHORT,
    accuracies,
    draws,
    every_config,
    listening,
)


def test_networks_made_by_hand_are_as_right_as_they_should_be():
    networks = stack([made() for made, _ in KNOWN])
    shares = accuracies(networks, [[0.0, 0.5, 2.0]] * 4, n=2)
    for share, (_, expected) in zip(shares, KNOWN, strict=True):
        np.testing.assert_array_equal(share, [expected] * 3)


def test_where_a_network_has_fewer_delays_the_rest_is_no_number():
    networks = stack([made() for made, _ in KNOWN])
    delays_s = [[0.1], [0.1, 0.3, 0.2], [0.3, 0.0], [0.5]]
    shares = accuracies(networks, delays_s)
    assert shares.shape == (4, 3, 4)
    for share, own, (_, expected) in zip(shares, delays_s, KNOWN, strict=True):
        np.testing.assert_array_equal(share[: len(own)], [expected] * len(own))
        assert np.isnan(share[len(own) :]).all()


@every_config
def test_accuracies_are_those_of_whole_trials(config):
    config = replace(config, n_inputs=2, n_contexts=0)
    task = replace(SHORT, form="input")
    networks, delays_s = draws(config), [0.0, 0.06, 0.2, 0.5]
    acts = acting(networks, DT)
    acts = acts._replace(noise=0.0 * acts.noise)
    forked = task.forked_at(delays_s, DT, n_trials=1)
    found = forked_accuracy(config, acts, [forked] * 4, DT, noise=None)
    first, second = np.array(PULSES).T
    for k, delay_s in enumerate(delays_s):
        trials = task.trials(first, second, np.full(4, delay_s), DT)
        batch = make_batch(
            replace(config, input_noise=0.0), [trials] * 4, [(0,)] * 4, DT, like=acts.matrix
        )
        outputs = forward(config, acts, batch).outputs[:, trials.last[0]]
        np.testing.assert_array_equal(found[:, k], outputs.argmax(2).numpy() == trials.answer)
    assert 0.0 < found.mean() < 1.0


NOISY = replace(MIXED, n_inputs=1, n_contexts=0, recurrent_noise=0.5, input_noise=0.1)


def noisy_answers(which, delays_s):
    """Answers of some of four noisy networks, two of which hear the same."""
    streams = [[0, 1, 2, 0][i] for i in which]
    heard = list(dict.fromkeys(streams))
    noise = listening(heard, [heard.index(stream) for stream in streams])
    chosen = draws(NOISY).select(which)
    return accuracies(chosen, delays_s, noise=noise, task=SHORT, n=50)


def test_answers_in_noise_are_those_of_its_seeds():
    one, again = (noisy_answers([0, 1], [[0.0, 0.1]] * 2) for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert ((one > 0.0) & (one < 1.0)).any()


def test_networks_in_any_order_give_the_same_answers():
    delays_s = [[0.0, 0.2, 0.3], [0.1], [0.2, 0.4], [0.3, 0.0]]
    expected = noisy_answers([0, 1, 2, 3], delays_s)
    for order in ([3, 2, 1, 0], [1, 3, 0, 2]):
        found = noisy_answers(order, [delays_s[i] for i in order])
        np.testing.assert_array_equal(found, expected[order])


def test_delays_in_any_order_and_twice_give_the_same_answers():
    up = noisy_answers([0], [[0.0, 0.1, 0.3]])
    np.testing.assert_array_equal(noisy_answers([0], [[0.3, 0.0, 0.1, 0.0]]), up[:, [2, 0, 1, 0]])


def test_asking_for_fewer_delays_does_not_change_the_answers_at_the_others():
    every = noisy_answers([0, 1], [[0.0, 0.1, 0.2, 0.3]] * 2)
    fewer = noisy_answers([0, 1], [[0.1, 0.3]] * 2)
    np.testing.assert_array_equal(fewer, every[:, [1, 3]])


def test_a_network_beside_others_of_other_delays_gives_the_answers_it_gives_alone():
    delays_s = [[0.0, 0.2], [0.1, 0.4], [0.04]]
    together = noisy_answers([0, 1, 2], delays_s)
    for i, own in enumerate(delays_s):
        alone = noisy_answers([i], [own])
        np.testing.assert_array_equal(together[i, : len(own)], alone[0])
