"""Sounds: samples and their rate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.sound.door import (
    Layout,
    as_floats,
    channels_first,
    check_channels,
    check_floats,
    check_values,
    whole_rate,
)
from ctxaudio.sound.source import SoundSource, between
from ctxaudio.sound.writing import write_sound


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sound(SoundSource):
    """Samples (channel, time), float32, full scale ±1, at ``sample_rate`` Hz.

    The samples are a copy of what was given, and read only: a sound never changes. Floats of any
    size are taken; :meth:`from_array` also takes integers, and other layouts.

    >>> Sound(np.zeros((2, 441)), 44_100)
    Sound(2 channels, 441 samples, 44100 Hz)

    Raises:
        DataError: if the samples are no floats, there are none, too many channels, a rate that is
            no whole number of 8 to 192 kHz, or a value that is not finite or beyond 1e32.
    """

    samples: np.ndarray
    sample_rate: int

    def __post_init__(self) -> None:
        samples = check_floats(self.samples)
        if samples.ndim != 2:
            raise DataError(
                f"samples must have shape (channel, time), got {samples.shape}."
                + (" Sound.from_array takes one channel as it is." if samples.ndim == 1 else "")
            )
        check_channels(samples, "Did you pass (time, channel), as soundfile returns it?")
        rate = whole_rate(self.sample_rate)
        with np.errstate(over="ignore"):
            samples = np.array(samples, dtype=np.float32, order="C")
        check_values(samples)
        samples.flags.writeable = False
        object.__setattr__(self, "samples", samples)
        object.__setattr__(self, "sample_rate", rate)

    @classmethod
    def from_array(
        cls, array: Any, sample_rate: float, *, layout: Layout = "channels_first"
    ) -> Sound:
        """A sound from an array as other libraries hold it.

        >>> Sound.from_array(np.zeros(441, np.int16), 44_100)
        Sound(1 channels, 441 samples, 44100 Hz)
        >>> Sound.from_array(np.zeros((441, 2)), 44_100.0, layout="channels_last")
        Sound(2 channels, 441 samples, 44100 Hz)

        Args:
            array: (time,), or two axes as ``layout`` says; floats of full scale ±1, or integers
                of 8, 16 or 32 bits, which are scaled by their full scale.
            sample_rate: Hz; a whole number of any type.
            layout: ``"channels_first"``, as librosa, torchaudio and pedalboard have it, or
                ``"channels_last"``, as soundfile and scipy have it.

        Raises:
            DataError: if it is none, with the likely cause.
        """
        return cls(channels_first(as_floats(array), layout), sample_rate)  # type: ignore[arg-type]

    @property
    def n_channels(self) -> int:
        """At least 1."""
        return len(self.samples)

    @property
    def n_samples(self) -> int:
        """Of each channel."""
        return self.samples.shape[1]

    def read(self, begin: int, end: int) -> np.ndarray:
        """Samples (channel, time) from one to another; silence where there are none."""
        if 0 <= begin <= end <= self.n_samples:
            return self.samples[:, begin:end]
        return between(self.samples, begin, end)

    def save(self, path: str | Path, *, replace: bool = False) -> None:
        """Write a sound file; see :func:`ctxaudio.save_sound`."""
        write_sound(self, path, replace=replace)


def whole_sound(source: SoundSource) -> Sound:
    """A sound that is all in memory."""
    if isinstance(source, Sound):
        return source
    return Sound(source.read(0, source.n_samples), source.sample_rate)
