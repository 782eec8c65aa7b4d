"""Memory that the player and the sound card's process share: two rings and some counts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ctxaudio.playback.ring import Ring

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (a file there is never written to a disk)
_COUNT_BYTES = 8


class Counts(NamedTuple):
    """What the sound card's process counts, each an array of one int64."""

    callbacks: np.ndarray
    largest: np.ndarray  # samples that a callback asked for
    gaps: np.ndarray  # callbacks that found too little
    late: np.ndarray  # callbacks that the sound card says came too late


class Shared(NamedTuple):
    """Views of one file."""

    played: Ring  # to the sound card
    recorded: Ring  # from it
    counts: Counts


def new_file(capacity: int, n_outputs: int, n_inputs: int) -> Path:
    """A file for :func:`open_shared`, full of zeros; whoever made it removes it."""
    folder = _SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None
    with tempfile.NamedTemporaryFile(prefix="ctxaudio-", dir=folder, delete=False) as file:
        file.truncate(_n_bytes(capacity, n_outputs, n_inputs))
    return Path(file.name)


def open_shared(path: Path, capacity: int, n_outputs: int, n_inputs: int) -> Shared:
    """What is in a file, to be read and written."""
    n_counts = _n_counts()
    data = np.memmap(path, np.uint8, "r+", shape=(_n_bytes(capacity, n_outputs, n_inputs),))
    # A plain array of the same memory: a memmap's own indexing is slow.
    plain = np.asarray(data)
    counts = plain[: n_counts * _COUNT_BYTES].view(np.int64)
    samples = plain[n_counts * _COUNT_BYTES :].view(np.float32)
    outputs, inputs = np.split(samples, [capacity * n_outputs])
    return Shared(
        Ring(outputs.reshape(capacity, n_outputs), counts[:2]),
        Ring(inputs.reshape(capacity, n_inputs), counts[2:4]),
        Counts(*counts[4:].reshape(-1, 1)),
    )


def _n_counts() -> int:
    return 4 + len(Counts._fields)


def _n_bytes(capacity: int, n_outputs: int, n_inputs: int) -> int:
    return _n_counts() * _COUNT_BYTES + capacity * (n_outputs + n_inputs) * 4
