"""The memory of a song: what a network was taught of it, and the field it recalls."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
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
from ctxaudio.memory.knobs import (
    PITCH,
    PITCH_AND_FORMANTS,
    Knobs,
)
from ctxaudio.memory.picture import html_of
from ctxaudio.sound.door import whole_rate
from ctxaudio.sound.source import SoundSource
from ctxaudio.threads import workers_of
from rnn import (
    ClockConfig,
    PhraseMemory,
    PhraseReadouts,
    Reservoir,
    ReservoirConfig,
    draw_reservoir,
    teach_phrases,
)
from rnn.rows import RowSource, mean_of_rows

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
    contexts: tuple[float, ...]  # of pitch
    network: NetworkKind = "reservoir"
    knobs: Knobs = PITCH
    points: tuple[tuple[float, ...], ...] = ()  # where several knobs stood, one for each example

    def __repr__(self) -> str:
        taught = ", ".join(f"{context:+g}" if context else "0" for context in self.contexts)
        taught += " of pitch and formants" if self.has_formants else ""
        of = "any sound" if self.fingerprint == ANY_SOUND else f"{self.n_samples} samples"
        return (
            f"SongMemory({of} at {self.sample_rate} Hz, taught at {taught}: "
            f"{self.network} of {self.phrases.network.n_units} units, {self.bands.n_bands} bands)"
        )

    def _repr_html_(self) -> str:
        """What a notebook shows of it."""
        return html_of(self.phrases, self.contexts, repr(self), self.knobs)

    @property
    def has_formants(self) -> bool:
        """Whether formants were taught apart from pitch."""
        return "formants" in self.knobs


def teach_song(
    song: SoundSource,
    examples: Iterable[Example],
    *,
    network: NetworkKind = "reservoir",
    seed: int = 0,
    progress: Progress = lambda _: None,
    threads: int | None = None,
) -> SongMemory:
    """Teach a network the song at context 0 and each example at its own context.

    Args:
        song: at context 0.
        examples: of what it is at others. If one says where its formants are, they are taught
            apart from pitch.
        network: a reservoir as it is drawn, or one that is trained from there, which takes longer
            and needs torch.
        seed: of the draw.
        progress: told how many of :func:`n_taught` steps were done.
        threads: how many work side by side, one a core by default; the memory is the same.

    Raises:
        DataError: if there is no example, two share a context, or one does not fit the song; if
            all move formants with the pitch, or alike, and yet apart; if torch is missing, or
            training fails.
    """
    frames = FrameConfig.for_rate(song.sample_rate)
    bands = BandConfig.for_rate(song.sample_rate)
    examples = list(examples)
    knobs = knobs_of(examples)
    check_network(network, knobs)
    where = [example.point(len(knobs)) for example in examples]
    check_points(knobs, where)
    pitched = [example for example in examples if example.context != 0.0]
    song_is, versions = measure_features(
        song, pitched, frames, bands, progress, workers_of(threads)
    )
    if knobs != PITCH:
        from ctxaudio.analysis.envelope_shift import with_envelopes  # and scipy.ndimage, for these

        song_is, versions = with_envelopes(song, song_is, examples, versions, frames, bands)
    taught = {
        point: features.joined()
        for point, features in zip([(0.0,) * len(knobs), *where], [song_is, *versions], strict=True)
    }
    clock = ClockConfig()
    reservoir = draw_reservoir(
        ReservoirConfig(n_inputs=clock.n_bumps, n_contexts=len(knobs)),
        rng=np.random.default_rng(seed),
    )
    if network == "trained":
        by_context = {point[0]: features for point, features in taught.items()}
        reservoir = _train(reservoir, clock, by_context, progress)
    return SongMemory(
        phrases=teach_phrases(reservoir, clock, taught, ridge=RIDGE),
        frames=frames,
        bands=bands,
        fingerprint=song.fingerprint(),
        sample_rate=song.sample_rate,
        n_samples=song.n_samples,
        contexts=tuple(sorted({point[0] for point in taught})),
        network=network,
        knobs=knobs,
        points=() if knobs == PITCH else tuple(sorted(taught)),
    )


def knobs_of(examples: Sequence[Example]) -> Knobs:
    """What examples teach."""
    apart = any(example.formants is not None for example in examples)
    return PITCH_AND_FORMANTS if apart else PITCH


def check_points(knobs: Knobs, where: list[tuple[float, ...]]) -> None:
    """Refuse examples that teach nothing, or where another one stands.

    Raises:
        DataError: if there is none, two share a place, or they do not tell the knobs apart.
    """
    if not where:
        raise DataError("at least one example is needed beside the song itself.")
    if len({(0.0,) * len(knobs), *where}) <= len(where):
        contexts = [point[0] for point in where] if knobs == PITCH else where
        raise DataError(f"each example needs a context of its own, got {contexts}.")
    if knobs != PITCH and np.linalg.matrix_rank(where) < len(knobs):
        raise DataError(
            f"examples must move pitch and formants apart, got {where} of {', '.join(knobs)}. "
            "Is one missing whose formants are moved alone, or kept?"
        )


def n_taught(song: SoundSource, network: NetworkKind = "reservoir") -> int:
    """How many frames teaching tells its progress of: those of the song, and of training."""
    n_frames = FrameConfig.for_rate(song.sample_rate).n_frames(song.n_samples)
    return n_frames + TRAINING_UPDATES * ClockConfig().n_frames * (network == "trained")


def check_network(network: str, knobs: Knobs = PITCH) -> None:
    """Refuse a kind of network that cannot be taught, before any work is done.

    Raises:
        DataError: if there is no such kind, it cannot be taught these knobs, or what it needs is
            missing.
    """
    if network not in NETWORK_KINDS:
        raise DataError(f"network must be one of {', '.join(NETWORK_KINDS)}, got {network!r}.")
    if network == "trained":
        if knobs != PITCH:
            raise DataError(
                "a trained network has one knob, pitch; formants are taught to a reservoir."
            )
        require("torch", "a trained network")


def _train(
    reservoir: Reservoir, clock: ClockConfig, taught: Mapping[float, RowSource], progress: Progress
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


def for_any_sound(memory: SongMemory, sample_rate: float) -> SongMemory:
    """A memory of no song in particular: the mean of a song's phrases, over and over.

    What the song's copies had in common, such as a shift by a semitone, is left; what they did at
    some moment of the song is gone. Its frames are shorter, for live input.

    Raises:
        DataError: if the rate is not one of a sound.
    """
    sample_rate = whole_rate(sample_rate)
    phrases = memory.phrases
    mean = PhraseReadouts(*(mean_of_rows(part)[None] for part in phrases.readouts))
    return replace(
        memory,
        phrases=replace(phrases, readouts=mean, n_frames=sys.maxsize),
        frames=FrameConfig.for_rate(sample_rate, INPUT_WINDOW_S),
        fingerprint=ANY_SOUND,
        sample_rate=sample_rate,
    )
