"""The memory of a song: what a network was taught of it, and the field it recalls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ctxaudio.bands import BandConfig
from ctxaudio.errors import DataError
from ctxaudio.examples import Example
from ctxaudio.features import Progress, measure
from ctxaudio.field import Field, field_between
from ctxaudio.frames import FrameConfig
from ctxaudio.limits import MAX_CONTEXT
from ctxaudio.sound import Sound
from rnn import (
    ClockConfig,
    PhraseMemory,
    ReservoirConfig,
    draw_reservoir,
    recall,
    teach_phrases,
)

# Small enough to fit the song's features exactly, large enough for float64;
# `python -m benchmarks.recall --sweep` shows others.
RIDGE = 1e-11


@dataclass(frozen=True, slots=True)
class SongMemory:
    """A taught network, and which song at which contexts it was taught."""

    phrases: PhraseMemory
    frames: FrameConfig
    bands: BandConfig
    fingerprint: str
    sample_rate: int
    n_samples: int
    contexts: tuple[float, ...]


def teach(
    song: Sound,
    examples: Iterable[Example],
    *,
    seed: int = 0,
    progress: Progress = lambda _: None,
) -> SongMemory:
    """Teach a reservoir the song at context 0 and each example at its own context.

    Raises:
        DataError: if there is no example, two share a context, or one does not fit the song.
    """
    frames = FrameConfig.for_rate(song.sample_rate)
    bands = BandConfig.for_rate(song.sample_rate)
    examples = list(examples)
    contexts = [0.0, *(example.context for example in examples)]
    if not examples:
        raise DataError("at least one example is needed beside the song itself.")
    if len(set(contexts)) < len(contexts):
        raise DataError(f"each example needs a context of its own, got {contexts[1:]}.")
    song_is, versions = measure(song, examples, frames, bands, progress)
    taught = {
        context: features.joined()
        for context, features in zip(contexts, [song_is, *versions], strict=True)
    }
    clock = ClockConfig()
    network = draw_reservoir(
        ReservoirConfig(n_inputs=clock.n_bumps), rng=np.random.default_rng(seed)
    )
    return SongMemory(
        phrases=teach_phrases(network, clock, taught, ridge=RIDGE),
        frames=frames,
        bands=bands,
        fingerprint=song.fingerprint(),
        sample_rate=song.sample_rate,
        n_samples=song.samples.shape[1],
        contexts=tuple(sorted(taught)),
    )


def recall_field(memory: SongMemory, context: float) -> Field:
    """The field that the network recalls at a context it need not have been taught.

    Raises:
        DataError: if the context is beyond ±36 or not a number.
    """
    if not abs(context) <= MAX_CONTEXT:
        raise DataError(f"the context must lie within ±{MAX_CONTEXT:g}, got {context:g}.")
    return field_between(recall(memory.phrases, context), recall(memory.phrases, 0.0))
