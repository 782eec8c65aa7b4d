"""Networks are drawn and wired as they were asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from rnn.trainable import RateConfig, draw_network, stack
from tests.support.rate_networks import DALE, HAND, MIXED, draws, every_config, perfect


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


def test_networks_of_different_configs_are_not_stacked():
    with pytest.raises(ValueError, match="only networks of one config can be stacked"):
        stack([perfect(), perfect(replace(HAND, recurrent_noise=0.1))])
    with pytest.raises(ValueError, match="only networks of one config can be stacked"):
        stack([])
