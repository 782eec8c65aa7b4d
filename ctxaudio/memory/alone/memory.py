"""A memory that sings alone: a network that was taught a whole song, and what it was taught.

The readouts of a song are many times larger than the song. They are linear in what they were taught
(:mod:`rnn.phrases.solved`), and so that is kept, rounded and packed, and the network itself as the
seed that it is drawn from.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.examples import Example
from ctxaudio.analysis.features import measure_features
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.errors import DataError
from ctxaudio.memory.alone.displacement import displacement_of
from ctxaudio.memory.alone.layout import MOST_CHANNELS, Layout
from ctxaudio.memory.alone.packed import Packed
from ctxaudio.memory.alone.packing import Rounding, packed, rounded
from ctxaudio.memory.knobs import PITCH
from ctxaudio.memory.song_memory import check_points, knobs_of
from ctxaudio.sound.source import SoundSource
from ctxaudio.threads import workers_of
from rnn import ClockConfig, ReservoirConfig

CLOCK = ClockConfig()
SEEDS = 2**63


@dataclass(frozen=True, slots=True)
class AloneMemory:
    """What a network was taught of a song, at some contexts, and the seed it is drawn from."""

    phrases: Packed  # of features at 0
    displacements: Packed  # of each of the other contexts
    contexts: tuple[float, ...]  # but 0
    frames: FrameConfig
    bands: BandConfig
    sample_rate: int
    n_samples: int
    n_channels: int
    fingerprint: str
    full_scale: float = 1.0  # the sample that levels of 0 dB are of
    seed: int = 0
    songs: tuple[tuple[int, ...], ...] = ()  # samples where each begins and ends; or it is one

    def __repr__(self) -> str:
        taught = ", ".join(f"{context:+g}" for context in self.contexts)
        return (
            f"AloneMemory({self.n_samples} samples at {self.sample_rate} Hz, taught at 0, "
            f"{taught}: {self.bits_s / 1e3:.0f} kbit/s)"
        )

    @property
    def layout(self) -> Layout:
        """Which feature is what."""
        return Layout(n_channels=self.n_channels)

    @property
    def n_frames(self) -> int:
        """Of the song."""
        return self.frames.n_frames(self.n_samples)

    @property
    def duration_s(self) -> float:
        """Of the song, in seconds."""
        return self.n_samples / self.sample_rate

    @property
    def n_songs(self) -> int:
        """That it holds."""
        return max(len(self.songs), 1)

    def part_s(self, number: int) -> tuple[float, float]:
        """Seconds from which to which a song goes, the first of which has the number 0.

        Raises:
            DataError: if there is none of that number.
        """
        if not 0 <= number < self.n_songs:
            raise DataError(
                f"the memory holds {self.n_songs} song{'s' * (self.n_songs > 1)}, "
                f"and no song {number + 1}."
            )
        begin, end = self.songs[number] if self.songs else (0, self.n_samples)
        return begin / self.sample_rate, end / self.sample_rate

    def song_at(self, place_s: float) -> int:
        """The number of the song in which a moment lies."""
        begins = [begin for begin, _ in self.songs]
        return max(bisect_right(begins, place_s * self.sample_rate) - 1, 0)

    @property
    def readout_bits_s(self) -> float:
        """Bits a second that the readouts would take of a network that keeps these, as float32."""
        n_weights = ReservoirConfig().n_units * self.layout.n_features
        return 32.0 * n_weights * len(self.phrases) / self.duration_s

    @property
    def bits_s(self) -> float:
        """Bits that it takes for each second of the song."""
        return 8.0 * (self.phrases.n_bytes + self.displacements.n_bytes) / self.duration_s


def alone_memory(
    song: SoundSource,
    examples: Sequence[Example],
    model: Iterable[np.ndarray],
    *,
    slack: float = 1.0,
    full_scale: float = 1.0,
    songs: tuple[tuple[int, ...], ...] = (),
    seed: int = 0,
    progress: Callable[[int], None] = lambda _: None,
    threads: int | None = None,
) -> AloneMemory:
    """Teach a network a whole song at context 0, and each example at its own context.

    Args:
        song: of one channel or two, at context 0.
        examples: of what it is at others, that :func:`check_alone` has let pass.
        model: its features (frame, feature), some after others.
        slack: times as far as values may be off before they are changed; more takes fewer bits.
        full_scale: the sample of the song that is 1 in the model.
        songs: samples where each begins and ends, where several follow each other.
        seed: of the network's draw.

    Raises:
        DataError: if an example does not fit the song.
    """
    frames, bands = FrameConfig.for_rate(song.sample_rate), BandConfig.for_rate(song.sample_rate)
    song_is, versions = measure_features(
        song, examples, frames, bands, progress, workers_of(threads)
    )
    return AloneMemory(
        phrases=Packed.of(_phrases(model, song, frames, slack)),
        displacements=Packed.of(displacement_of(song_is, version).packed() for version in versions),
        contexts=tuple(example.context for example in examples),
        frames=frames,
        bands=bands,
        sample_rate=song.sample_rate,
        n_samples=song.n_samples,
        n_channels=song.n_channels,
        fingerprint=song.fingerprint(),
        songs=songs,
        full_scale=full_scale,
        seed=seed,
    )


def _phrases(
    model: Iterable[np.ndarray], song: SoundSource, frames: FrameConfig, slack: float
) -> Iterator[bytes]:
    layout = Layout(n_channels=song.n_channels)
    rounding = Rounding.begin(layout)
    frame_s, n_left = frames.hop / song.sample_rate, frames.n_frames(song.n_samples)
    waiting = np.zeros((0, layout.n_features))
    for part in model:
        waiting = np.concatenate([waiting, part])
        n_left -= len(part)
        while len(waiting) >= CLOCK.n_frames or (n_left == 0 and len(waiting)):
            phrase, waiting = waiting[: CLOCK.n_frames], waiting[CLOCK.n_frames :]
            steps, rounding = rounded(phrase, layout, frame_s, rounding, slack)
            yield packed(steps, layout)


def check_alone(song: SoundSource, examples: Sequence[Example], seed: int) -> None:
    """Refuse what no memory that sings alone can be taught, before any work is done.

    Raises:
        DataError: if there is no example, two share a context, or one moves formants by themselves;
            or if there are more channels, or no such seed.
    """
    if song.n_channels > MOST_CHANNELS:
        raise DataError(
            f"a memory that sings alone has one channel or two, got {song.n_channels}; "
            "mix the song down to stereo."
        )
    if not 0 <= seed < SEEDS:
        raise DataError(f"a seed must be a whole number from 0 to {SEEDS - 1}, got {seed}.")
    if knobs_of(examples) != PITCH:
        raise DataError("a memory that sings alone has one knob, pitch; formants move along.")
    check_points(PITCH, [example.point(1) for example in examples])
