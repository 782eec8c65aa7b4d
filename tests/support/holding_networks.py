"""Networks made by hand that hold a pulse, or lose it, in ways that are known."""

from __future__ import annotations

import numpy as np
import torch

from rnn.tasks.delay_match import DelayMatch
from rnn.trainable import (
    RateConfig,
    RateNetworks,
    Weights,
    Wiring,
)
from rnn.trainable.analysis.velocity import velocity_of

TAU_S = 0.1
DT_S = 0.02
TASK = DelayMatch(form="input", longest_s=1.0)  # A pushes up, B down; at the baseline they cancel
HELD = TASK.memory(DT_S)
SPREAD, STEP = 0.12, 1.2  # noise of an integrator, and how far a pulse moves it


def made(
    recurrent, push, *, form="current", bias=0.0, rest=0.0, noise=0.01, readout=None, offset=None
):
    """A network whose inputs A and B add ``push`` (unit,) and take it away."""
    recurrent, push = np.atleast_2d(recurrent), np.atleast_1d(push)
    n = len(push)
    config = RateConfig(
        n_units=n,
        n_inputs=2,
        form=form,
        recurrent_noise=noise,
        input_noise=0.0,
        initial_state=rest,
    )
    matrix = np.zeros((n + 2, n + 3))
    matrix[:n, :n], matrix[:n, n], matrix[:n, n + 1], matrix[:n, -1] = recurrent, push, -push, bias
    if readout is not None:
        matrix[n:, :n], matrix[n:, -1] = readout, offset
    return RateNetworks(
        config,
        Weights(torch.tensor(matrix[None]).float(), torch.full((1, n), rest)),
        Wiring(torch.ones(1, n + 2, n + 3), torch.full((1, n), TAU_S)),
    )


def held(forgets_s, **options):
    """One unit around 5 that forgets with a time constant; infinite: never, an integrator."""
    weight = 1.0 - TAU_S / forgets_s
    return made(weight, 0.2, bias=5.0 * (1.0 - weight), rest=5.0, **options)


def bistable(weight=2.0, bias=0.0, **options):
    return made(weight, 1.0, form="rate", bias=bias, **options)


def ring(gain=1.5, turn=0.3, **options):
    """Two units in the rate form that go round."""
    c, s = np.cos(turn), np.sin(turn)
    return made(gain * np.array([[c, -s], [s, c]]), [1.0, 0.0], form="rate", **options)


def still(networks, index=0):
    """The velocity at the baseline."""
    return velocity_of(networks, index, np.full(networks.config.n_inputs, 0.2))
