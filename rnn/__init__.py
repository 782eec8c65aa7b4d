"""Recurrent networks that are taught a memory at a few contexts and recall it far outside them."""

from rnn.attractor_file import load_attractors, save_attractors
from rnn.attractors import AttractorMemory, follow, teach_attractors
from rnn.clock import ClockConfig, clock_signal
from rnn.continuous import FlowConfig, closed_loop, drive
from rnn.equilibria import FixedPoint, fixed_point, hopf_context
from rnn.lyapunov import Observation, observe
from rnn.network import Network
from rnn.phrases import PhraseMemory, recall, recall_frames, teach_phrases
from rnn.readout import NormalEquations, solve_ridge
from rnn.reservoir import Reservoir, ReservoirConfig, draw_reservoir, run, step
from rnn.schedule import Schedule
from rnn.streamed_qr import Readout, TriangularFactor, fit_readout

__all__ = [
    "AttractorMemory",
    "ClockConfig",
    "FixedPoint",
    "FlowConfig",
    "Network",
    "NormalEquations",
    "Observation",
    "PhraseMemory",
    "Readout",
    "Reservoir",
    "ReservoirConfig",
    "Schedule",
    "TriangularFactor",
    "clock_signal",
    "closed_loop",
    "draw_reservoir",
    "drive",
    "fit_readout",
    "fixed_point",
    "follow",
    "hopf_context",
    "load_attractors",
    "observe",
    "recall",
    "recall_frames",
    "run",
    "save_attractors",
    "solve_ridge",
    "step",
    "teach_attractors",
    "teach_phrases",
]
