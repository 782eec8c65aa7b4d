"""A ring of samples between one thread that writes and one that reads; neither waits."""

from __future__ import annotations

import numpy as np

_WRITTEN, _READ = 0, 1


class Ring:
    """First in, first out, over arrays that the thread at the other end has as well.

    Only the writer changes the one count and only the reader the other, each after its samples
    are in place, so no lock is needed: the reader can be a sound card's callback, and either can
    be another process.

    Args:
        samples: (capacity, channel) float32.
        counts: (2,) int64, zeros: how many samples were ever written, and read.
    """

    def __init__(self, samples: np.ndarray, counts: np.ndarray) -> None:
        self._samples = samples
        self._counts = counts

    @property
    def n_channels(self) -> int:
        """Channels."""
        return self._samples.shape[1]

    @property
    def n_written(self) -> int:
        """Samples ever."""
        return int(self._counts[_WRITTEN])

    @property
    def n_read(self) -> int:
        """Samples ever."""
        return int(self._counts[_READ])

    @property
    def filled(self) -> int:
        """Samples that wait to be read."""
        return self.n_written - self.n_read

    @property
    def room(self) -> int:
        """Samples that can be written."""
        return len(self._samples) - self.filled

    def write(self, samples: np.ndarray) -> None:
        """Add (time, channel) samples; a single channel is all of them.

        Raises:
            ValueError: if there is no room for them.
        """
        n, capacity = len(samples), len(self._samples)
        if n > self.room:
            raise ValueError(f"no room for {n} samples, only for {self.room}.")
        start = self.n_written % capacity
        head = min(n, capacity - start)
        self._samples[start : start + head] = samples[:head]
        self._samples[: n - head] = samples[head:]
        self._counts[_WRITTEN] += n

    def read_into(self, out: np.ndarray) -> int:
        """Fill (time, channel) from its start with as much as there is; how much that was.

        A single channel fills all.
        """
        n, capacity = min(len(out), self.filled), len(self._samples)
        start = self.n_read % capacity
        head = min(n, capacity - start)
        out[:head] = self._samples[start : start + head]
        out[head:n] = self._samples[: n - head]
        self._counts[_READ] += n
        return n
