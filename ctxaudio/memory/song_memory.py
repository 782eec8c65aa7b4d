"""The memory of a song: what a network was taught of it, and the field it recalls."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.examples import Example
from ctxaudio.analysis.features import Progress, measure_features
from ctxaudio.analysis.frames import INPUT_WINDOW_S, FrameConfig
from ctxaudio.errors import DataError
from ctxaudio.extras import require
from ctxaudio.limits import MAX_CONTEXT, MAX_SPEED, MIN_SPEED
from ctxaudio.memory.field import Field, field_between
from ctxaudio.memory.picture import html_of
from ctxaudio.sound.door import whole_rate
from ctxaudio.sound.samples import Sound
from rnn import (
    ClockConfig,
    PhraseMemory,
    Readout,
    Reservoir,
    ReservoirConfig,
    draw_reservoir,
    recall,
    teach_phrases,
)

# Relative to a frame: small enough to fit the song's features exactly, large enough for float64;
# `python -m benchmarks.recall --sweep` shows others.
RIDGE = 2.6e-14

ANY_SOUND = ""  # fingerprint of what was never one song

# As it is drawn, or trained from there.
NetworkKind = Literal["reservoir", "trained"]
NETWORK_KINDS: tuple[NetworkKind, ...] = get_args(NetworkKind)
TRAINING_UPDATES = 60


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
    network: NetworkKind = "reservoir"

    def __repr__(self) -> str:
        taught = ", ".join(f"{context:+g}" if context else "0" for context in self.contexts)
        of = "any sound" if self.fingerprint == ANY_SOUND else f"{self.n_samples} samples"
        return (
            f"SongMemory({of} at {self.sample_rate} Hz, taught at {taught}: "
            f"{self.network} of {self.phrases.network.n_units} units, {self.bands.n_bands} bands)"
        )

    def _repr_html_(self) -> str:
        """What a notebook shows of it."""
        return html_of(self.phrases, self.contexts, repr(self))


def teach_song(
    song: Sound,
    examples: Iterable[Example],
    *,
    network: NetworkKind = "reservoir",
    seed: int = 0,
    progress: Progress = lambda _: None,
) -> SongMemory:
    """Teach a network the song at context 0 and each example at its own context.

    Args:
        song: at context 0.
        examples: of what it is at others.
        network: a reservoir as it is drawn, or one that is trained from there, which takes longer
            and needs torch.
        seed: of the draw.
        progress: told how many of :func:`n_taught` steps were done.

    Raises:
        DataError: if there is no example, two share a context, or one does not fit the song; if
            torch is missing, or training fails.
    """
    check_network(network)
    frames = FrameConfig.for_rate(song.sample_rate)
    bands = BandConfig.for_rate(song.sample_rate)
    examples = list(examples)
    contexts = [0.0, *(example.context for example in examples)]
    if not examples:
        raise DataError("at least one example is needed beside the song itself.")
    if len(set(contexts)) < len(contexts):
        raise DataError(f"each example needs a context of its own, got {contexts[1:]}.")
    song_is, versions = measure_features(song, examples, frames, bands, progress)
    taught = {
        context: features.joined()
        for context, features in zip(contexts, [song_is, *versions], strict=True)
    }
    clock = ClockConfig()
    reservoir = draw_reservoir(
        ReservoirConfig(n_inputs=clock.n_bumps), rng=np.random.default_rng(seed)
    )
    if network == "trained":
        reservoir = _train(reservoir, clock, taught, progress)
    return SongMemory(
        phrases=teach_phrases(reservoir, clock, taught, ridge=RIDGE),
        frames=frames,
        bands=bands,
        fingerprint=song.fingerprint(),
        sample_rate=song.sample_rate,
        n_samples=song.samples.shape[1],
        contexts=tuple(sorted(taught)),
        network=network,
    )


def n_taught(song: Sound, network: NetworkKind = "reservoir") -> int:
    """How many frames teaching tells its progress of: those of the song, and of training."""
    n_frames = FrameConfig.for_rate(song.sample_rate).n_frames(song.samples.shape[1])
    return n_frames + TRAINING_UPDATES * ClockConfig().n_frames * (network == "trained")


def check_network(network: str) -> None:
    """Refuse a kind of network that cannot be taught, before any work is done.

    Raises:
        DataError: if there is no such kind, or what it needs is missing.
    """
    if network not in NETWORK_KINDS:
        raise DataError(f"network must be one of {', '.join(NETWORK_KINDS)}, got {network!r}.")
    if network == "trained":
        require("torch", "a trained network")


def _train(
    reservoir: Reservoir, clock: ClockConfig, taught: dict[float, np.ndarray], progress: Progress
) -> Reservoir:
    from rnn.trainable.phrases.training import PhraseTrainingConfig, train_phrases

    n_left = TRAINING_UPDATES

    def after(_: float) -> None:
        nonlocal n_left
        n_left -= 1
        progress(clock.n_frames)

    config = PhraseTrainingConfig(n_updates=TRAINING_UPDATES)
    try:
        trained = train_phrases(reservoir, clock, taught, ridge=RIDGE, config=config, after=after)
    except FloatingPointError as error:
        raise DataError(f"the network could not be trained: {error}") from error
    progress(n_left * clock.n_frames)  # it may have been done before
    return trained


def check_context(context: float) -> float:
    """A context that may be asked for.

    Raises:
        DataError: if it is beyond ±36 or not a number.
    """
    if not abs(context) <= MAX_CONTEXT:
        raise DataError(f"the context must lie within ±{MAX_CONTEXT:g}, got {context:g}.")
    return float(context)


def check_speed(speed: float) -> float:
    """A speed that may be asked for.

    Raises:
        DataError: if it is not within .25 and 4.
    """
    if not MIN_SPEED <= speed <= MAX_SPEED:
        hint = f" Did you mean {speed / 100:g}?" if 25 <= speed <= 400 else ""
        raise DataError(
            f"the speed must lie between {MIN_SPEED:g} and {MAX_SPEED:g}, got {speed:g}.{hint}"
        )
    return float(speed)


def recall_field(memory: SongMemory, context: float) -> Field:
    """The field that the network recalls at a context it need not have been taught.

    Raises:
        DataError: if the context is beyond ±36 or not a number, or the memory is of no song.
    """
    check_context(context)
    if memory.fingerprint == ANY_SOUND:
        raise DataError("the memory is of no song in particular; recall its song's own.")
    return field_between(recall(memory.phrases, context), recall(memory.phrases, 0.0))


def for_any_sound(memory: SongMemory, sample_rate: float) -> SongMemory:
    """A memory of no song in particular: the mean of a song's phrases, over and over.

    What the song's copies had in common, such as a shift by a semitone, is left; what they did at
    some moment of the song is gone. Its frames are shorter, for live input.

    Raises:
        DataError: if the rate is not one of a sound.
    """
    sample_rate = whole_rate(sample_rate)
    phrases = memory.phrases
    mean = Readout(*(part.mean(axis=0, keepdims=True) for part in phrases.readouts))
    return replace(
        memory,
        phrases=replace(phrases, readouts=mean, n_frames=sys.maxsize),
        frames=FrameConfig.for_rate(sample_rate, INPUT_WINDOW_S),
        fingerprint=ANY_SOUND,
        sample_rate=sample_rate,
    )
