"""What was decoded of a file so far, and what was found to be wrong with it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.sound.channels import is_known
from ctxaudio.sound.speakers import UNTOLD, USUAL, Layout
from ctxaudio.sound.stored import StoredSound

# Told what will be filled, before it is, and with how many samples, if that is known.
Begin: TypeAlias = Callable[[StoredSound, int | None], None]


class Decoded:
    """The recordings of a file, one after the other.

    Args:
        name: of the file, for warnings.
        n_recordings: that are to come.
        damaged: whether what breaks off is taken as far as it goes, with a warning.
        begin: see :data:`Begin`.
    """

    def __init__(self, name: str, n_recordings: int, *, damaged: bool, begin: Begin) -> None:
        self._name = name
        self._n_recordings = n_recordings
        self._damaged = damaged
        self._begin = begin
        self._stored: StoredSound | None = None

    @property
    def sound(self) -> StoredSound:
        """All of it.

        Raises:
            DataError: if there are no samples.
        """
        if self._stored is None or self._stored.n_samples == 0:
            raise DataError("there are no samples in it.")
        return self._stored

    @property
    def has_begun(self) -> bool:
        """Whether anything was found to be decoded."""
        return self._stored is not None

    def begin(self, sample_rate: int, n_channels: int, n_samples: int | None) -> None:
        """A recording follows.

        Raises:
            DataError: if it cannot follow what is there: of another rate, or other channels.
        """
        if self._stored is None:
            self._stored = StoredSound(sample_rate, n_channels)
            self._begin(self._stored, n_samples if self._n_recordings == 1 else None)
            return
        before, follows = (
            f"{n} channels at {rate} Hz"
            for rate, n in (
                (self._stored.sample_rate, self._stored.n_channels),
                (sample_rate, n_channels),
            )
        )
        if before != follows:
            raise DataError(
                f"it holds several recordings: {before}, then, from {self._where} on, {follows}; "
                "split it there."
            )

    def check_layout(self, layout: Layout | None) -> None:
        """Say it if many channels of what has begun lie in an order that is not known here."""
        n_channels = self.sound_so_far.n_channels
        if layout is None or {*layout} == {UNTOLD} or n_channels not in USUAL:
            return
        if not is_known(layout, n_channels):
            self.warn("where its channels are heard is not known here; they keep their order.")

    def append(self, block: np.ndarray) -> None:
        """The next samples, (channel, time) float32."""
        self.sound_so_far.append(block)

    @property
    def sound_so_far(self) -> StoredSound:
        """What has begun."""
        if self._stored is None:
            raise RuntimeError("nothing has begun.")
        return self._stored

    def broken(self, reason: str, what: str = "truncated") -> None:
        """It breaks off here; the reason, and what it is therefore.

        Raises:
            DataError: unless damage is allowed.
        """
        if not self._damaged:
            raise DataError(
                f"it is {what}: {reason}; it breaks off after {self._where}, and is read as far as "
                "that with --damaged, or damaged=True in Python."
            )
        self.warn(f"it is {what}: {reason}; it is read as far as it goes, {self._where}.")

    def warn(self, message: str) -> None:
        """Say what should be known though it can be read."""
        warnings.warn(f"{self._name}: {message}", stacklevel=2)

    @property
    def _where(self) -> str:
        sound = self.sound_so_far
        return f"{sound.n_samples / sound.sample_rate:.2f} s"
