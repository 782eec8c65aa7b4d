"""The memory of a song: what a network was taught of it, and the field it recalls."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ctxaudio.bands import BandConfig
from ctxaudio.errors import DataError
from ctxaudio.examples import Example
from ctxaudio.features import Progress, measure
from ctxaudio.field import Field, field_between
from ctxaudio.frames import INPUT_WINDOW_S, FrameConfig
from ctxaudio.limits import MAX_CONTEXT
from ctxaudio.sound import Sound, check_rate
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

ANY_SOUND = ""  # fingerprint of what was never one song


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


def check_context(context: float) -> float:
    """A context that may be asked for.

    Raises:
        DataError: if it is beyond ±36 or not a number.
    """
    if not abs(context) <= MAX_CONTEXT:
        raise DataError(f"the context must lie within ±{MAX_CONTEXT:g}, got {context:g}.")
    return float(context)


def recall_field(memory: SongMemory, context: float) -> Field:
    """The field that the network recalls at a context it need not have been taught.

    Raises:
        DataError: if the context is beyond ±36 or not a number, or the memory is of no song.
    """
    check_context(context)
    if memory.fingerprint == ANY_SOUND:
        raise DataError("the memory is of no song in particular; recall its song's own.")
    return field_between(recall(memory.phrases, context), recall(memory.phrases, 0.0))


def for_any_sound(memory: SongMemory, sample_rate: int) -> SongMemory:
    """A memory of no song in particular: the mean of a song's phrases, over and over.

    What the song's copies had in common, such as a shift by a semitone, is left; what they did at
    some moment of the song is gone. Its frames are shorter, for live input.

    Raises:
        DataError: if the rate is not one of a sound.
    """
    check_rate(sample_rate)
    phrases = memory.phrases
    mean = phrases.weights.mean(axis=0, keepdims=True)
    return replace(
        memory,
        phrases=replace(phrases, weights=mean, n_frames=sys.maxsize),
        frames=FrameConfig.for_rate(sample_rate, INPUT_WINDOW_S),
        fingerprint=ANY_SOUND,
        sample_rate=sample_rate,
    )
