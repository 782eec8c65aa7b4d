"""Files of memories that sing alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.limits import MAX_CONTEXT, MAX_RATE, MAX_SAMPLE, MIN_RATE
from ctxaudio.memory.alone.displacement import Displacement
from ctxaudio.memory.alone.layout import MOST_CHANNELS
from ctxaudio.memory.alone.memory import CLOCK, SEEDS, AloneMemory
from ctxaudio.memory.alone.packed import Packed
from ctxaudio.memory.kind_files import load_kind, save_kind
from ctxaudio.version import __version__
from rnn.files.array_file import opened, read_header
from rnn.files.codec import Array, Arrays, Kind
from rnn.files.typed_json import typed

_FORMAT = "ctxaudio memory that sings alone"
_LONGEST_HEADER = 2**20  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    contexts: tuple[float, ...]
    sample_rate: int
    n_samples: int
    n_channels: int
    fingerprint: str
    songs: tuple[tuple[int, ...], ...]
    full_scale: float
    seed: int

    def __post_init__(self) -> None:
        if not 1 <= self.n_channels <= MOST_CHANNELS:
            raise ValueError(f"it has {self.n_channels} channels")
        if not MIN_RATE <= self.sample_rate <= MAX_RATE:
            raise ValueError(f"a sample rate of {self.sample_rate} Hz is not one")
        if self.n_samples < 1:
            raise ValueError(f"a song of {self.n_samples} samples is none")
        if not self.contexts or len({0.0, *self.contexts}) <= len(self.contexts):
            raise ValueError(f"its contexts are not different ones: {list(self.contexts)}")
        if max(map(abs, self.contexts)) > MAX_CONTEXT:
            raise ValueError(f"its contexts are beyond ±{MAX_CONTEXT:g}")
        ends = [end for song in self.songs for end in song]
        is_pairs = all(len(song) == 2 and song[0] < song[1] for song in self.songs)
        if not (is_pairs and ends == sorted(ends) and _lie_within(ends, self.n_samples)):
            raise ValueError("its songs do not follow each other")
        if not re.fullmatch("[0-9a-f]{64}", self.fingerprint):
            raise ValueError("its fingerprint is not one of a song")
        if not 0.0 < self.full_scale <= MAX_SAMPLE:
            raise ValueError(f"a full scale of {self.full_scale} is none")
        if not 0 <= self.seed < SEEDS:
            raise ValueError(f"a seed of {self.seed} is none")

    @property
    def n_frames(self) -> int:
        """Of the song."""
        return FrameConfig.for_rate(self.sample_rate).n_frames(self.n_samples)

    @property
    def sizes(self) -> dict[str, int]:
        """What the arrays have to be."""
        return {"phrase": -(-self.n_frames // CLOCK.n_frames), "context": len(self.contexts)}


def _lie_within(ends: list[int], n_samples: int) -> bool:
    return not ends or (ends[0] >= 0 and ends[-1] <= n_samples)


def _take_apart(memory: AloneMemory) -> tuple[dict[str, Any], Arrays]:
    about = {
        "contexts": list(memory.contexts),
        "sample_rate": memory.sample_rate,
        "n_samples": memory.n_samples,
        "n_channels": memory.n_channels,
        "fingerprint": memory.fingerprint,
        "songs": [list(song) for song in memory.songs],
        "full_scale": memory.full_scale,
        "seed": memory.seed,
    }
    return about, {
        "phrases": memory.phrases.data,
        "phrase_ends": memory.phrases.ends,
        "displacements": memory.displacements.data,
        "displacement_ends": memory.displacements.ends,
    }


def _put_together(about: _About, arrays: Arrays) -> AloneMemory:
    phrases = Packed(arrays["phrases"], arrays["phrase_ends"])
    displacements = Packed(arrays["displacements"], arrays["displacement_ends"])
    for parts in (phrases, displacements):
        if np.any(np.diff(parts.ends, prepend=0) < 0) or parts.ends[-1] != parts.n_bytes:
            raise ValueError("its parts do not lie one behind the other")
    bands = BandConfig.for_rate(about.sample_rate)
    for number in range(len(displacements)):
        Displacement.unpacked(displacements[number], about.n_frames, bands.n_bands)
    return AloneMemory(
        phrases=phrases,
        displacements=displacements,
        contexts=about.contexts,
        frames=FrameConfig.for_rate(about.sample_rate),
        bands=bands,
        sample_rate=about.sample_rate,
        n_samples=about.n_samples,
        n_channels=about.n_channels,
        fingerprint=about.fingerprint,
        songs=about.songs,
        full_scale=about.full_scale,
        seed=about.seed,
    )


ALONE = Kind(
    noun="memory of ctxaudio that sings alone",
    format=_FORMAT,
    made_by=f"ctxaudio {__version__}",
    advice="make a new one with 'ctxaudio teach --alone'",
    arrays={
        "phrases": Array(types=("uint8",), shape=("byte of a phrase",), on_disk=True),
        "phrase_ends": Array(types=("int64",), shape=("phrase",), low=0),
        "displacements": Array(types=("uint8",), shape=("byte",)),
        "displacement_ends": Array(types=("int64",), shape=("context",), low=0),
    },
    describe=partial(typed, _About),
    sizes=lambda about: about.sizes,
    take_apart=_take_apart,
    put_together=_put_together,
)


def save_alone(memory: AloneMemory, target: str | Path | BinaryIO) -> None:
    """Write a memory; to a path, where it replaces a file.

    Raises:
        OSError: if the file cannot be written.
    """
    save_kind(ALONE, memory, target)


def load_alone(source: str | Path | BinaryIO) -> AloneMemory:
    """Read a memory, from a path or an open file.

    Raises:
        DataError: if it cannot be read, is no such memory, damaged, or of another version.
    """
    return load_kind(ALONE, source)


def sings_alone(path: str | Path) -> bool:
    """Whether a file says that it is a memory that sings alone."""
    try:
        with opened(path) as (file, size):
            header = read_header(file, size, longest=_LONGEST_HEADER)
    except (OSError, ValueError, RecursionError):
        return False
    return header.metadata.get("format") == _FORMAT
