"""A sound at another rate."""

from __future__ import annotations

import numpy as np
import soxr

from ctxaudio.sound.source import SoundSource
from ctxaudio.sound.stored import StoredSound


def resampled(sound: SoundSource, sample_rate: int) -> StoredSound:
    """A sound at another rate, block by block, by soxr at its best quality.

    Args:
        sound: of any length.
        sample_rate: Hz.

    Returns:
        As long as it was, to half a sample of the new rate.

    Raises:
        DataError: if the rate is not of 8 to 192 kHz.
    """
    made = StoredSound(sample_rate, sound.n_channels)
    stream = soxr.ResampleStream(
        sound.sample_rate, sample_rate, sound.n_channels, dtype="float32", quality="VHQ"
    )
    n_samples = round(sound.n_samples * sample_rate / sound.sample_rate)

    def add(samples: np.ndarray) -> None:
        made.append(np.ascontiguousarray(samples[: n_samples - made.n_samples].T))

    for block in sound.blocks():
        add(stream.resample_chunk(np.ascontiguousarray(block.T)))
    add(stream.resample_chunk(np.zeros((0, sound.n_channels), np.float32), last=True))
    if made.n_samples < n_samples:
        made.append(np.zeros((sound.n_channels, n_samples - made.n_samples), np.float32))
    return made
