"""Networks step as the equation says, in noise that does not depend on the step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from rnn import ReservoirConfig, draw_reservoir, run
from rnn.reservoir import step as reservoir_step
from rnn.tasks import DelayMatch
from rnn.trainable import (
    RateConfig,
    RateNetworks,
    Weights,
    Wiring,
    acting,
    draw_network,
    euler_step,
    from_reservoir,
    outputs_of,
    run_constant,
)
from rnn.trainable.gradients.gradients import make_batch
from rnn.trainable.gradients.through_time import Batch, forward
from tests.support.rate_networks import (
    DT,
    HAND,
    MIXED,
    N_TRIALS,
    drawn_batch,
    draws,
    every_config,
    given_to,
    listening,
)


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


@pytest.mark.parametrize("dt_s", [0.0, -0.02, 0.11, np.nan])
def test_a_step_that_does_not_fit_the_time_constant_is_refused(dt_s):
    assert RateConfig(longest_tau_s=0.4).alpha(0.1) == 1.0
    complaint = rf"the step must be positive and at most the time constant, 0.1 s, got {dt_s:g} s"
    with pytest.raises(ValueError, match=complaint):
        RateConfig(longest_tau_s=0.4).alpha(dt_s)
    with pytest.raises(ValueError, match=complaint):
        acting(draw_network(HAND, rng=np.random.default_rng(0)), dt_s)
