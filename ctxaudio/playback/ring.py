"""A ring of samples between one thread that writes and one that reads; neither waits.

Two processes share it, so it must be right wherever their memory is: processors such as ARM show
what another has stored late and in any order, a count perhaps before the samples that it counts,
unless a barrier forbids it. Python has none. The ring needs none: **each sample says itself whether
it is there**. A slot of 0 is empty; the writer fills only empty slots, and the reader takes only
full ones and empties them. What one slot goes through, every processor shows in the order in which
it happened, and a slot is stored and loaded whole, as it is aligned. In which order different slots
are seen does not matter: reading stops at the first that is empty.

A full slot holds the bits of a sample, inverted, so that silence is not 0.

(Giacomoni, Moseley and Vachharajani, "FastForward for efficient pipeline parallelism", PPoPP 2008.)

The counts beside the slots are for whoever looks. Nothing rests on them but what is shown.
"""

from __future__ import annotations

import numpy as np

_WRITTEN, _READ = 0, 1
_EMPTY, _LEAST = np.uint32(0), np.uint32(1)


class Ring:
    """First in, first out, over arrays that the thread at the other end has as well.

    Args:
        slots: (capacity, channel) uint32, zeros.
        counts: (2,) int64, zeros: how many samples were ever written, and read. Each end changes
            its own.
    """

    def __init__(self, slots: np.ndarray, counts: np.ndarray) -> None:
        self._slots = slots
        self._counts = counts

    @property
    def n_channels(self) -> int:
        """Channels."""
        return self._slots.shape[1]

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
        """Samples that wait to be read, as far as the counts have come through."""
        return self.n_written - self.n_read

    def write(self, samples: np.ndarray) -> bool:
        """Add (time, channel) samples, a single channel being all of them.

        Returns:
            Whether there was room; if not, nothing is written.
        """
        n, capacity = len(samples), len(self._slots)
        parts = self._parts(self.n_written, n)
        if n > capacity or any(self._slots[part].any() for part in parts):
            return False
        bits = np.asarray(samples, np.float32).view(np.uint32)
        begin = 0
        for part in parts:
            end = begin + part.stop - part.start
            # Only a NaN has all bits set; it stays one.
            np.maximum(np.invert(bits[begin:end]), _LEAST, out=self._slots[part])
            begin = end
        self._counts[_WRITTEN] += n
        return True

    def read_into(self, out: np.ndarray) -> int:
        """Fill (time, channel) from its start with as much as there is; how much that was.

        A single channel fills all.
        """
        n = 0
        for part in self._parts(self.n_read, min(len(out), len(self._slots))):
            slots = self._slots[part]
            n_full = len(slots) if slots.all() else int(np.argmin(slots.all(axis=1)))
            np.invert(slots[:n_full], out=out[n : n + n_full].view(np.uint32))
            slots[:n_full] = _EMPTY
            n += n_full
            if n_full < len(slots):
                break
        self._counts[_READ] += n
        return n

    def _parts(self, count: int, n: int) -> list[slice]:
        """Where the next samples lie, in one or two pieces."""
        start = count % len(self._slots)
        head = min(n, len(self._slots) - start)
        return [slice(start, start + head), *([slice(0, n - head)] if n > head else [])]
