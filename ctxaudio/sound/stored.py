"""Stored sounds: samples that came one block after the other, and lie on the disk if many."""

from __future__ import annotations

import numpy as np

from ctxaudio.sound.door import check_n_channels, check_values, whole_rate
from ctxaudio.sound.source import SoundSource, between
from rnn.rows import Rows

_MOST_BYTES = 8 << 20  # in memory


class StoredSound(SoundSource):
    """A sound that is appended to until it is whole, and then only read.

    >>> stored = StoredSound(44_100, 2)
    >>> stored.append(np.ones((2, 300), np.float32))
    >>> stored
    StoredSound(2 channels, 300 samples, 44100 Hz)
    >>> stored.read(-1, 2).tolist()
    [[0.0, 1.0, 1.0], [0.0, 1.0, 1.0]]

    Raises:
        DataError: if there are too many channels, or the rate is no whole number of 8 to 192 kHz.
    """

    def __init__(self, sample_rate: int, n_channels: int) -> None:
        check_n_channels(n_channels)
        self.sample_rate = whole_rate(sample_rate)
        self._n_channels = n_channels
        self._peak = 0.0
        self._fingerprint: str | None = None
        self._origin: str | None = None
        self._rows = Rows((n_channels,), np.float32, most_bytes=_MOST_BYTES)

    def append(self, block: np.ndarray) -> None:
        """The next samples, (channel, time) float32.

        Raises:
            DataError: if they are not finite, or beyond 1e32.
            OSError: if the disk is full.
        """
        self._peak = max(self._peak, check_values(block, self.n_samples))
        self._rows.append(block.T)
        self._fingerprint = None

    @property
    def n_channels(self) -> int:
        """As was said."""
        return self._n_channels

    @property
    def peak(self) -> float:
        """The largest magnitude of any sample so far."""
        return self._peak

    @property
    def n_samples(self) -> int:
        """So far."""
        return len(self._rows)

    def read(self, begin: int, end: int) -> np.ndarray:
        """Samples (channel, time) from one to another, float32; silence where there are none."""
        first = min(max(begin, 0), self.n_samples)
        inside = self._rows[first : max(end, first)].T
        return np.ascontiguousarray(between(inside, begin - first, end - first))

    @property
    def origin(self) -> str | None:
        """As was said."""
        return self._origin

    def came_from(self, origin: str | None) -> None:
        """Say where it was read from, once it is whole."""
        self._origin = origin

    def fingerprint(self) -> str:
        """A digest of rate and samples: equal for equal sound, wherever it lies."""
        if self._fingerprint is None:
            self._fingerprint = super().fingerprint()
        return self._fingerprint
