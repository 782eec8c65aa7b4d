"""Trainable continuous-time rate networks, many at once, in torch (the extra ``train``)."""

from rnn.trainable.accuracy import accuracy_by_delay
from rnn.trainable.analysis.account import MemoryAccount, explain
from rnn.trainable.config import RateConfig
from rnn.trainable.dynamics import Noise, acting, follow, read, step
from rnn.trainable.network_file import (
    load_networks,
    load_training,
    save_networks,
    save_training,
)
from rnn.trainable.networks import (
    RateNetworks,
    Weights,
    Wiring,
    draw_network,
    from_reservoir,
    stack,
)
from rnn.trainable.optimiser import OptimiserConfig
from rnn.trainable.phrase_training import PhraseTrainingConfig, train_phrases
from rnn.trainable.plan import Assignment, Plan, TrainingConfig
from rnn.trainable.training import Training, advance, begin, train

__all__ = [
    "Assignment",
    "MemoryAccount",
    "Noise",
    "OptimiserConfig",
    "PhraseTrainingConfig",
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
    "explain",
    "follow",
    "from_reservoir",
    "load_networks",
    "load_training",
    "read",
    "save_networks",
    "save_training",
    "stack",
    "step",
    "train",
    "train_phrases",
]
