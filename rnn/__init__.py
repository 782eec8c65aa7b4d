"""Recurrent networks that are taught a memory at a few contexts and recall it far outside them."""

from rnn.clock import ClockConfig, clock_signal
from rnn.network import Network
from rnn.phrases import PhraseMemory, recall, recall_frames, teach_phrases
from rnn.readout import NormalEquations, solve_ridge
from rnn.reservoir import Reservoir, ReservoirConfig, draw_reservoir, run, step

__all__ = [
    "ClockConfig",
    "Network",
    "NormalEquations",
    "PhraseMemory",
    "Reservoir",
    "ReservoirConfig",
    "clock_signal",
    "draw_reservoir",
    "recall",
    "recall_frames",
    "run",
    "solve_ridge",
    "step",
    "teach_phrases",
]
