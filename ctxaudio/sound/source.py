"""Sources: sounds that are read part by part, wherever their samples lie."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np

BLOCK = 1 << 16  # samples at a time


class SoundSource(ABC):
    """A sound of ``n_samples`` samples at ``sample_rate`` Hz, any of which may be asked for.

    Of a :class:`~ctxaudio.sound.samples.Sound` they are in memory, of a
    :class:`~ctxaudio.sound.stored.StoredSound` on the disk where they are many.
    """

    __slots__ = ()
    sample_rate: int

    @property
    def origin(self) -> str | None:
        """Of :func:`~ctxaudio.sound.origin.origin_of`, if it is known where all of it came from."""
        return None

    @property
    def foretold(self) -> str | None:
        """What its fingerprint will be, if that is known before all samples are there."""
        return None

    @property
    @abstractmethod
    def n_channels(self) -> int:
        """At least 1."""

    @property
    @abstractmethod
    def n_samples(self) -> int:
        """Of each channel, at least 1."""

    @abstractmethod
    def read(self, begin: int, end: int) -> np.ndarray:
        """Samples (channel, time) from one to another, float32; silence where there are none."""

    def __repr__(self) -> str:
        name = type(self).__name__
        return (
            f"{name}({self.n_channels} channels, {self.n_samples} samples, {self.sample_rate} Hz)"
        )

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.n_samples / self.sample_rate

    def blocks(self) -> Iterator[np.ndarray]:
        """All samples, a block (channel, time) after the other."""
        for begin in range(0, self.n_samples, BLOCK):
            yield self.read(begin, min(begin + BLOCK, self.n_samples))

    @property
    def peak(self) -> float:
        """The largest magnitude of any sample."""
        return max(float(np.abs(block).max()) for block in self.blocks())

    def fingerprint(self) -> str:
        """A digest of rate and samples: equal for equal sound, wherever it lies."""
        shape = (self.n_channels, self.n_samples)
        digest = hashlib.sha256(repr((shape, self.sample_rate)).encode())
        for block in self.blocks():
            digest.update((block + np.float32(0.0)).tobytes())  # +0.0 and -0.0 are the same sound
        return digest.hexdigest()

    def is_of(self, fingerprint: str) -> bool:
        """Whether it is the sound of a fingerprint."""
        return self.fingerprint() == fingerprint


def between(samples: np.ndarray, begin: int, end: int) -> np.ndarray:
    """Samples (channel, time) from one to another; silence where there are none."""
    n = samples.shape[1]
    inside = samples[:, min(max(begin, 0), n) : min(max(end, 0), n)]
    left = min(max(-begin, 0), end - begin)
    return np.pad(inside, ((0, 0), (left, end - begin - left - inside.shape[1])))


class _Changed(SoundSource):
    """A sound of the shape and rate of another, whose samples are changed as they are read."""

    def __init__(self, source: SoundSource) -> None:
        self._source = source
        self.sample_rate = source.sample_rate

    @property
    def n_channels(self) -> int:
        """As many as there are."""
        return self._source.n_channels

    @property
    def n_samples(self) -> int:
        """As many as there are."""
        return self._source.n_samples


class Divided(_Changed):
    """A sound with each sample divided by a number, as it is read."""

    def __init__(self, source: SoundSource, divisor: float) -> None:
        super().__init__(source)
        self._divisor = np.float64(divisor)

    @property
    def peak(self) -> float:
        """That of the sound, divided and rounded as its samples are: none need be read again."""
        return float(np.float32(self._source.peak / self._divisor))

    def read(self, begin: int, end: int) -> np.ndarray:
        """Samples, divided in float64 and rounded."""
        return (self._source.read(begin, end) / self._divisor).astype(np.float32)


class Without(_Changed):
    """A sound less another of its shape, as it is read."""

    def __init__(self, source: SoundSource, taken: SoundSource) -> None:
        super().__init__(source)
        self._taken = taken

    def read(self, begin: int, end: int) -> np.ndarray:
        """Samples (channel, time) of the one less those of the other."""
        return self._source.read(begin, end) - self._taken.read(begin, end)


class Excerpt(SoundSource):
    """A part of a sound, held in memory; what is read of it lies within that part."""

    def __init__(self, source: SoundSource, begin: int, end: int) -> None:
        self._begin, self._samples = begin, source.read(begin, end)
        self._n_samples = source.n_samples
        self.sample_rate = source.sample_rate

    @property
    def n_channels(self) -> int:
        """As many as there are."""
        return len(self._samples)

    @property
    def n_samples(self) -> int:
        """Of the whole sound."""
        return self._n_samples

    def read(self, begin: int, end: int) -> np.ndarray:
        """Samples (channel, time) of the part."""
        return self._samples[:, begin - self._begin : end - self._begin]
