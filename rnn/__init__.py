"""Recurrent networks that are taught a memory at a few contexts and recall it far outside them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnn.attractors.equilibria import FixedPoint, fixed_point, hopf_context
    from rnn.attractors.files import load_attractors, save_attractors
    from rnn.attractors.lyapunov import Observation, observe
    from rnn.attractors.memory import AttractorMemory, free_run, teach_attractors
    from rnn.attractors.schedule import Schedule
    from rnn.attractors.teaching import teach_system
    from rnn.continuous import FlowConfig, closed_loop, drive, linearised_loop
    from rnn.network import Network
    from rnn.phrases.clock import ClockConfig, clock_signal
    from rnn.phrases.loop import LoopState, PhraseLoop, teach_loop
    from rnn.phrases.memory import (
        PhraseMemory,
        PhraseReadouts,
        recall,
        recall_frames,
        teach_phrases,
    )
    from rnn.phrases.self_clock import SelfClock, teach_self_clock
    from rnn.phrases.solved import SolvedReadouts, solve_readouts
    from rnn.readout import NormalEquations, Readout, TriangularFactor
    from rnn.reservoir import Reservoir, ReservoirConfig, draw_reservoir, run, step

__all__ = [
    "AttractorMemory",
    "ClockConfig",
    "FixedPoint",
    "FlowConfig",
    "LoopState",
    "Network",
    "NormalEquations",
    "Observation",
    "PhraseLoop",
    "PhraseMemory",
    "PhraseReadouts",
    "Readout",
    "Reservoir",
    "ReservoirConfig",
    "Schedule",
    "SelfClock",
    "SolvedReadouts",
    "TriangularFactor",
    "clock_signal",
    "closed_loop",
    "draw_reservoir",
    "drive",
    "fixed_point",
    "free_run",
    "hopf_context",
    "linearised_loop",
    "load_attractors",
    "observe",
    "recall",
    "recall_frames",
    "run",
    "save_attractors",
    "solve_readouts",
    "step",
    "teach_attractors",
    "teach_loop",
    "teach_phrases",
    "teach_self_clock",
    "teach_system",
]

# Where each name lives. It is imported when it is asked for: who needs one family of networks does
# not wait for what the others bring.
_HOMES = {
    "attractors.equilibria": ("FixedPoint", "fixed_point", "hopf_context"),
    "attractors.files": ("load_attractors", "save_attractors"),
    "attractors.lyapunov": ("Observation", "observe"),
    "attractors.memory": ("AttractorMemory", "free_run", "teach_attractors"),
    "attractors.schedule": ("Schedule",),
    "attractors.teaching": ("teach_system",),
    "continuous": ("FlowConfig", "closed_loop", "drive", "linearised_loop"),
    "network": ("Network",),
    "phrases.clock": ("ClockConfig", "clock_signal"),
    "phrases.loop": ("LoopState", "PhraseLoop", "teach_loop"),
    "phrases.memory": (
        "PhraseMemory",
        "PhraseReadouts",
        "recall",
        "recall_frames",
        "teach_phrases",
    ),
    "phrases.self_clock": ("SelfClock", "teach_self_clock"),
    "phrases.solved": ("SolvedReadouts", "solve_readouts"),
    "readout": ("NormalEquations", "Readout", "TriangularFactor"),
    "reservoir": ("Reservoir", "ReservoirConfig", "draw_reservoir", "run", "step"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"rnn.{module}"), name)
    raise AttributeError(f"module 'rnn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
