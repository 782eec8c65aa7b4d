"""One update of many networks, each with a gradient clipped by its own length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch

from rnn.trainable.networks import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimiserConfig:
    """Plain stochastic gradient descent, or Adam (Kingma and Ba, 2015)."""

    method: Literal["adam", "sgd"] = "adam"
    learning_rate: float = 1e-3
    clip: float = 1.0  # largest length of a network's gradient
    first_decay: float = 0.9
    second_decay: float = 0.999

    def __post_init__(self) -> None:
        if self.method not in ("adam", "sgd"):
            raise ValueError(f"method must be 'adam' or 'sgd', got {self.method!r}.")
        for name in ("learning_rate", "clip"):
            if not 0.0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be positive and finite, got {getattr(self, name)}.")
        for name in ("first_decay", "second_decay"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise ValueError(f"{name} must lie in [0, 1), got {getattr(self, name)}.")


class Moments(NamedTuple):
    """Running means of gradients and of their squares, of a stack of networks."""

    first: Weights
    second: Weights


def no_moments(weights: Weights) -> Moments:
    """Before the first update."""
    return Moments(*(Weights(*(torch.zeros_like(p) for p in weights)) for _ in range(2)))


def gradient_length(gradient: Weights) -> torch.Tensor:
    """Length (network,) of each network's gradient, all of its weights together."""
    return torch.stack([part.flatten(1).square().sum(1) for part in gradient]).sum(0).sqrt()


def update(
    config: OptimiserConfig,
    weights: Weights,
    gradient: Weights,
    moments: Moments,
    n_updates: torch.Tensor,
) -> None:
    """Change weights and moments in place; ``n_updates`` (network,) counts this one."""
    length = gradient_length(gradient)
    shrink = torch.clamp(config.clip / length.clamp(min=1e-30), max=1.0)
    for part, slope, first, second in zip(weights, gradient, *moments, strict=True):
        each = (-1, *[1] * (part.ndim - 1))
        slope = slope * shrink.view(each)
        if config.method == "sgd":
            part.sub_(slope, alpha=config.learning_rate)
            continue
        first.lerp_(slope, 1.0 - config.first_decay)
        second.mul_(config.second_decay).addcmul_(slope, slope, value=1.0 - config.second_decay)
        mean = first / (1.0 - config.first_decay ** n_updates.double()).view(each)
        spread = (second / (1.0 - config.second_decay ** n_updates.double()).view(each)).sqrt_()
        part.addcdiv_(mean, spread.add_(1e-8), value=-config.learning_rate)
