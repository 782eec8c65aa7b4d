"""What a trainable rate network is: its dynamics, its wiring and how its weights are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class RateConfig:
    """A continuous-time rate network, in one of two forms.

    Current form, rectified outside:  τ dx/dt = −x + W [x]₊ + B u + C c + d + √(2τ) σ ξ,
    with outputs z = O [x]₊ + o. Rate form, as the reservoir's:
    τ dr/dt = −r + tanh(W r + B u + C c + d) + √(2τ) σ ξ, with outputs z = O r + o.

    Both advance by Euler–Maruyama steps, ``alpha = dt / τ``, whose noise is σ √(2 alpha): what a
    network does must not depend on the step. Source: Atanasov (2016), after Song, Yang and Wang
    (2016), "Training excitatory-inhibitory recurrent neural networks for cognitive tasks".
    """

    n_units: int = 100
    n_inputs: int = 1
    n_contexts: int = 0
    n_outputs: int = 2
    form: Literal["current", "rate"] = "current"
    shortest_tau_s: float = 0.1  # time constants are drawn between these, evenly in logarithm
    longest_tau_s: float = 0.1
    recurrent_noise: float = 0.15  # σ of the recurrent noise
    input_noise: float = 0.01  # σ of the inputs'; inputs are rectified after it
    excitatory_share: float | None = None  # units of one sign, by Dale's law; None: of any
    excitatory_density: float = 1.0  # share of the connections a unit makes; of all without a sign
    inhibitory_density: float = 1.0
    self_connections: bool = True
    weights: Literal["gamma", "normal", "identity"] = "identity"
    spectral_radius: float = 1.1  # of gamma and normal weights
    self_weight: float = 0.98  # of identity-like weights, beside normal ones
    weight_spread: float = 0.1  # of the normal ones; over √n_units it is their deviation
    input_scale: float = 0.1
    context_scale: float = 0.1
    readout_scale: float = 0.1
    initial_state: float = 0.1

    def __post_init__(self) -> None:
        for name in ("n_units", "n_inputs", "n_outputs"):
            if not 1 <= getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}.")
        if self.n_contexts < 0:
            raise ValueError(f"n_contexts must not be negative, got {self.n_contexts}.")
        if self.form not in ("current", "rate"):
            raise ValueError(f"form must be 'current' or 'rate', got {self.form!r}.")
        if self.weights not in ("gamma", "normal", "identity"):
            raise ValueError(
                f"weights must be 'gamma', 'normal' or 'identity', got {self.weights!r}."
            )
        if not 0.0 < self.shortest_tau_s <= self.longest_tau_s < np.inf:
            raise ValueError(
                "time constants must be positive, finite, and rise, got "
                f"{self.shortest_tau_s:g} s to {self.longest_tau_s:g} s."
            )
        for name in (
            "recurrent_noise",
            "input_noise",
            "spectral_radius",
            "self_weight",
            "weight_spread",
            "input_scale",
            "context_scale",
            "readout_scale",
            "initial_state",
        ):
            if not 0.0 <= getattr(self, name) < np.inf:
                raise ValueError(
                    f"{name} must be finite and not negative, got {getattr(self, name)}."
                )
        for name in ("excitatory_density", "inhibitory_density"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise ValueError(f"{name} must lie in (0, 1], got {getattr(self, name)}.")
        share = self.excitatory_share
        if share is not None and not (
            0.0 < share < 1.0 and 1 <= round(share * self.n_units) < self.n_units
        ):
            raise ValueError(
                f"excitatory_share must leave units of both signs, got {share} of {self.n_units}."
            )
        if self.weights == "identity" and not self.self_connections:
            raise ValueError("identity-like weights are self-connections: allow them.")

    @property
    def n_excitatory(self) -> int:
        """Units that excite, the first ones; all where Dale's law is off."""
        if self.excitatory_share is None:
            return self.n_units
        return round(self.excitatory_share * self.n_units)

    def alpha(self, dt_s: float) -> float:
        """Step over the shortest time constant.

        Raises:
            ValueError: if the step is not positive or longer than the time constant.
        """
        if not 0.0 < dt_s <= self.shortest_tau_s:
            raise ValueError(
                f"the step must be positive and at most the time constant, {self.shortest_tau_s:g}"
                f" s, got {dt_s:g} s."
            )
        return dt_s / self.shortest_tau_s
