"""Rate networks of every kind, drawn or made by hand, their trials and their training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from rnn.tasks import DelayMatch
from rnn.trainable import (
    Assignment,
    Noise,
    OptimiserConfig,
    Plan,
    RateConfig,
    RateNetworks,
    TrainingConfig,
    Weights,
    Wiring,
    acting,
    advance,
    begin,
    draw_network,
    forked_accuracy,
    stack,
)
from rnn.trainable.gradients.through_time import Batch

DT = 0.02
MIXED = RateConfig(
    n_units=10,
    n_inputs=2,
    n_contexts=2,
    shortest_tau_s=0.05,
    longest_tau_s=0.4,
    weights="normal",
    spectral_radius=1.5,
    excitatory_density=0.5,
)
DALE = replace(
    MIXED,
    n_units=12,
    n_inputs=1,
    n_contexts=1,
    weights="gamma",
    excitatory_share=0.75,
    inhibitory_density=0.7,
    self_connections=False,
)
CONFIGS = {
    "current": MIXED,
    "rate": replace(MIXED, form="rate"),
    "current, by Dale's law": DALE,
    "rate, by Dale's law": replace(DALE, form="rate"),
    "quiet and without contexts": replace(MIXED, n_contexts=0, recurrent_noise=0.0),
}
SHORT = DelayMatch(fixation_s=0.04, pulse_s=0.06, decision_s=0.06, longest_s=0.2)
N_STEPS = [23, 19, 10, 4]  # of the networks of a batch: the way back goes in blocks of 10
N_TRIALS = 3

every_config = pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())


def as_type(dtype, networks):
    return RateNetworks(
        networks.config,
        Weights(*(part.to(dtype) for part in networks.weights)),
        Wiring(*(part.to(dtype) for part in networks.wiring)),
    )


def draws(config):
    """A stack in float64; nothing in it is 0, and some strengths are below."""
    networks = [draw_network(config, rng=np.random.default_rng(i)) for i in range(4)]
    networks = as_type(torch.float64, stack(networks))
    rng = np.random.default_rng(100)
    for part in networks.weights:
        part += torch.from_numpy(0.3 * rng.standard_normal(tuple(part.shape)))
    return networks


def drawn_batch(config, n_steps=N_STEPS, n_trials=N_TRIALS):
    """Inputs, contexts, noise and targets that all vary; nothing is asked at step 2."""
    rng = np.random.default_rng(7)
    shape = (len(n_steps), n_steps[0], n_trials)
    columns = rng.standard_normal((shape[0], shape[1] + 1, n_trials, given_to(config) + 1))
    columns[..., -1] = 1.0
    asked = np.arange(n_steps[0]) < np.array(n_steps)[:, None]
    mask = rng.random(shape) * (rng.random(shape) < 0.7) * asked[..., None]
    mask[:, 2] = 0.0
    mask[:, :1, 0] = 0.5  # each network is asked something at the first step
    targets = rng.standard_normal((*shape, config.n_outputs)) * asked[..., None, None]
    return Batch(
        columns=torch.from_numpy(columns),
        noise=torch.from_numpy(rng.standard_normal((2, *shape[1:], config.n_units))),
        stream=torch.tensor([0, 1, 0, 1][: len(n_steps)]),
        n_steps=list(n_steps),
        targets=torch.from_numpy(targets),
        mask=torch.from_numpy(mask / mask.sum((1, 2), keepdims=True)),
    )


def given_to(config):
    return config.n_inputs + config.n_contexts


def listening(seeds, listens):
    return Noise([np.random.default_rng(seed) for seed in seeds], torch.tensor(listens))


# Training


# Ranges of delays of three, three, two and one, of which two have the same seed.
TASKS = (
    SHORT,
    replace(SHORT, shortest_s=0.1, longest_s=0.3),
    replace(SHORT, longest_s=0.02),
    replace(SHORT, shortest_s=0.12, longest_s=0.12),
)
SEEDS = (10, 11, 12, 10)
UNITS = RateConfig(n_units=10, weights="normal", readout_scale=1.0)
QUICK = TrainingConfig(
    optimiser=OptimiserConfig(learning_rate=0.01),
    batch=8,
    gradient_weight=0.5,
    validate_every=3,
    validation_delays=3,
    validation_trials=12,
    criterion=1.0,
)


def plan_of(tasks=TASKS, seeds=SEEDS, *, network=UNITS, **settings):
    pairs = zip(tasks, seeds, strict=True)
    return Plan(
        network,
        replace(QUICK, **settings),
        tuple(Assignment(task=task, seed=seed) for task, seed in pairs),
    )


def advanced(plan, n_updates, state=None):
    state = begin(plan) if state is None else state
    for _ in range(n_updates):
        advance(plan, state)
    return state


def kept(state, i=slice(None)):
    """All numbers of a training."""
    moments = (part[i] for moment in state.moments for part in moment)
    whole = (state.n_updates, state.restarts, state.level, state.smoothed, state.loss)
    return [*(part[i] for part in state.networks.weights), *moments, *(part[i] for part in whole)]


def assert_close(found, expected):
    for part, expected_part in zip(found, expected, strict=True):
        np.testing.assert_allclose(part, expected_part, rtol=1e-5, atol=1e-6)


# Networks made by hand


HAND = RateConfig(n_units=3, recurrent_noise=0.0, input_noise=0.0)
WHOLE = DelayMatch()


def by_hand(units, outputs, config=HAND):
    """Of rows [W B d] of units and rows [O o] of outputs."""
    matrix = np.zeros((1, 5, 5))
    matrix[0, :3] = units
    matrix[0, 3:, [0, 1, 2, 4]] = np.array(outputs).T
    matrix = torch.from_numpy(matrix)
    mask, zeros = torch.ones_like(matrix), torch.zeros(1, 3).double()
    mask[:, 3:, 3] = 0.0
    return RateNetworks(config, Weights(matrix, zeros), Wiring(mask, zeros + 0.1))


def perfect(config=HAND):
    """Adds up both pulses, 6 a high and 2 a low one; what is not 8 was the same twice."""
    add = [1.0, 0.0, 0.0, 1.0, -0.2]
    above, below = [1.0, 0.0, 0.0, 0.0, -8.0], [-1.0, 0.0, 0.0, 0.0, 8.0]
    return by_hand([add, above, below], [[0.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 2.0]], config)


def always(same, different, config=HAND):
    return by_hand(np.zeros((3, 5)), [[0.0, 0.0, 0.0, same], [0.0, 0.0, 0.0, different]], config)


def second_alone(config=HAND):
    """Forgets the first pulse; says that they were the same if the second was high."""
    forget = [0.0, 0.0, 0.0, 1.0, -0.2]
    return by_hand(
        [forget, [0.0] * 5, [0.0] * 5], [[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.028]], config
    )


KNOWN = (  # right answers of each condition: 11, 00, 10, 01
    (perfect, [1.0, 1.0, 1.0, 1.0]),
    (lambda config=HAND: always(1.0, 0.0, config), [1.0, 1.0, 0.0, 0.0]),
    (lambda config=HAND: always(0.0, 1.0, config), [0.0, 0.0, 1.0, 1.0]),
    (second_alone, [1.0, 0.0, 1.0, 0.0]),
)


def accuracies(networks, delays_s, *, noise=None, task=WHOLE, n=1):
    trials = [task.forked_at(own, DT, n_trials=n) for own in delays_s]
    return forked_accuracy(networks.config, acting(networks, DT), trials, DT, noise=noise)
