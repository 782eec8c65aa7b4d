"""Trainable continuous-time rate networks, many at once, in torch (the extra ``train``)."""

from rnn.trainable.accuracy import accuracy_by_delay
from rnn.trainable.config import RateConfig
from rnn.trainable.dynamics import Noise, acting, follow, read, step
from rnn.trainable.networks import (
    RateNetworks,
    Weights,
    Wiring,
    draw_network,
    from_reservoir,
    stack,
)
from rnn.trainable.optimiser import OptimiserConfig
from rnn.trainable.training import (
    Assignment,
    Plan,
    Training,
    TrainingConfig,
    advance,
    begin,
    train,
)

__all__ = [
    "Assignment",
    "Noise",
    "OptimiserConfig",
    "Plan",
    "RateConfig",
    "RateNetworks",
    "Training",
    "TrainingConfig",
    "Weights",
    "Wiring",
    "accuracy_by_delay",
    "acting",
    "advance",
    "begin",
    "draw_network",
    "follow",
    "from_reservoir",
    "read",
    "stack",
    "step",
    "train",
]
