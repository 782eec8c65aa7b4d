"""The stacked and the compiled way back are the gradient of the equation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from rnn.trainable import RateNetworks, Weights, acting, draw_network, stack
from rnn.trainable.gradients.gradients import gradients, make_batch
from rnn.trainable.gradients.kernel import Lesson, Network, Scratch, Slope, learn
from rnn.trainable.gradients.through_time import Gradient, backward, forward
from rnn.trainable.training import by_weights
from rnn.trainable.workers import Workers
from tests.support.rate_networks import (
    DALE,
    DT,
    N_STEPS,
    N_TRIALS,
    SHORT,
    drawn_batch,
    draws,
    every_config,
)


def plain_matrix(networks, i):
    """What acts in network i: by Dale's law the strengths that are positive, with a sign."""
    matrix, mask = (networks.weights.matrix[i].numpy(), networks.wiring.mask[i].numpy())
    n = networks.config.n_units
    found = np.zeros_like(matrix)
    for row, column in np.ndindex(*matrix.shape):
        strength = matrix[row, column]
        if networks.config.excitatory_share is not None and row < n and column < n:
            strength = max(strength, 0.0)
        found[row, column] = strength * mask[row, column]
    return found


def plain_trial(networks, batch, i, trial):
    """States (step + 1, unit) and outputs (step, output) of one trial of network i."""
    config, n = networks.config, networks.config.n_units
    matrix, tau_s = plain_matrix(networks, i), networks.wiring.tau_s[i].numpy()
    states, outputs = [networks.weights.initial[i].numpy()], []
    for time in range(batch.n_steps[i]):
        state = states[-1]
        rates = np.maximum(state, 0.0) if config.form == "current" else state
        given = batch.columns[i, time, trial].numpy()
        drive = matrix[:n, :n] @ rates + matrix[:n, n:] @ given
        if config.form == "rate":
            drive = np.tanh(drive)
        kick = np.sqrt(2.0 * DT / tau_s) * config.recurrent_noise
        kick = kick * batch.noise[batch.stream[i], time, trial].numpy()
        state = state + DT / tau_s * (drive - state) + kick
        states.append(state)
        rates = np.maximum(state, 0.0) if config.form == "current" else state
        outputs.append(matrix[n:, :n] @ rates + matrix[n:, -1])
    return np.array(states), np.array(outputs)


@every_config
def test_a_run_is_the_equation(config):
    networks, batch = draws(config), drawn_batch(config)
    found = forward(config, acting(networks, DT), batch)
    assert (found.columns[..., : config.n_units] != 0.0).any()
    for i, n_steps in enumerate(N_STEPS):
        for trial in range(N_TRIALS):
            states, outputs = plain_trial(networks, batch, i, trial)
            rates = np.maximum(states, 0.0) if config.form == "current" else states
            kept = found.columns[i, : n_steps + 1, trial, : config.n_units]
            np.testing.assert_allclose(kept, rates, atol=1e-12)
            np.testing.assert_allclose(found.outputs[i, :n_steps, trial], outputs, atol=1e-12)
        assert not found.outputs[i, n_steps:].any()


def loss_and_omega(weights, wiring, config, batch, i):
    """The loss of network i and Ω, whose gradient is the immediate one, by plain autograd."""
    n = config.n_units
    mask, alpha = wiring.mask[i], DT / wiring.tau_s[i]
    matrix = weights.matrix[i]
    recurrent = matrix[:n, :n]
    if config.excitatory_share is not None:
        recurrent = torch.relu(recurrent)
    recurrent, rest = recurrent * mask[:n, :n], (matrix * mask)[:, n:]
    readout = (matrix * mask)[n:, :n]
    states, slopes, loss = [weights.initial[i].expand(N_TRIALS, n)], [], 0.0
    for time in range(batch.n_steps[i]):
        state = states[-1]
        rates = torch.relu(state) if config.form == "current" else state
        drive = rates @ recurrent.T + batch.columns[i, time] @ rest[:n].T
        if config.form == "rate":
            drive = torch.tanh(drive)
            slopes.append(1.0 - drive.detach() ** 2)
        else:
            slopes.append(torch.ones_like(drive))
        kick = config.recurrent_noise * torch.sqrt(2.0 * alpha) * batch.noise[batch.stream[i], time]
        states.append((1.0 - alpha) * state + alpha * drive + kick)
        rates = torch.relu(states[-1]) if config.form == "current" else states[-1]
        outputs = rates @ readout.T + rest[n:, -1]
        squares = ((outputs - batch.targets[i, time]) ** 2).mean(1)
        loss = loss + squares @ batch.mask[i, time]
    adjoints = torch.autograd.grad(loss, states[1:], retain_graph=True)
    omega = 0.0
    for state, slope, later in zip(states[:-1], slopes, adjoints, strict=True):
        bend = (state.detach() > 0.0) if config.form == "current" else 1.0
        arrived = (1.0 - alpha) * later + bend * ((alpha * slope * later) @ recurrent)
        asked = later.norm(dim=1) > 0.0  # a trial that has ended has no gradient to keep
        ratio = arrived[asked].norm(dim=1) / later[asked].norm(dim=1)
        omega = omega + ((ratio - 1.0) ** 2).sum() / N_TRIALS
    return loss, omega


def found_gradient(networks, batch, penalty):
    acts = acting(networks, DT)
    kept = forward(networks.config, acts, batch)
    slopes = backward(networks.config, acts, batch, kept, penalty=penalty)
    return by_weights(networks, slopes), slopes


@every_config
@pytest.mark.parametrize("penalty", [0.0, 2.0])
def test_the_way_back_is_the_gradient_that_autograd_finds(config, penalty):
    networks, batch = draws(config), drawn_batch(config)
    gradient, slopes = found_gradient(networks, batch, penalty)
    leaves = Weights(*(part.clone().requires_grad_() for part in networks.weights))
    for i in range(len(N_STEPS)):
        loss, omega = loss_and_omega(leaves, networks.wiring, config, batch, i)
        expected = torch.autograd.grad(loss + penalty * omega, leaves)
        np.testing.assert_allclose(slopes.loss[i], loss.detach(), rtol=1e-12)
        if penalty:
            np.testing.assert_allclose(slopes.penalty[i], omega.detach(), rtol=1e-12)
        for part, expected_part in zip(gradient, expected, strict=True):
            assert expected_part[i].abs().max() > 1e-4
            np.testing.assert_allclose(part[i], expected_part[i], atol=1e-12)


@every_config
@pytest.mark.parametrize("penalty", [0.0, 2.0])
def test_the_compiled_loops_of_one_network_are_the_stacked_ones(config, penalty):
    networks, batch = draws(config), drawn_batch(config)
    acts = acting(networks, DT)
    outputs = forward(config, acts, batch).outputs
    expected, slopes = found_gradient(networks, batch, penalty)
    matrix, initial = (np.full_like(part.numpy(), np.nan) for part in acts[:2])
    losses, omegas = [], []
    for i, n_steps in enumerate(N_STEPS):
        shape = (n_steps + 1, N_TRIALS, matrix.shape[2])
        outs, loss, omega = learn(
            config.form == "rate",
            Network(*(part[i].numpy() for part in acts)),
            Lesson(
                batch.columns[i, :n_steps].numpy(),
                batch.noise[batch.stream[i]].numpy(),
                batch.targets[i, :n_steps].numpy(),
                batch.mask[i, :n_steps].numpy(),
            ),
            penalty,
            Scratch(np.full(shape, np.nan), np.full(shape, np.nan)),
            Slope(matrix[i], initial[i]),
        )
        np.testing.assert_allclose(outs, outputs[i, :n_steps], atol=1e-12)
        losses.append(loss)
        omegas.append(omega)
    found = Gradient(*map(torch.from_numpy, map(np.array, (matrix, initial, losses, omegas))))
    for part, expected_part in zip(by_weights(networks, found), expected, strict=True):
        np.testing.assert_allclose(part, expected_part, atol=1e-12)
    np.testing.assert_allclose(found.loss, slopes.loss, rtol=1e-12)
    np.testing.assert_allclose(found.penalty, slopes.penalty, rtol=1e-12)


@pytest.mark.parametrize("form", ["current", "rate"])
@pytest.mark.parametrize("n_workers", [1, 3])
def test_gradients_in_trials_are_those_of_the_stacked_batch(form, n_workers):
    config = replace(DALE, n_contexts=0, form=form, input_noise=0.1)
    networks = stack([draw_network(config, rng=np.random.default_rng(i)) for i in range(4)])
    networks.weights.matrix[:, config.n_units :, -1] = 0.5
    task = replace(SHORT, shortest_s=0.1, longest_s=0.3)
    trials = [task.draw(8, DT, rng=np.random.default_rng(i)) for i in range(4)]
    trials.sort(key=lambda one: -len(one.inputs))
    keys = [(1, 5), (1, 6), (1, 5), (1, 7)]
    with Workers(n_workers) as workers:
        found, outputs = gradients(networks, trials, keys, DT, penalty=2.0, workers=workers)
    batch = make_batch(config, trials, keys, DT, like=networks.weights.matrix)
    stacked = forward(config, acting(networks, DT), batch).outputs
    expected, slopes = found_gradient(networks, batch, 2.0)
    for i, one in enumerate(trials):
        assert outputs[i].shape == one.targets.shape
        np.testing.assert_allclose(outputs[i], stacked[i, : len(one.inputs)], atol=1e-5)
    for part, expected_part in zip(by_weights(networks, found), expected, strict=True):
        np.testing.assert_allclose(part, expected_part, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(found.loss, slopes.loss, rtol=1e-5)
    np.testing.assert_allclose(found.penalty, slopes.penalty, rtol=1e-4)


@every_config
def test_the_penalty_changes_the_gradient_of_recurrent_weights_alone(config):
    networks, batch, n = draws(config), drawn_batch(config), config.n_units
    (free, start), (kept, kept_start) = (
        found_gradient(networks, batch, penalty)[0] for penalty in (0.0, 2.0)
    )
    change = (kept - free).abs()
    assert (change[:, :n, :n].amax((1, 2)) > 1e-3).all()
    np.testing.assert_allclose(change[:, n:], 0.0, atol=1e-13)
    np.testing.assert_allclose(change[:, :, n:], 0.0, atol=1e-13)
    np.testing.assert_allclose(kept_start, start, atol=1e-13)


@every_config
def test_the_gradient_is_a_small_difference_of_losses(config):
    networks, batch, size = draws(config), drawn_batch(config), 1e-6
    gradient, _ = found_gradient(networks, batch, 0.0)
    rng = np.random.default_rng(3)
    for _ in range(3):
        way = [torch.from_numpy(rng.standard_normal(tuple(p.shape))) for p in networks.weights]
        ahead, behind = (
            found_gradient(
                RateNetworks(
                    config,
                    Weights(*(p + s * w for p, w in zip(networks.weights, way, strict=True))),
                    networks.wiring,
                ),
                batch,
                0.0,
            )[1].loss
            for s in (size, -size)
        )
        along = sum((g * w).flatten(1).sum(1) for g, w in zip(gradient, way, strict=True))
        np.testing.assert_allclose(along, (ahead - behind) / (2.0 * size), rtol=1e-6, atol=1e-8)
