"""The networks as they run: their weights in steps of time, and one step at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from rnn.trainable.config import RateConfig
from rnn.trainable.gradients.through_time import Acting
from rnn.trainable.networks import RateNetworks


def acting(networks: RateNetworks, dt_s: float) -> Acting:
    """The weights that act in steps of ``dt_s``.

    Raises:
        ValueError: if the step is not positive or longer than the shortest time constant.
    """
    config = networks.config
    config.alpha(dt_s)
    alpha = dt_s / networks.wiring.tau_s
    matrix = networks.matrix
    matrix[:, : config.n_units] *= alpha[:, :, None]
    noise = config.recurrent_noise * torch.sqrt(2.0 * alpha)
    return Acting(matrix, networks.weights.initial, alpha, noise)


def rates_of(config: RateConfig, state: torch.Tensor) -> torch.Tensor:
    """Rates (…, unit) of a state: rectified in the current form, the state in the rate form."""
    return state.clamp(min=0.0) if config.form == "current" else state


def euler_step(
    config: RateConfig,
    acting: Acting,
    state: torch.Tensor,
    given: torch.Tensor,
    kicks: torch.Tensor | None = None,
) -> torch.Tensor:
    """The state after one step.

    Args:
        config: of the networks.
        acting: their weights.
        state: (network, trial, unit).
        given: (network, trial, input + context).
        kicks: (network, trial, unit), standard normal; none for a step without noise.
    """
    n = config.n_units
    rates = rates_of(config, state)
    ones = rates.new_ones(*rates.shape[:2], 1)
    summed = torch.bmm(torch.cat([rates, given, ones], 2), acting.matrix[:, :n].transpose(1, 2))
    alpha = acting.alpha[:, None]
    if config.form == "rate":
        summed = alpha * torch.tanh(summed / alpha)
    state = torch.addcmul(summed, 1.0 - alpha, state)
    return state if kicks is None else torch.addcmul(state, acting.noise[:, None], kicks)


def outputs_of(config: RateConfig, acting: Acting, state: torch.Tensor) -> torch.Tensor:
    """Outputs (network, trial, output) of a state."""
    out, n = acting.matrix[:, config.n_units :], config.n_units
    return torch.baddbmm(
        out[:, None, :, -1], rates_of(config, state), out[:, :, :n].transpose(1, 2)
    )


class Noise:
    """Standard normal numbers for a stack of networks, which may share streams of them.

    Networks that share one hear the same noise: random numbers are drawn once for a seed, not
    once for each network that it stands for.
    """

    def __init__(self, streams: Sequence[np.random.Generator], listens: torch.Tensor) -> None:
        self.streams = tuple(streams)
        self.listens = listens  # (network,): which stream

    def draw(self, *shape: int, like: torch.Tensor) -> torch.Tensor:
        """A draw (network, *shape)."""
        drawn = np.empty((len(self.streams), *shape), np.float32)
        for stream, target in zip(self.streams, drawn, strict=True):
            stream.standard_normal(dtype=np.float32, out=target)
        return torch.from_numpy(drawn).to(like).index_select(0, self.listens)

    def branch(self, key: int) -> Noise:
        """Streams of their own for a part of a run, the same whatever other parts there are."""
        branches = []
        for stream in self.streams:
            seed = stream.bit_generator.seed_seq
            assert isinstance(seed, np.random.SeedSequence)  # noqa: S101  as default_rng makes it
            own = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, key))
            branches.append(np.random.default_rng(own))
        return Noise(branches, self.listens)

    def of(self, which: torch.Tensor) -> Noise:
        """The same streams, for some of the networks."""
        return Noise(self.streams, self.listens[which])


def some(acting: Acting, which: torch.Tensor) -> Acting:
    """Some of the networks."""
    return Acting(*(part.index_select(0, which) for part in acting))


def run_constant(
    config: RateConfig,
    acting: Acting,
    state: torch.Tensor,
    shown: torch.Tensor,
    n_steps: int,
    dt_s: float,
    noise: Noise | None = None,
    *,
    check: Callable[[], None] = lambda: None,
) -> torch.Tensor:
    """States after so many steps with constant inputs ``shown`` (trial, input + context).

    Inputs hear noise and are rectified after it, unless there is no noise at all. ``check`` is
    called at each step; what it raises ends the run.
    """
    given = shown.expand(len(state), *shown.shape)
    n = config.n_inputs
    spread = config.input_noise * (2.0 / config.alpha(dt_s)) ** 0.5
    kicks = None
    for _ in range(n_steps):
        check()
        if noise is not None:
            if spread:
                heard = shown[:, :n] + spread * noise.draw(len(shown), n, like=state)
                rest = shown[:, n:].expand(len(state), *shown[:, n:].shape)
                given = torch.cat([heard.clamp(min=0.0), rest], 2)
            kicks = noise.draw(*state.shape[1:], like=state)
        state = euler_step(config, acting, state, given, kicks)
    return state
