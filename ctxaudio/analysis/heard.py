"""A song as what judges its pitches hears it: in mono, at a low rate, part by part."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import soxr

from ctxaudio.sound.source import SoundSource

RATE = 22_050  # samples a second
_PART_S = 10


def heard_parts(sound: SoundSource, most_s: float) -> Iterator[np.ndarray]:
    """Samples (time,) float32 of consecutive parts, up to some seconds from the beginning."""
    n = min(round(most_s * sound.sample_rate), sound.n_samples)
    length = _PART_S * sound.sample_rate
    for begin in range(0, n, length):
        mono = sound.read(begin, min(begin + length, n)).mean(axis=0)
        yield soxr.resample(mono, sound.sample_rate, RATE)
