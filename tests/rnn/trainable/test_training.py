"""Networks trained many at once are the equation, its gradient, and each as if it were alone."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

from rnn import ReservoirConfig, draw_reservoir, run
from rnn.reservoir import step as reservoir_step
from rnn.tasks import DelayMatch
from rnn.tasks.delay_match import PULSES
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
    euler_step,
    forked_accuracy,
    from_reservoir,
    outputs_of,
    run_constant,
    stack,
    train,
)
from rnn.trainable.gradients.gradients import gradients, make_batch
from rnn.trainable.gradients.kernel import Lesson, Network, Scratch, Slope, learn
from rnn.trainable.gradients.through_time import Batch, Gradient, backward, forward
from rnn.trainable.optimiser import no_moments, update
from rnn.trainable.training import by_weights
from rnn.trainable.workers import Workers

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


# The equation, and its gradient


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


# One step


@pytest.mark.parametrize("leak", [0.3, 1.0])
def test_a_step_of_the_rate_form_is_a_step_of_the_reservoir(leak):
    settings = ReservoirConfig(
        n_units=15, n_inputs=2, n_contexts=2, density=0.3, context_scale=0.5, leak=leak
    )
    reservoir = draw_reservoir(settings, rng=np.random.default_rng(1))
    networks = from_reservoir(reservoir, DT, n_outputs=3)
    rng = np.random.default_rng(2)
    inputs, contexts = rng.standard_normal((2, 12, 2))
    expected = run(reservoir, inputs, contexts)
    acts, config = acting(networks, DT), networks.config
    columns = torch.from_numpy(np.hstack([inputs, contexts, np.ones((12, 1))]))
    nothing = torch.zeros(1, 11, 1, 3).double()
    batch = Batch(columns[None, :, None], nothing, torch.tensor([0]), [11], nothing, nothing)
    kept = forward(config, acts, batch)
    np.testing.assert_array_equal(kept.columns[0, 0, 0, :15], 0.0)
    np.testing.assert_allclose(kept.columns[0, 1:, 0, :15], expected[:11], atol=1e-12)
    np.testing.assert_array_equal(kept.outputs, 0.0)
    state = rng.uniform(-1.0, 1.0, 15)
    after = euler_step(config, acts, torch.from_numpy(state)[None, None], columns[:1, :4][None])
    drive = reservoir.inputs @ inputs[0] + reservoir.context @ contexts[0] + reservoir.bias
    np.testing.assert_allclose(after[0, 0], reservoir_step(reservoir, state, drive), atol=1e-12)
    absent = reservoir.recurrent.toarray() == 0.0
    np.testing.assert_array_equal(networks.wiring.mask[0, :15, :15], ~absent)


@every_config
def test_steps_one_at_a_time_are_the_run(config):
    networks, batch = draws(config), drawn_batch(config, [9] * 4)
    acts = acting(networks, DT)
    kept = forward(config, acts, batch)
    state = acts.initial[:, None].expand(-1, N_TRIALS, -1)
    for time in range(9):
        kicks = batch.noise[batch.stream, time]
        state = euler_step(config, acts, state, batch.columns[:, time, :, :-1], kicks)
        rates = state.clamp(min=0.0) if config.form == "current" else state
        found = kept.columns[:, time + 1, :, : config.n_units]
        np.testing.assert_allclose(found, rates, atol=1e-12)
        np.testing.assert_allclose(
            kept.outputs[:, time], outputs_of(config, acts, state), atol=1e-12
        )


def listening(seeds, listens):
    return Noise([np.random.default_rng(seed) for seed in seeds], torch.tensor(listens))


@every_config
@pytest.mark.parametrize("noisy", [True, False])
def test_to_follow_is_a_run_with_inputs_that_hear_noise_and_are_rectified(config, noisy):
    config = replace(config, input_noise=0.2)
    networks, batch = draws(config), drawn_batch(config, [9] * 4)
    acts = acting(networks, DT)
    shown = torch.from_numpy(np.random.default_rng(4).uniform(-0.5, 1.0, (3, given_to(config))))
    start = acts.initial[:, None].expand(-1, N_TRIALS, -1)
    noise = listening([8, 9], [0, 1, 0, 1])
    batch.columns[..., :-1] = shown
    if not noisy:
        acts = acts._replace(noise=0.0 * acts.noise)
        last = run_constant(config, acts, start, shown, 9, DT)
    else:
        last = run_constant(config, acts, start, shown, 9, DT, noise)
        again, n = listening([8, 9], [0, 1, 0, 1]), config.n_inputs
        for time in range(9):
            heard = again.draw(3, n, like=shown) * 0.2 * np.sqrt(2.0 * config.shortest_tau_s / DT)
            batch.columns[:, time, :, :n] = torch.clamp(shown[:, :n] + heard, min=0.0)
            kicks = again.draw(3, config.n_units, like=shown)
            np.testing.assert_array_equal(kicks[0], kicks[2])
            batch.noise[:, time] = kicks[:2]
    kept = forward(config, acts, batch)
    np.testing.assert_allclose(outputs_of(config, acts, last), kept.outputs[:, -1], atol=1e-12)


def test_no_steps_leave_the_state():
    acts = acting(draws(MIXED), DT)
    state = torch.ones(4, 3, 10).double()
    assert run_constant(MIXED, acts, state, torch.ones(3, 4).double(), 0, DT) is state


# Noise does not depend on the step


def uncoupled(config, dt_s, *, through):
    """Acting weights of one network of units that see nothing, or the one input."""
    matrix = torch.zeros(1, config.n_units + config.n_outputs, config.n_units + 2).double()
    matrix[:, : config.n_units, config.n_units] = through
    zeros = torch.zeros(1, config.n_units).double()
    full = Weights(matrix, zeros)
    wiring = Wiring(torch.ones_like(matrix), zeros + config.shortest_tau_s)
    return acting(RateNetworks(config, full, wiring), dt_s)


@pytest.mark.parametrize("dt_s", [0.02, 0.005, 0.001])
@pytest.mark.parametrize("source", ["recurrent_noise", "input_noise"])
def test_a_unit_alone_is_as_noisy_in_steps_of_any_length(dt_s, source):
    # 4000 samples: the standard deviation is known to 1 / sqrt(8000), 1.1 %; 4 of these are 4.5 %.
    # A noise of σ sqrt(alpha), or one per step, would be wrong by 29 % and more.
    quiet = {"recurrent_noise": 0.0, "input_noise": 0.0}
    config = RateConfig(n_units=1, **(quiet | {source: 0.3}))
    acts = uncoupled(config, dt_s, through=1.0)
    shown = torch.full((4000, 1), 20.0).double()  # far from where inputs are rectified
    state = torch.full((1, 4000, 1), 20.0).double()
    n_steps = round(0.4 / dt_s)
    last = run_constant(config, acts, state, shown, n_steps, dt_s, listening([3], [0]))
    expected = 0.3 * np.sqrt(2.0 / (2.0 - dt_s / 0.1))
    assert last.std().item() == pytest.approx(expected, rel=0.045)
    assert last.mean().item() == pytest.approx(20.0, abs=0.03)


@pytest.mark.parametrize("dt_s", [0.02, 0.005])
def test_inputs_in_training_hear_noise_by_the_step_and_are_rectified(dt_s):
    config = RateConfig(n_units=2, input_noise=0.1)
    like = torch.zeros(1).double()
    spreads = []
    for baseline in (5.0, 0.0):
        task = DelayMatch(baseline=baseline, catch_share=0.0)
        trials = task.draw(64, dt_s, rng=np.random.default_rng(0))
        batch = make_batch(config, [trials], [(1, 2)], dt_s, like=like)
        heard = batch.columns[0, :-1, :, 0].numpy()
        spreads.append((heard - trials.inputs[..., 0]).std())
        assert heard.min() >= 0.0
    # At least 5000 samples: 1 %, and 4 of these.
    assert spreads[0] == pytest.approx(0.1 * np.sqrt(2.0 * 0.1 / dt_s), rel=0.04)
    assert spreads[1] < 0.9 * spreads[0]
    assert batch.noise.std().item() == pytest.approx(1.0, rel=0.04)


# Wiring


@pytest.mark.parametrize("weights", ["gamma", "normal"])
def test_by_dales_law_a_unit_has_one_sign_and_only_excitation_is_read(weights):
    config = replace(DALE, n_units=100, weights=weights, excitatory_share=0.8)
    networks = draw_network(config, rng=np.random.default_rng(5))
    matrix = networks.matrix[0].numpy()
    within, readout = matrix[:100, :100], matrix[100:]
    assert (within[:, :80] >= 0.0).all()
    assert (within[:, 80:] <= 0.0).all()
    assert not within.diagonal().any()
    # 4 standard deviations of a share of 8000 and of 2000.
    assert np.mean(within[:, :80] > 0.0) == pytest.approx(0.5 * 0.99, abs=0.023)
    assert np.mean(within[:, 80:] < 0.0) == pytest.approx(0.7 * 0.99, abs=0.041)
    assert readout[:, :80].all()
    assert not readout[:, 80:].any()
    radius = np.abs(np.linalg.eigvals(within.astype(float))).max()
    assert radius == pytest.approx(1.5, rel=1e-5)
    if weights == "gamma":  # inhibition is as strong as excitation: rows sum to 0, by and large
        assert abs(within.sum()) < 0.1 * np.abs(within).sum()


@every_config
def test_outputs_read_units_and_a_constant_only(config):
    networks = draws(config)
    n = config.n_units
    assert not networks.matrix[:, n:, n:-1].any()
    assert networks.matrix[:, n:, -1].all()
    assert networks.matrix[:, :n, n:].all()


def test_without_dales_law_units_have_both_signs_and_the_first_density():
    networks = draw_network(replace(MIXED, n_units=100), rng=np.random.default_rng(5))
    within = networks.matrix[0, :100, :100].numpy()
    assert np.mean(within != 0.0) == pytest.approx(0.5, abs=0.02)
    assert (within > 0.0).any(0).all()
    assert (within < 0.0).any(0).all()
    radius = np.abs(np.linalg.eigvals(within.astype(float))).max()
    assert radius == pytest.approx(1.5, rel=1e-5)


@pytest.mark.parametrize("share", [None, 0.75])
def test_identity_like_weights_are_a_diagonal_and_a_little_more(share):
    config = RateConfig(n_units=100, excitatory_share=share, self_weight=0.9, weight_spread=0.2)
    within = draw_network(config, rng=np.random.default_rng(5)).matrix[0, :100, :100].numpy()
    excites = np.arange(100) < (100 if share is None else 75)
    np.testing.assert_allclose(within.diagonal()[excites], 0.9, atol=0.1)
    np.testing.assert_allclose(within.diagonal()[~excites], 0.0, atol=0.1)
    aside = within[~np.eye(100, dtype=bool)]
    assert np.sqrt(np.mean(aside**2)) == pytest.approx(0.02, rel=0.03)
    if share is not None:
        assert (within[:, excites] > 0.0).all()
        assert (within[:, ~excites] < 0.0).all()


def test_other_weights_time_constants_and_states_are_drawn_as_asked():
    config = replace(MIXED, n_units=400, input_scale=0.3, context_scale=0.2, readout_scale=0.1)
    networks = draw_network(config, rng=np.random.default_rng(5))
    matrix, tau_s = networks.matrix[0].numpy(), networks.wiring.tau_s[0].numpy()
    for part, scale in (
        (matrix[:400, 400:402], 0.3),
        (matrix[:400, 402:404], 0.2),
        (matrix[400:, :400], 0.1),
    ):
        assert 0.97 * scale < part.max() <= scale * (1.0 + 1e-6)
        assert -0.97 * scale > part.min() >= -scale * (1.0 + 1e-6)
    assert not matrix[:, -1].any()
    np.testing.assert_allclose(networks.weights.initial, 0.1, rtol=1e-6)
    # Evenly in logarithm: half of them are below the geometric mean, to 4 standard deviations.
    assert 0.05 * (1.0 - 1e-6) <= tau_s.min() < 0.052
    assert 0.38 < tau_s.max() <= 0.4 * (1.0 + 1e-6)
    assert np.mean(tau_s < np.sqrt(0.05 * 0.4)) == pytest.approx(0.5, abs=0.1)


def test_a_draw_is_that_of_its_seed():
    one, again, other = (draw_network(DALE, rng=np.random.default_rng(s)) for s in (5, 5, 6))
    for kind in ("weights", "wiring"):
        for part, same in zip(getattr(one, kind), getattr(again, kind), strict=True):
            np.testing.assert_array_equal(part, same)
    assert not torch.equal(one.weights.matrix, other.weights.matrix)
    assert not torch.equal(one.wiring.mask, other.wiring.mask)


def test_networks_selected_of_a_stack_are_those_networks_and_copies():
    networks = draws(DALE)
    kept = networks.weights.matrix.clone()
    chosen = networks.select([2, 0])
    assert len(networks) == 4
    assert len(chosen) == 2
    np.testing.assert_array_equal(chosen.wiring.mask, networks.wiring.mask[[2, 0]])
    for copied in (chosen, networks.to("cpu")):
        copied.weights.matrix.zero_()
        np.testing.assert_array_equal(networks.weights.matrix, kept)


# The optimiser


@pytest.mark.parametrize("method", ["adam", "sgd"])
def test_an_update_is_torchs_with_each_network_clipped_by_its_own_length(method):
    rate = 0.01
    config = OptimiserConfig(method=method, learning_rate=rate, clip=1.0)
    rng = np.random.default_rng(0)

    def drawn(*scales):
        matrix, initial = rng.standard_normal((3, 4, 6)), rng.standard_normal((3, 4))
        scale = np.array(scales)[:, None]
        return Weights(
            torch.from_numpy(matrix * scale[..., None]), torch.from_numpy(initial * scale)
        )

    def torchs(i, values):
        own = [torch.nn.Parameter(part[i].clone()) for part in values]
        kinds = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}
        return own, kinds[method](own, lr=rate)

    weights = drawn(1.0, 1.0, 1.0)
    moments, counts = no_moments(weights), torch.zeros(3, dtype=torch.int64)
    twins = [torchs(i, weights) for i in range(3)]
    for turn in range(6):
        if turn == 3:  # network 1 starts again
            counts[1] = 0
            for part in (*moments.first, *moments.second):
                part[1] = 0.0
            twins[1] = torchs(1, weights)
        gradient = drawn(0.05, 0.3, 10.0)  # of lengths below, about and above the clip
        counts += 1
        for i, (own, optimiser) in enumerate(twins):
            for parameter, slope in zip(own, gradient, strict=True):
                parameter.grad = slope[i].clone()
            torch.nn.utils.clip_grad_norm_(own, 1.0)
            optimiser.step()
        update(config, weights, gradient, moments, counts)
        for i, (own, _) in enumerate(twins):
            for part, expected in zip(weights, own, strict=True):
                # torch adds 1e-6 to the length; 1 - 0.999^n is known to 1e-5 in float32.
                np.testing.assert_allclose(part[i], expected.detach(), atol=1e-4 * rate)


def test_no_gradient_moves_nothing():
    weights = Weights(torch.ones(2, 3, 4), torch.ones(2, 3))
    for method in ("adam", "sgd"):
        gradient = Weights(*(torch.zeros_like(part) for part in weights))
        moments = no_moments(weights)
        update(OptimiserConfig(method=method), weights, gradient, moments, torch.tensor([1, 1]))
        for part in weights:
            np.testing.assert_array_equal(part, 1.0)


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


@pytest.mark.parametrize("network", [UNITS, replace(DALE, n_contexts=0, form="rate")])
def test_a_network_in_a_stack_learns_what_it_learns_alone(network):
    plan = plan_of(network=network, validate_every=1000)
    together = advanced(plan, 7)
    assert_close([together.loss], [advanced(plan, 7).loss])
    for i in range(4):
        alone = advanced(replace(plan, assignments=plan.assignments[i : i + 1]), 7)
        assert_close(kept(together, slice(i, i + 1)), kept(alone))
        assert not torch.equal(alone.networks.weights.matrix, begin(plan).networks.weights.matrix)


def test_a_network_in_a_stack_is_validated_as_it_is_alone():
    plan = plan_of()
    together = advanced(plan, 6)
    for i in range(4):
        alone = advanced(replace(plan, assignments=plan.assignments[i : i + 1]), 6)
        assert together.history[i] == alone.history[0]


def test_a_validation_says_when_where_and_how_well():
    state = advanced(plan_of(), 7)
    assert [[one["updates"] for one in history] for history in state.history] == [[3, 6]] * 4
    delays = [history[0]["delays_s"] for history in state.history]
    for own, expected in zip(
        delays, ([0.0, 0.1, 0.2], [0.1, 0.2, 0.3], [0.0, 0.02], [0.12]), strict=True
    ):
        assert own == pytest.approx(expected)
    for history in state.history:
        for one in history:
            accuracy = np.array(one["accuracy"])
            assert accuracy.shape == (len(one["delays_s"]), 4)
            assert ((accuracy >= 0.0) & (accuracy <= 1.0)).all()


def test_networks_of_one_seed_hear_the_same_noise():
    trials = [task.draw(4, DT, rng=np.random.default_rng(0)) for task in TASKS[1::-1]]
    like = torch.zeros(1).double()
    first, second = len(trials[0].inputs), len(trials[1].inputs)
    assert first > second
    alike = make_batch(UNITS, trials, [(1, 5), (1, 5)], DT, like=like)
    assert alike.stream.tolist() == [0, 0]
    assert alike.noise.shape == (1, first, 4, 10)
    apart = make_batch(UNITS, trials, [(1, 5), (1, 6)], DT, like=like)
    assert apart.stream.tolist() == [0, 1]
    alone = make_batch(UNITS, trials[1:], [(1, 5)], DT, like=like)
    np.testing.assert_array_equal(alike.columns[1, :second], alone.columns[0, :second])
    np.testing.assert_array_equal(alike.noise[0, :second], alone.noise[0])
    assert not torch.equal(apart.columns[1, :second], alone.columns[0, :second])
    assert alike.n_steps == [first, second]
    for i, n_steps in enumerate(alike.n_steps):
        assert alike.mask[i].sum().item() == pytest.approx(1.0, rel=1e-6)
        assert not alike.mask[i, n_steps:].any()


@pytest.mark.parametrize("cut", [1, 3, 4])
def test_a_training_in_two_parts_is_the_whole_training_to_the_last_bit(cut):
    plan = plan_of()
    whole = begin(plan)
    with Workers(1) as workers:
        for _ in range(6):
            advance(plan, whole, workers)
    halves = advanced(plan, 6 - cut, copy.deepcopy(advanced(plan, cut)))
    for part, expected in zip(kept(halves), kept(whole), strict=True):
        np.testing.assert_array_equal(part, expected)
    assert halves.history == whole.history


@pytest.mark.parametrize("n_workers", [2, 3, 8])
def test_networks_shared_out_among_threads_learn_what_one_thread_teaches(n_workers):
    plan = plan_of()
    expected, shared = advanced(plan, 7), begin(plan)
    with Workers(n_workers) as workers:
        for _ in range(7):
            advance(plan, shared, workers)
    assert_close(kept(shared), kept(expected))
    assert shared.history == expected.history


@pytest.mark.parametrize("n_workers", [1, 2])
def test_while_threads_share_the_work_each_works_alone(n_workers):
    before = torch.get_num_threads()
    torch.set_num_threads(before + 2)
    try:
        with Workers.for_device(torch.device("cpu")) as workers:
            assert workers.n == before + 2
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == before + 2
        with pytest.raises(ZeroDivisionError), Workers(n_workers) as workers:
            assert workers.map(lambda n: n + 1, range(9)) == list(range(1, 10))
            workers.map(lambda n: 1 / n, range(3))
        assert torch.get_num_threads() == before + 2
    finally:
        torch.set_num_threads(before)


@every_config
def test_training_leaves_what_is_fixed_and_signs_hold(config):
    config = replace(config, n_inputs=1, n_contexts=0)
    plan = plan_of(network=config, validate_every=1000)
    state = begin(plan)
    fixed = [part.clone() for part in state.networks.wiring]
    before = state.networks.matrix
    state = advanced(plan, 5, state)
    for part, expected in zip(state.networks.wiring, fixed, strict=True):
        np.testing.assert_array_equal(part, expected)
    after, mask, n = state.networks.matrix, state.networks.wiring.mask, config.n_units
    assert not after[mask == 0.0].any()
    assert not state.networks.weights.matrix[mask == 0.0].any()
    moved = after != before
    if config.excitatory_share is not None:
        assert (state.networks.weights.matrix[:, :n, :n] < 0.0).any()  # which do not act
    assert moved[:, :n, :n].any()
    assert moved[:, n:].any()
    if config.excitatory_share is not None:
        assert (after[:, :n, :9] >= 0.0).all()
        assert (after[:, :n, 9:n] <= 0.0).all()
        assert not after.diagonal(dim1=1, dim2=2)[:, :n].any()


def test_an_easy_task_is_learnt():
    network = RateConfig(n_units=20, input_scale=1.0, readout_scale=0.3, recurrent_noise=0.03)
    task = DelayMatch(longest_s=0.2, pulse_s=0.3, decision_s=0.2)
    training = TrainingConfig(
        optimiser=OptimiserConfig(learning_rate=0.01),
        dt_s=0.04,
        batch=32,
        validate_every=20,
        validation_delays=2,
        validation_trials=40,
        validations=2,
        max_updates=500,
    )
    plan = Plan(network, training, tuple(Assignment(task=task, seed=seed) for seed in (0, 1)))
    counts = []
    state = train(plan, begin(plan), after=lambda now: counts.append(now.n_updates.copy()))
    assert state.outcome == ["reached", "reached"]
    assert len(state.active) == 0
    assert len(counts) == state.n_updates.max()
    np.testing.assert_array_equal(counts[0], [1, 1])
    for history, n_updates in zip(state.history, state.n_updates, strict=True):
        assert history[-1]["updates"] == n_updates
        assert len(history) == n_updates / 20
        least = [np.mean(one["accuracy"], axis=0).min() for one in history]
        assert np.mean(least[-2:]) >= 0.9
        assert all(np.mean(least[k : k + 2]) < 0.9 for k in range(len(least) - 2))


def test_a_network_that_does_not_learn_is_stopped():
    plan = plan_of(max_updates=4)
    state = train(plan, begin(plan))
    assert state.outcome == ["stopped"] * 4
    np.testing.assert_array_equal(state.n_updates, 4)


@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_a_network_that_is_no_longer_finite_starts_again_and_leaves_the_others_alone(poison):
    plan, others = plan_of(max_restarts=1), [0, 2, 3]
    first = begin(plan).networks.weights.matrix[1]
    clean, state = advanced(plan, 4), advanced(plan, 3)
    state.networks.weights.matrix[1, 2, 3] = poison
    advance(plan, state)
    assert_close(kept(state, others), kept(clean, others))
    assert state.incidents == [
        "network 1 (seed 11): its loss was no longer finite at update 4; "
        "it starts again from another draw."
    ]
    assert state.outcome == ["training"] * 4
    assert (state.n_updates.tolist(), state.restarts.tolist()) == ([4, 0, 4, 4], [0, 1, 0, 0])
    assert state.history[1] == []
    assert state.smoothed[1] == 0.5
    again = state.networks.weights.matrix[1].clone()
    assert torch.isfinite(again).all()
    assert not torch.equal(again, first)
    for part in (*state.moments.first, *state.moments.second):
        assert not part[1].any()

    advanced(plan, 2, clean)
    advanced(plan, 2, state)
    assert state.n_updates.tolist() == [6, 2, 6, 6]
    assert torch.isfinite(state.networks.weights.matrix[1]).all()
    assert not torch.equal(state.networks.weights.matrix[1], again)
    state.networks.weights.initial[1] = poison
    advanced(plan, 3, clean)
    advanced(plan, 3, state)
    assert state.outcome == ["training", "failed", "training", "training"]
    assert state.active.tolist() == others
    assert state.incidents[1:] == [
        "network 1 (seed 11): its loss was no longer finite at update 3; it has failed."
    ]
    assert state.n_updates.tolist() == [9, 3, 9, 9]
    assert_close(kept(state, others), kept(clean, others))


def test_a_gradient_that_explodes_while_the_loss_is_finite_starts_a_network_again():
    plan = plan_of(network=replace(UNITS, form="rate", recurrent_noise=0.0))
    state = begin(plan)
    matrix = state.networks.weights.matrix
    matrix[1, :10] = 0.0  # at rest, where tanh is steepest
    matrix[1, :10, :10].fill_diagonal_(1e10)
    state.networks.weights.initial[1] = 0.0
    advance(plan, state)
    assert state.restarts.tolist() == [0, 1, 0, 0]
    assert state.n_updates.tolist() == [1, 0, 1, 1]


def test_what_a_restart_draws_is_that_of_its_seed():
    plan = plan_of()
    states = [advanced(plan, n) for n in (1, 3)]
    for state in states:
        state.networks.weights.matrix[1] = np.nan
        advance(plan, state)
    one, other = states
    np.testing.assert_array_equal(one.networks.weights.matrix[1], other.networks.weights.matrix[1])


def test_delays_widen_when_the_smoothed_accuracy_is_high_enough():
    tasks = [replace(SHORT, longest_s=0.5, widening_s=0.2, first_limit_s=0.1)] * 4
    settings = {"validate_every": 1000, "gradient_weight": 0.0}
    plan = plan_of(tasks, range(4), widen_at=0.6, **settings)
    never = plan_of(tasks, range(4), widen_at=1.0, **settings)
    state, n_rises = begin(plan), 0
    for _ in range(15):
        unwidened = advanced(never, 1, copy.deepcopy(state))
        level, smoothed = state.level.copy(), state.smoothed.copy()
        advance(plan, state)
        answered = (unwidened.smoothed - 0.8 * smoothed) / 0.2  # shares of right answers
        assert ((answered > -1e-9) & (answered < 1.0 + 1e-9)).all()
        rises = (unwidened.smoothed > 0.6) & (level < 2)
        np.testing.assert_array_equal(unwidened.level, level)
        np.testing.assert_array_equal(state.level, level + rises)
        np.testing.assert_array_equal(state.smoothed, np.where(rises, 0.8, unwidened.smoothed))
        n_rises += rises.sum()
    assert n_rises > 2
    assert state.level.max() == 2


# Accuracy, of networks made by hand


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


# The criterion, of networks that barely learn


def hand_made_training(makers, *, longest_s=0.2, **settings):
    """Networks that noise leaves alone and that stay as they are."""
    still = OptimiserConfig(method="sgd", learning_rate=1e-30)
    task = replace(WHOLE, longest_s=longest_s, widening_s=0.1, first_limit_s=0.1)
    defaults = {"optimiser": still, "widen_at": 1.0, "validate_every": 1, "gradient_weight": 0.0}
    plan = plan_of([task] * len(makers), range(len(makers)), network=HAND, **defaults | settings)
    state = begin(plan)
    state.networks = as_type(torch.float32, stack([maker() for maker in makers]))
    return plan, state


def test_the_criterion_holds_at_the_last_level_alone_and_for_the_last_validations():
    makers = [made for made, _ in KNOWN]
    plan, state = hand_made_training(makers, validations=2)
    advanced(plan, 3, state)
    assert state.outcome == ["training"] * 4
    for history, (_, expected) in zip(state.history, KNOWN, strict=True):
        assert [one["level"] for one in history] == [0, 0, 0]
        for one in history:
            np.testing.assert_array_equal(one["accuracy"], [expected] * len(one["delays_s"]))
    state.level[:] = 1
    advance(plan, state)
    assert state.outcome == ["training"] * 4  # one validation of two
    advance(plan, state)
    assert state.outcome == ["reached", "training", "training", "training"]
    assert state.active.tolist() == [1, 2, 3]
    assert state.history[0][-1]["delays_s"] == pytest.approx([0.0, 0.1, 0.2])


@pytest.mark.parametrize(("every_delay", "outcome"), [(False, "reached"), (True, "stopped")])
def test_the_least_of_the_conditions_counts_of_each_delay_only_if_asked_for(every_delay, outcome):
    def drifting():
        """Adds a little to the sum, so that after a long delay it no longer knows."""
        networks = perfect()
        networks.weights.matrix[0, 0, -1] += 0.09
        return networks

    expected = accuracies(drifting(), [[0.0, 0.5, 1.0]])[0]
    criterion = 0.6
    assert expected.min() == 0.0
    assert expected.mean(0).min() > criterion
    plan, state = hand_made_training(
        [drifting],
        longest_s=1.0,
        validations=1,
        criterion=criterion,
        every_delay=every_delay,
        max_updates=2,
    )
    state.level[:] = 9
    assert train(plan, state).outcome == [outcome]


# What is refused


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        *(({name: 0}, rf"{name} must be at least 1, got 0") for name in ("n_units", "n_inputs")),
        ({"n_outputs": 0}, r"n_outputs must be at least 1, got 0"),
        ({"n_contexts": -1}, r"n_contexts must not be negative, got -1"),
        ({"form": "currents"}, r"form must be 'current' or 'rate', got 'currents'"),
        ({"weights": "uniform"}, r"weights must be .*'identity', got 'uniform'"),
        ({"shortest_tau_s": 0.0}, r"time constants must be .*got 0 s to 0.1 s"),
        ({"shortest_tau_s": 0.2}, r"time constants must be .*rise, got 0.2 s to 0.1 s"),
        ({"longest_tau_s": np.inf}, r"time constants must be .*got 0.1 s to inf s"),
        *(
            ({name: value}, rf"{name} must be finite and not negative, got {value}")
            for name in ("recurrent_noise", "input_noise", "spectral_radius", "self_weight")
            for value in (-0.1, np.inf, np.nan)
        ),
        *(
            ({name: -1.0}, rf"{name} must be finite and not negative, got -1.0")
            for name in ("weight_spread", "input_scale", "context_scale", "readout_scale")
        ),
        ({"initial_state": -1.0}, r"initial_state must be finite and not negative"),
        *(
            ({name: value}, rf"{name} must lie in \(0, 1\], got {value}")
            for name in ("excitatory_density", "inhibitory_density")
            for value in (0.0, 1.1, np.nan)
        ),
        *(
            ({"excitatory_share": share}, rf"excitatory_share must leave .*got {share} of 100")
            for share in (0.0, 1.0, 0.001)
        ),
        ({"self_connections": False}, r"identity-like weights are self-connections"),
    ],
)
def test_a_bad_network_is_named(settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        RateConfig(**settings)


@pytest.mark.parametrize("dt_s", [0.0, -0.02, 0.11, np.nan])
def test_a_step_that_does_not_fit_the_time_constant_is_refused(dt_s):
    assert RateConfig(longest_tau_s=0.4).alpha(0.1) == 1.0
    complaint = rf"the step must be positive and at most the time constant, 0.1 s, got {dt_s:g} s"
    with pytest.raises(ValueError, match=complaint):
        RateConfig(longest_tau_s=0.4).alpha(dt_s)
    with pytest.raises(ValueError, match=complaint):
        acting(draw_network(HAND, rng=np.random.default_rng(0)), dt_s)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"method": "rmsprop"}, r"method must be 'adam' or 'sgd', got 'rmsprop'"),
        *(
            ({name: value}, rf"{name} must be positive and finite, got {value}")
            for name in ("learning_rate", "clip")
            for value in (0.0, -1.0, np.inf, np.nan)
        ),
        *(
            ({name: value}, rf"{name} must lie in \[0, 1\), got {value}")
            for name in ("first_decay", "second_decay")
            for value in (-0.1, 1.0, np.nan)
        ),
    ],
)
def test_a_bad_optimiser_is_named(settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        OptimiserConfig(**settings)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        *(
            ({name: 0}, rf"{name} must be at least 1, got 0")
            for name in (
                "batch",
                "validate_every",
                "validation_delays",
                "validation_trials",
                "validations",
                "max_updates",
            )
        ),
        ({"max_restarts": -1}, r"max_restarts must not be negative, got -1"),
        *(
            ({name: value}, rf"{name} must lie in \(0, 1\], got {value}")
            for name in ("criterion", "widen_at")
            for value in (0.0, 1.1, np.nan)
        ),
        *(
            ({"gradient_weight": value}, rf"gradient_weight must be finite .*got {value}")
            for value in (-0.1, np.inf, np.nan)
        ),
        *(
            ({"dt_s": value}, rf"dt_s must be positive and finite, got {value}")
            for value in (0.0, -0.1, np.inf, np.nan)
        ),
    ],
)
def test_a_bad_training_is_named(settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        TrainingConfig(**settings)


@pytest.mark.parametrize(
    ("tasks", "settings", "complaint"),
    [
        ([], {}, r"there is no network to train"),
        (
            [SHORT, replace(SHORT, form="input")],
            {},
            r"the task 'delay-match' needs 2 inputs, 0 contexts and 2 outputs, the network has 1 ",
        ),
        (
            [SHORT],
            {"network": replace(UNITS, n_inputs=2)},
            r"the task 'delay-match' needs 1 inputs, .*, the network has 2 inputs, ",
        ),
        (
            [SHORT],
            {"network": replace(UNITS, n_outputs=3)},
            r"2 outputs, the network .* 3 outputs",
        ),
        (
            [SHORT, replace(SHORT, longest_s=0.01)],
            {},
            r"a delay of 0.01 s is shorter than a step of 0.02 s",
        ),
        ([SHORT], {"dt_s": 0.05}, r"a fixation of 0.04 s is shorter than a step of 0.05 s"),
        (
            [WHOLE],
            {"network": replace(UNITS, shortest_tau_s=0.01)},
            r"the step must be positive and at most the time constant, 0.01 s, got 0.02 s",
        ),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(tasks, settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        plan_of(tasks, range(len(tasks)), **settings)


def test_networks_of_different_configs_are_not_stacked():
    with pytest.raises(ValueError, match="only networks of one config can be stacked"):
        stack([perfect(), perfect(replace(HAND, recurrent_noise=0.1))])
    with pytest.raises(ValueError, match="only networks of one config can be stacked"):
        stack([])
