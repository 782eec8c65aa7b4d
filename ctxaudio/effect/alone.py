"""A song that a network sings by itself, with no song at hand and no clock from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from ctxaudio.analysis.examples import Example, tape_example
from ctxaudio.analysis.features import Progress
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.effect.alone_voice import AloneVoice
from ctxaudio.effect.context_shift import DEFAULT_EXAMPLES
from ctxaudio.effect.song_model import model_song
from ctxaudio.memory.alone.memory import AloneMemory, alone_memory, check_alone
from ctxaudio.memory.alone.passage import Passage
from ctxaudio.memory.song_memory import check_context
from ctxaudio.sound.source import Divided, SoundSource
from ctxaudio.sound.stored import StoredSound
from ctxaudio.synthesis.generator import full_scale

_BLOCK = 128  # frames


def teach_alone(
    song: SoundSource,
    examples: Iterable[Example] | None = None,
    *,
    slack: float = 1.0,
    songs: tuple[tuple[int, ...], ...] = (),
    seed: int = 0,
    progress: Progress = lambda _: None,
    threads: int | None = None,
) -> AloneMemory:
    """Teach a network a whole song, and versions of it; by tape at ±1 semitone by default.

    With more ``slack`` than 1 it is kept in fewer bits, and less exactly. Several songs that follow
    each other (:class:`ctxaudio.sound.joined.Joined`) begin and end at the samples ``songs``.

    Raises:
        DataError: if the song has more than two channels, or an example does not fit it.
        ValueError: if the slack is negative or not finite.
    """
    if not 0.0 <= slack < np.inf:
        raise ValueError(f"slack must be finite and not negative, got {slack}.")
    if examples is None:
        examples = [tape_example(song, semitones) for semitones in DEFAULT_EXAMPLES]
    examples = list(examples)
    check_alone(song, examples, seed)
    frames = FrameConfig.for_rate(song.sample_rate)
    scale = float(full_scale(song)) or 1.0
    model = model_song(Divided(song, scale), frames, progress)
    return alone_memory(
        song,
        examples,
        model,
        slack=slack,
        full_scale=scale,
        songs=songs,
        seed=seed,
        progress=progress,
        threads=threads,
    )


def n_taught_alone(song: SoundSource) -> int:
    """How many frames teaching tells its progress of: it goes through the song twice."""
    return 2 * FrameConfig.for_rate(song.sample_rate).n_frames(song.n_samples)


def sing(memory: AloneMemory, context: float = 0.0, passage: Passage | None = None) -> StoredSound:
    """The song as it is recalled at a context.

    Raises:
        DataError: if the context is beyond ±36 or not a number, or the passage is none of the song.
    """
    sound = StoredSound(memory.sample_rate, memory.n_channels)
    sing_into(sound.append, memory, context, passage)
    return sound


def n_sung(memory: AloneMemory, passage: Passage | None = None) -> int:
    """How many frames :func:`sing_into` tells its progress of."""
    return len(_places(memory, passage or Passage()))


def sing_into(
    take: Callable[[np.ndarray], None],
    memory: AloneMemory,
    context: float,
    passage: Passage | None = None,
    *,
    progress: Progress = lambda _: None,
) -> None:
    """Recall a song block by block, each of which (channel, time) is given to ``take``.

    Raises:
        DataError: as :func:`sing` says.
    """
    check_context(context)
    passage = passage or Passage()
    places = _places(memory, passage)
    n_left = max(round(passage.lasts_s(memory.duration_s) * memory.sample_rate), 1)
    voice = AloneVoice(memory)
    # Where it goes round, it is silent for a frame: no partial goes on as another.
    turns = np.flatnonzero(np.abs(np.diff(places) - passage.speed) > 1e-6) + 1
    for begin, end in _blocks(len(places), turns):
        contexts = np.full(end - begin, context)
        sound = voice.recall(places[begin:end], passage.speed, contexts, is_new=begin in turns)
        sound = sound[:, :n_left]
        take(sound)
        n_left -= sound.shape[1]
        progress(end - begin)
    take(voice.end()[:, :n_left])


def _places(memory: AloneMemory, passage: Passage) -> np.ndarray:
    return passage.places(memory.duration_s, memory.frames.hop / memory.sample_rate)


def _blocks(n_frames: int, turns: np.ndarray) -> Iterator[tuple[int, int]]:
    """From where to where blocks go that cross no turn."""
    ends = [*turns.tolist(), n_frames]
    for first, last in zip([0, *ends[:-1]], ends, strict=True):
        for begin in range(first, last, _BLOCK):
            yield begin, min(begin + _BLOCK, last)
