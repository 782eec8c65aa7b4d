"""Stacked rate networks: their weights as arrays, what of them is fixed, and how they are drawn.

Many networks are held in one array each, (network, ...). Everything that is added up before a
unit or an output sees it is one product with one matrix,

    [ drive of the units ]   [ W  B  C  d ]   [ rates    ]
    [ outputs            ] = [ O  0  0  o ] · [ inputs   ]
                                              [ contexts ]
                                              [ 1        ]

so that a time step of all networks is one batched product, and so is the gradient of all weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from rnn.reservoir import Reservoir
from rnn.trainable.config import RateConfig


class Weights(NamedTuple):
    """What is trained of a stack of networks.

    By Dale's law ``matrix`` holds strengths; a network uses them rectified, times the sign of
    the unit they come from (:class:`Wiring`).
    """

    matrix: torch.Tensor  # (network, unit + output, unit + input + context + 1)
    initial: torch.Tensor  # (network, unit): the state that a trial starts from


class Wiring(NamedTuple):
    """What is fixed of a stack of networks."""

    mask: torch.Tensor  # as Weights.matrix: 0 where there is no connection, else 1 or the sign
    tau_s: torch.Tensor  # (network, unit)


@dataclass(frozen=True, slots=True)
class RateNetworks:
    """A stack of networks of one config."""

    config: RateConfig
    weights: Weights
    wiring: Wiring

    def __len__(self) -> int:
        return len(self.weights.matrix)

    @property
    def matrix(self) -> torch.Tensor:
        """The weights that act, (network, unit + output, column).

        By Dale's law strengths between units are rectified, then signed.
        """
        acting = self.weights.matrix * self.wiring.mask
        if self.config.excitatory_share is not None:
            n = self.config.n_units
            strengths = self.weights.matrix[:, :n, :n].clamp(min=0.0)
            acting[:, :n, :n] = strengths * self.wiring.mask[:, :n, :n]
        return acting

    def select(self, which: Sequence[int] | np.ndarray) -> RateNetworks:
        """Some of the networks, as copies."""
        index = torch.as_tensor(which, device=self.weights.matrix.device)
        return RateNetworks(
            self.config,
            Weights(*(part.index_select(0, index) for part in self.weights)),
            Wiring(*(part.index_select(0, index) for part in self.wiring)),
        )

    def to(self, device: str) -> RateNetworks:
        """Copies on a device."""
        return RateNetworks(
            self.config,
            Weights(*(part.to(device, copy=True) for part in self.weights)),
            Wiring(*(part.to(device, copy=True) for part in self.wiring)),
        )


def stack(networks: Sequence[RateNetworks]) -> RateNetworks:
    """Stacks of one config, one behind the other.

    Raises:
        ValueError: if there are none, or their configs differ.
    """
    if len({one.config for one in networks}) != 1:
        raise ValueError("only networks of one config can be stacked.")
    return RateNetworks(
        networks[0].config,
        Weights(*(torch.cat(p) for p in zip(*(o.weights for o in networks), strict=True))),
        Wiring(*(torch.cat(p) for p in zip(*(o.wiring for o in networks), strict=True))),
    )


def draw_network(config: RateConfig, *, rng: np.random.Generator) -> RateNetworks:
    """Draw one network, a stack of one.

    >>> config = RateConfig(n_units=50, weights="normal", spectral_radius=1.1)
    >>> net = draw_network(config, rng=np.random.default_rng(0))
    >>> round(float(abs(np.linalg.eigvals(net.matrix[0, :50, :50].numpy())).max()), 4)
    1.1
    """
    mask_rng, weight_rng, input_rng, context_rng, readout_rng, tau_rng = rng.spawn(6)
    n, n_excitatory = config.n_units, config.n_excitatory
    n_given = config.n_inputs + config.n_contexts
    mask = np.ones((n + config.n_outputs, n + n_given + 1))
    density = np.where(
        np.arange(n) < n_excitatory, config.excitatory_density, config.inhibitory_density
    )
    connected = mask_rng.random((n, n)) < density
    if not config.self_connections or config.weights == "identity":
        np.fill_diagonal(connected, config.self_connections)
    mask[:n, :n] = connected
    mask[n:, n:-1] = 0.0  # outputs read units, and a constant
    if config.excitatory_share is not None:
        mask[:n, n_excitatory:n] *= -1.0
        mask[n:, n_excitatory:n] = 0.0  # only excitatory units reach far
    matrix = np.zeros_like(mask)
    matrix[:n, :n] = _recurrent(config, mask[:n, :n], weight_rng)
    matrix[:n, n : n + config.n_inputs] = input_rng.uniform(
        -config.input_scale, config.input_scale, (n, config.n_inputs)
    )
    matrix[:n, n + config.n_inputs : n + n_given] = context_rng.uniform(
        -config.context_scale, config.context_scale, (n, config.n_contexts)
    )
    matrix[n:, :n] = readout_rng.uniform(
        -config.readout_scale, config.readout_scale, (config.n_outputs, n)
    )
    log_tau = tau_rng.uniform(np.log(config.shortest_tau_s), np.log(config.longest_tau_s), n)
    return RateNetworks(
        config,
        Weights(
            _one(matrix * (mask != 0.0), torch.float32),
            _one(np.full(n, config.initial_state), torch.float32),
        ),
        Wiring(_one(mask, torch.float32), _one(np.exp(log_tau), torch.float32)),
    )


def from_reservoir(reservoir: Reservoir, dt_s: float, *, n_outputs: int) -> RateNetworks:
    """A rate-form network whose initial values are a reservoir's arrays: its step is the same.

    ``dt_s`` is the step that stands for one frame; the reservoir's leak sets the time constant.
    Connections that the reservoir does not have stay absent. The readout starts at 0.
    """
    n_inputs, n_contexts = reservoir.inputs.shape[1], reservoir.context.shape[1]
    n, tau_s = reservoir.n_units, dt_s / reservoir.leak
    config = RateConfig(
        n_units=n,
        n_inputs=n_inputs,
        n_contexts=n_contexts,
        n_outputs=n_outputs,
        form="rate",
        shortest_tau_s=tau_s,
        longest_tau_s=tau_s,
        recurrent_noise=0.0,
        input_noise=0.0,
        initial_state=0.0,
    )
    recurrent = reservoir.recurrent.toarray()
    matrix = np.zeros((n + n_outputs, n + n_inputs + n_contexts + 1))
    matrix[:n] = np.hstack(
        [recurrent, reservoir.inputs, reservoir.context, reservoir.bias[:, None]]
    )
    mask = np.ones_like(matrix)
    mask[:n, :n] = recurrent != 0.0
    mask[n:, n:-1] = 0.0
    return RateNetworks(
        config,
        Weights(_one(matrix, torch.float64), _one(np.zeros(n), torch.float64)),
        Wiring(_one(mask, torch.float64), _one(np.full(n, tau_s), torch.float64)),
    )


def _recurrent(config: RateConfig, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Strengths (unit, unit) where the mask is not 0."""
    n = config.n_units
    if config.weights == "identity":
        noise = config.weight_spread / np.sqrt(n) * rng.standard_normal((n, n))
        if config.excitatory_share is not None:
            noise = np.abs(noise)
        # A unit that inhibits cannot hold itself up.
        return noise + np.diag(np.where(np.arange(n) < config.n_excitatory, config.self_weight, 0))
    if config.weights == "gamma":
        weights = rng.gamma(2.0, size=(n, n))
        if config.excitatory_share is not None:
            # Inhibition as strong as excitation: each row sums to 0 in expectation.
            excitation = config.n_excitatory * config.excitatory_density
            inhibition = (n - config.n_excitatory) * config.inhibitory_density
            weights[:, config.n_excitatory :] *= excitation / inhibition
    else:
        weights = rng.standard_normal((n, n))
        if config.excitatory_share is not None:
            weights = np.abs(weights)
    extent = float(np.abs(np.linalg.eigvals(weights * mask)).max())
    # A very small or thin draw can be nilpotent: there is nothing to scale, and it stays as it is.
    return weights * (config.spectral_radius / extent) if extent > 0.0 else weights


def _one(array: np.ndarray, dtype: torch.dtype) -> torch.Tensor:
    """A stack of one."""
    return torch.tensor(array[None], dtype=dtype)
