"""Files of attractor memories: a taught network and where its runs ended, ready to go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from rnn.attractors.memory import AttractorMemory
from rnn.continuous import FlowConfig
from rnn.files.codec import Array, Arrays, Kind, load, save
from rnn.files.reservoir_arrays import LIMITS, RESERVOIR, reservoir_arrays, reservoir_from
from rnn.files.typed_json import typed
from rnn.readout import Readout


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    flow: FlowConfig
    leak: float


def _take_apart(memory: AttractorMemory) -> tuple[dict[str, Any], Arrays]:
    about = {
        "flow": {name: float(value) for name, value in asdict(memory.flow).items()},
        "leak": float(memory.reservoir.leak),
    }
    arrays = {
        **reservoir_arrays(memory.reservoir),
        "readout_weights": memory.readout.weights,
        "readout_offset": memory.readout.offset,
        "contexts": memory.contexts,
        "states": memory.states,
    }
    return about, arrays


def _put_together(about: _About, arrays: Arrays) -> AttractorMemory:
    return AttractorMemory(
        reservoir_from(arrays, about.leak),
        about.flow,
        Readout(arrays["readout_weights"], arrays["readout_offset"]),
        arrays["contexts"],
        arrays["states"],
    )


_F64 = ("float64",)
_ARRAYS: Mapping[str, Array] = {
    **RESERVOIR,
    "readout_weights": Array(types=_F64, shape=("unit", "input")),
    "readout_offset": Array(types=_F64, shape=("input",)),
    "contexts": Array(types=_F64, shape=("context", "run")),
    "states": Array(types=_F64, shape=("unit", "run")),
}
ATTRACTORS = Kind(
    noun="attractor memory",
    format="rnn attractor memory",
    arrays=_ARRAYS,
    describe=partial(typed, _About),
    limits=LIMITS,
    take_apart=_take_apart,
    put_together=_put_together,
)


def save_attractors(memory: AttractorMemory, target: str | Path | BinaryIO) -> None:
    """Write a memory to a path, where it replaces a file, or to an open one; see :func:`save`.

    Raises:
        OSError: if the file cannot be written.
        ValueError: if a number in it is not finite, or its parts do not fit each other.
    """
    save(ATTRACTORS, memory, target)


def load_attractors(source: str | Path | BinaryIO) -> AttractorMemory:
    """Read a memory, from a path or an open file.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is no such file, of another version, or damaged.
    """
    return load(ATTRACTORS, source)
