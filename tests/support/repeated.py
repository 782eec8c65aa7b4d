"""A song of any length that is held nowhere."""

from __future__ import annotations

import numpy as np

from ctxaudio.sound.source import SoundSource


class Repeated(SoundSource):
    """A piece, over and over."""

    def __init__(self, piece, seconds):
        self._piece = piece
        self.sample_rate = piece.sample_rate
        self._n_samples = round(seconds * piece.sample_rate)

    @property
    def n_channels(self):
        return self._piece.n_channels

    @property
    def n_samples(self):
        return self._n_samples

    def read(self, begin, end):
        index = np.arange(begin, end)
        heard = (index >= 0) & (index < self._n_samples)
        return self._piece.samples[:, index % self._piece.n_samples] * heard
