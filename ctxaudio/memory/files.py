"""Memory files: a song's memory in a file of :mod:`rnn.files.codec`, which runs nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.errors import DataError
from ctxaudio.limits import MAX_RATE, MIN_RATE
from ctxaudio.memory.kind_files import load_kind, save_kind
from ctxaudio.memory.knobs import PITCH, Knobs, check_knobs
from ctxaudio.memory.song_memory import ANY_SOUND, NetworkKind, SongMemory
from ctxaudio.version import __version__
from rnn import ClockConfig, PhraseMemory, PhraseReadouts, Reservoir
from rnn.files.codec import Array, Arrays, Kind
from rnn.files.reservoir_arrays import LIMITS, RESERVOIR, reservoir_arrays, reservoir_from
from rnn.files.typed_json import typed

MAX_PHRASE = 4096  # frames; half a minute and more


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    leak: float
    clock: ClockConfig
    n_frames: int
    frames: FrameConfig
    bands: BandConfig
    fingerprint: str
    sample_rate: int
    n_samples: int
    contexts: tuple[float, ...]
    network: NetworkKind = "reservoir"
    knobs: Knobs = PITCH
    points: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        if self.knobs == PITCH:
            if self.points:
                raise ValueError("it has points and one knob")
        else:
            if {len(point) for point in self.points} != {len(check_knobs(self.knobs))}:
                raise ValueError(f"points are not those of {len(self.knobs)} knobs")
            if self.contexts != tuple(sorted({point[0] for point in self.points})):
                raise ValueError("contexts and points are not the same")
        if not MIN_RATE <= self.sample_rate <= MAX_RATE:
            raise ValueError(f"a sample rate of {self.sample_rate} Hz is not one")
        right = FrameConfig.for_rate(self.sample_rate), BandConfig.for_rate(self.sample_rate)
        if (self.frames, self.bands) != right:
            raise ValueError(f"frames and bands are not those of {self.sample_rate} Hz")
        if self.clock.n_frames > MAX_PHRASE:
            raise ValueError(f"a phrase has at most {MAX_PHRASE} frames, got {self.clock.n_frames}")
        if self.n_samples < 1 or self.n_frames != self.frames.n_frames(self.n_samples):
            raise ValueError(f"{self.n_frames} frames do not fit {self.n_samples} samples")
        if not re.fullmatch("[0-9a-f]{64}", self.fingerprint):
            raise ValueError("its fingerprint is not one of a song")

    @property
    def sizes(self) -> dict[str, int]:
        """What the arrays have to be."""
        return {
            "phrase": -(-self.n_frames // self.clock.n_frames),
            "feature": (1 + len(self.knobs)) * self.bands.n_bands,
            "input": self.clock.n_bumps,
            "context": len(self.knobs),
        }


def _take_apart(memory: SongMemory) -> tuple[dict[str, Any], Arrays]:
    network = memory.phrases.network
    assert isinstance(network, Reservoir)  # noqa: S101  save_memory has looked
    about = {
        "leak": network.leak,
        "clock": asdict(memory.phrases.clock),
        "n_frames": memory.phrases.n_frames,
        "frames": asdict(memory.frames),
        "bands": asdict(memory.bands),
        "fingerprint": memory.fingerprint,
        "sample_rate": memory.sample_rate,
        "n_samples": memory.n_samples,
        "contexts": list(memory.contexts),
    }
    if memory.network != "reservoir":  # of which older files do not speak
        about["network"] = memory.network
    if memory.knobs != PITCH:
        about["knobs"] = list(memory.knobs)
        about["points"] = [list(point) for point in memory.points]
    return about, {
        "readouts": memory.phrases.readouts.weights,
        **reservoir_arrays(network),
    }


def _put_together(about: _About, arrays: Arrays) -> SongMemory:
    weights = arrays["readouts"]
    readouts = PhraseReadouts(weights, np.zeros((weights.shape[0], weights.shape[2]), np.float32))
    network = reservoir_from(arrays, about.leak)
    return SongMemory(
        phrases=PhraseMemory(network, about.clock, readouts, about.n_frames),
        frames=about.frames,
        bands=about.bands,
        fingerprint=about.fingerprint,
        sample_rate=about.sample_rate,
        n_samples=about.n_samples,
        contexts=about.contexts,
        network=about.network,
        knobs=about.knobs,
        points=about.points,
    )


_ARRAYS: Mapping[str, Array] = {
    **RESERVOIR,
    "readouts": Array(types=("float32",), shape=("phrase", "unit", "feature"), on_disk=True),
}
MEMORY = Kind(
    noun="memory of ctxaudio",
    format="ctxaudio memory",
    made_by=f"ctxaudio {__version__}",
    advice="make a new one with 'ctxaudio teach'",
    arrays=_ARRAYS,
    describe=partial(typed, _About),
    sizes=lambda about: about.sizes,
    limits=LIMITS,
    take_apart=_take_apart,
    put_together=_put_together,
)


def save_memory(memory: SongMemory, target: str | Path | BinaryIO) -> None:
    """Write a memory whose network is a reservoir; to a path, where it replaces a file.

    Raises:
        TypeError: if its network is something else.
        DataError: if it is of no song in particular, or what was written could not be loaded.
        OSError: if the file cannot be written.
    """
    network = memory.phrases.network
    if not isinstance(network, Reservoir):
        raise TypeError(f"only a reservoir's memory can be saved, got {type(network).__name__}.")
    if memory.fingerprint == ANY_SOUND:
        raise DataError(
            "a memory for any sound cannot be saved; save the song's memory it was made from."
        )
    save_kind(MEMORY, memory, target)


def load_memory(source: str | Path | BinaryIO) -> SongMemory:
    """Read a memory, from a path or an open file.

    Raises:
        DataError: if it cannot be read, is not a memory, damaged, or of another format version.
    """
    return load_kind(MEMORY, source)


def is_memory_file(path: str | Path) -> bool:
    """Whether a file looks like safetensors: a little-endian length, then a JSON object."""
    try:
        with open(path, "rb") as file:
            start = file.read(9)
    except OSError:
        return False
    return start[4:] == b"\0\0\0\0{"
