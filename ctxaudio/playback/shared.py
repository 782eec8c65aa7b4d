"""Memory that the player and the sound card's process share: two rings and some counts.

It has no name anywhere, so whatever ends them, nothing of it is left: the one makes it, the other
inherits its descriptor.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import tempfile
from collections.abc import Iterator
from typing import IO, NamedTuple

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.playback.ring import Ring

_COUNT_BYTES = 8


class Counts(NamedTuple):
    """What the sound card's process counts, each an array of one int64."""

    callbacks: np.ndarray
    largest: np.ndarray  # samples that a callback asked for
    gaps: np.ndarray  # callbacks that found too little
    late: np.ndarray  # callbacks that the sound card says came too late


class Shape(NamedTuple):
    """How much is shared."""

    capacity: int  # samples of a ring
    n_outputs: int  # channels
    n_inputs: int

    @property
    def n_bytes(self) -> int:
        """All of it."""
        channels = self.n_outputs + self.n_inputs
        return _n_counts() * _COUNT_BYTES + self.capacity * channels * 4


class Shared(NamedTuple):
    """Views of the same memory."""

    played: Ring  # to the sound card
    recorded: Ring  # from it
    counts: Counts


@contextlib.contextmanager
def shared_memory(shape: Shape) -> Iterator[int]:
    """A descriptor for :func:`map_shared`, of zeros, open in the block.

    Raises:
        DataError: if there is not so much memory.
    """
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(_unnamed())
            # Written, not only given a length: what is missing is missed here, where it is an
            # error, and not at the first touch, where it ends the process.
            left = memoryview(bytes(shape.n_bytes))
            while left:
                left = left[file.write(left) :]
        except OSError as error:
            raise DataError(
                f"expected {shape.n_bytes >> 10} KiB of memory to share with the sound card's "
                f"process, got less: {error.strerror}."
            ) from error
        yield file.fileno()


def map_shared(descriptor: int, shape: Shape) -> Shared:
    """What a descriptor stands for, to be read and written; it may be closed afterwards."""
    data = np.frombuffer(mmap.mmap(descriptor, shape.n_bytes), np.uint8)
    n_counts, (capacity, n_outputs, n_inputs) = _n_counts(), shape
    counts = data[: n_counts * _COUNT_BYTES].view(np.int64)
    slots = data[n_counts * _COUNT_BYTES :].view(np.uint32)
    outputs, inputs = np.split(slots, [capacity * n_outputs])
    return Shared(
        Ring(outputs.reshape(capacity, n_outputs), counts[:2]),
        Ring(inputs.reshape(capacity, n_inputs), counts[2:4]),
        Counts(*counts[4:].reshape(-1, 1)),
    )


def _unnamed() -> IO[bytes]:
    """An unbuffered file: memory where the system has such files, or else without a name."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("ctxaudio"), "r+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


def _n_counts() -> int:
    return 4 + len(Counts._fields)
