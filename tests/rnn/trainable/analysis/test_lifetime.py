"""How long a memory lasts in noise, of networks of which it can be told."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.special
import torch

from rnn.tasks.delay_match import DelayMatch
from rnn.trainable import (
    Noise,
    acting,
    forked_accuracy,
    run_constant,
    stack,
)
from rnn.trainable.analysis.delay_states import noisy_states, quiet_starts
from rnn.trainable.analysis.lifetime import predict_lifetime
from tests.support.holding_networks import (
    DT_S,
    HELD,
    SPREAD,
    STEP,
    TASK,
    TAU_S,
    bistable,
    held,
    made,
    ring,
)


def test_delay_states_are_those_of_trials():
    networks = stack([ring(noise=0.0), ring(gain=1.2, noise=0.0)])
    config, acts = networks.config, acting(networks, DT_S)
    state = acts.initial[:, None].expand(-1, 2, -1)
    for inputs, seconds in (([[0.2, 0.2]] * 2, 0.1), ([[1.4, 0.2], [0.2, 1.4]], 0.5)):
        state = run_constant(config, acts, state, torch.tensor(inputs), round(seconds / DT_S), DT_S)
    np.testing.assert_allclose(quiet_starts(networks, 1, HELD, DT_S), state[1], atol=1e-6)
    later = run_constant(config, acts, state, torch.full((2, 2), 0.2), 20, DT_S)
    options = {"n_trials": 3, "rng": np.random.default_rng(0)}
    first, second = noisy_states(networks, 1, HELD, DT_S, [0.0, 0.4], **options)
    np.testing.assert_allclose(first, state[1][:, None].expand(2, 3, 2), atol=1e-6)
    np.testing.assert_allclose(second, later[1][:, None].expand(2, 3, 2), atol=1e-6)
    with pytest.raises(ValueError, match="delays must rise"):
        list(noisy_states(networks, 1, HELD, DT_S, [0.4, 0.0], **options))


def matcher(forgets_s=2.0):
    """A leaky x around 5 that answers: after the second pulse |x − 5| is about 2 steps or 0."""
    weight = 1.0 - TAU_S / forgets_s
    return made(
        [[weight, 0, 0], [1, 0, 0], [-1, 0, 0]],
        [0.2, 0, 0],
        bias=[5.0 * (1.0 - weight), -5.0, 5.0],
        rest=5.0,
        noise=0.03,
        readout=[[0, 1, 1], [0, 0, 0]],
        offset=[0.0, 0.85],
    )


def test_lifetime_of_an_integrator_is_that_of_its_diffusion():
    task = DelayMatch(form="input", shortest_s=0.5, longest_s=1.0)
    life = predict_lifetime(
        held(np.inf, noise=SPREAD),
        0,
        task.memory(DT_S),
        DT_S,
        rng=np.random.default_rng(0),
        n_trials=500,
    )
    # The variance grows by 2 σ² / τ in a second, from the start of a trial on, 0.6 s before.
    spread = SPREAD * np.sqrt(2.0 * (life.delays_s + 0.6) / TAU_S)
    np.testing.assert_allclose(life.separation, 2.0 * STEP / spread, rtol=0.1)
    right = scipy.special.ndtr(STEP / spread)
    np.testing.assert_allclose(life.accuracy, right, atol=0.04)
    expected_s = TAU_S / 2.0 * (STEP / SPREAD / scipy.special.ndtri(0.9)) ** 2 - 0.6
    assert life.lifetime_s == pytest.approx(expected_s, rel=0.2)


def test_lifetime_is_near_that_of_the_measured_accuracy():
    networks = matcher()
    life = predict_lifetime(
        networks, 0, HELD, DT_S, rng=np.random.default_rng(1), n_trials=200, longest_s=6.0
    )
    delays_s = life.delays_s[::2]
    (measured,) = forked_accuracy(
        networks.config,
        acting(networks, DT_S),
        [TASK.forked_at(delays_s.tolist(), DT_S, n_trials=100)],
        DT_S,
        noise=Noise([np.random.default_rng(2)], torch.tensor([0])),
    )
    measured = measured.mean(1)
    assert measured[0] > 0.95
    falls_s = delays_s[measured < 0.9][0]
    # The second pulse and the decision take 0.8 s more, in which the memory leaks on.
    assert 0.5 * life.lifetime_s < falls_s < life.lifetime_s


def test_lifetime_that_does_not_end_or_never_begins():
    def lifetime_s(networks, **options):
        options = {"rng": np.random.default_rng(0), "longest_s": 3.0, **options}
        return predict_lifetime(networks, 0, HELD, DT_S, **options)

    life = lifetime_s(bistable())
    assert np.isinf(life.lifetime_s)
    assert life.delays_s[-1] == pytest.approx(3.0)
    assert np.all(life.accuracy == 1.0)
    assert lifetime_s(made(0.0, 1e-3, form="rate", noise=1.0)).lifetime_s == 0.0
    with pytest.raises(ValueError, match="asked must lie between"):
        lifetime_s(bistable(), asked=0.5)
    with pytest.raises(ValueError, match="n_trials must be at least 2"):
        lifetime_s(bistable(), n_trials=1)
