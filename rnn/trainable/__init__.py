"""Trainable continuous-time rate networks, many at once, in torch (the extra ``train``)."""

from rnn.trainable.accuracy import forked_accuracy, measure_accuracy
from rnn.trainable.analysis.account import MemoryAccount, explain
from rnn.trainable.config import RateConfig
from rnn.trainable.dynamics import Noise, acting, euler_step, outputs_of, run_constant
from rnn.trainable.files import (
    load_networks,
    load_plan,
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
from rnn.trainable.phrases.training import PhraseTrainingConfig, train_phrases
from rnn.trainable.plan import Assignment, Plan, TrainingConfig
from rnn.trainable.state import Training
from rnn.trainable.training import advance, begin, train

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
    "acting",
    "advance",
    "begin",
    "draw_network",
    "euler_step",
    "explain",
    "forked_accuracy",
    "from_reservoir",
    "load_networks",
    "load_plan",
    "load_training",
    "measure_accuracy",
    "outputs_of",
    "run_constant",
    "save_networks",
    "save_training",
    "stack",
    "train",
    "train_phrases",
]
