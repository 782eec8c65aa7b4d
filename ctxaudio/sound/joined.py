"""Sounds one after the other, as one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.sound.source import SoundSource


class Joined(SoundSource):
    """Sounds of one rate and as many channels, with silence between them.

    >>> from ctxaudio.sound.samples import Sound
    >>> one = Sound(np.ones((1, 2)), 8_000)
    >>> both = Joined([one, one], pause=1)
    >>> both.read(-1, 6).tolist(), both.ends
    ([[0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0]], ((0, 2), (3, 5)))

    Args:
        sounds: at least one.
        pause: samples of silence from each to the next.

    Raises:
        DataError: if they have different rates or numbers of channels.
    """

    def __init__(self, sounds: Sequence[SoundSource], *, pause: int = 0) -> None:
        kinds = {(sound.sample_rate, sound.n_channels) for sound in sounds}
        if len(kinds) != 1:
            said = " and ".join(f"{n} at {rate} Hz" for rate, n in sorted(kinds))
            raise DataError(f"expected sounds of one rate and as many channels, got {said}.")
        ((self.sample_rate, self._n_channels),) = kinds
        self._sounds = tuple(sounds)
        ends: list[tuple[int, int]] = []
        for sound in sounds:
            begin = ends[-1][1] + pause if ends else 0
            ends.append((begin, begin + sound.n_samples))
        self.ends = tuple(ends)
        """Where each begins and ends, in samples."""

    @property
    def n_channels(self) -> int:
        """As many as each has."""
        return self._n_channels

    @property
    def n_samples(self) -> int:
        """Of all, and of the silence between them."""
        return self.ends[-1][1]

    def read(self, begin: int, end: int) -> np.ndarray:
        """Samples (channel, time) from one to another; silence where there are none."""
        out = np.zeros((self._n_channels, max(end - begin, 0)), np.float32)
        for (start, stop), sound in zip(self.ends, self._sounds, strict=True):
            first, last = max(begin, start), min(end, stop)
            if first < last:
                out[:, first - begin : last - begin] = sound.read(first - start, last - start)
        return out
