"""A song at another speed, as a tape is played: resampled as far as it is read, and no further."""

from __future__ import annotations

import threading

import numpy as np
import soxr

from ctxaudio.sound.source import BLOCK, SoundSource, between


class TapeVersion(SoundSource):
    """A song played ``speed`` times as fast.

    It is resampled from its beginning on, and what was passed is forgotten. Whoever reads
    it from beginning to end waits for nothing twice; to go back further is to begin again. What is
    read is the same either way, to the last bit.
    """

    def __init__(self, song: SoundSource, speed: float) -> None:
        self.sample_rate = song.sample_rate
        self._song, self._speed = song, speed
        # soxr compensates its own delay: sample n of the version is sample n * speed of the song.
        self._n_samples = int(song.n_samples / speed + 0.5)
        self._lock = threading.Lock()
        self._rewind()

    @property
    def n_channels(self) -> int:
        """As many as the song's."""
        return self._song.n_channels

    @property
    def n_samples(self) -> int:
        """At least 1, even if the song has one that is soon over."""
        return max(self._n_samples, 1)

    @property
    def samples(self) -> np.ndarray:
        """All of them, (channel, time)."""
        return self.read(0, self.n_samples)

    def read(self, begin: int, end: int) -> np.ndarray:
        """Samples (channel, time) from one to another, float32; silence where there are none."""
        if self._n_samples == 0:
            return between(self._song.read(0, 1), begin, end)
        with self._lock:
            if max(begin, 0) < self._held_from:
                self._rewind()
            while self._made < min(end, self._n_samples):
                self._resample(min(begin, self._made))
            return between(self._held, begin - self._held_from, end - self._held_from)

    def _rewind(self) -> None:
        rate, n_channels = self.sample_rate, self.n_channels
        self._stream = soxr.ResampleStream(rate * self._speed, rate, n_channels, dtype="float32")
        self._taken, self._made = 0, 0  # samples of the song, and of this
        self._held_from, self._held = 0, np.zeros((n_channels, 0), np.float32)

    def _resample(self, needed_from: int) -> None:
        until = min(self._taken + BLOCK, self._song.n_samples)
        block = np.ascontiguousarray(self._song.read(self._taken, until).T)
        made = self._stream.resample_chunk(block, last=until == self._song.n_samples).T
        self._taken = until
        self._made += made.shape[1]
        passed = max(min(needed_from, self._made) - self._held_from, 0)
        self._held = np.concatenate([self._held, made], axis=1)[:, passed:]
        self._held_from += passed
