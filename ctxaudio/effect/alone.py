"""A song that a network sings by itself, with no song at hand and no clock from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from ctxaudio.analysis.bands import REFERENCE_HZ
from ctxaudio.analysis.examples import Example, tape_example
from ctxaudio.analysis.features import Progress
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.analysis.noise_bands import LOOKS
from ctxaudio.analysis.partials import N_SLOTS
from ctxaudio.analysis.sinusoids import NO_ATTACK, SILENT_DB, Sinusoids
from ctxaudio.effect.context_shift import DEFAULT_EXAMPLES
from ctxaudio.effect.song_model import model_song
from ctxaudio.memory.alone.between import Placed, at_places, silence
from ctxaudio.memory.alone.memory import AloneMemory, alone_memory, check_alone
from ctxaudio.memory.alone.passage import Passage
from ctxaudio.memory.alone.recalled import AloneRecall
from ctxaudio.memory.song_memory import check_context
from ctxaudio.sound.source import Divided, SoundSource
from ctxaudio.sound.stored import StoredSound
from ctxaudio.synthesis.generator import full_scale
from ctxaudio.synthesis.noise_bands import NoiseState, make_noise
from ctxaudio.synthesis.oscillators import BankState, bank_of, oscillate

_BLOCK = 128  # frames
_AHEAD = 2  # frames that are looked at before they sound


def teach_alone(
    song: SoundSource,
    examples: Iterable[Example] | None = None,
    *,
    seed: int = 0,
    progress: Progress = lambda _: None,
    threads: int | None = None,
) -> AloneMemory:
    """Teach a network a whole song, and versions of it; by tape at ±1 semitone by default."""
    if examples is None:
        examples = [tape_example(song, semitones) for semitones in DEFAULT_EXAMPLES]
    examples = list(examples)
    check_alone(song, examples, seed)
    frames = FrameConfig.for_rate(song.sample_rate)
    scale = float(full_scale(song)) or 1.0
    model = model_song(Divided(song, scale), frames, progress)
    return alone_memory(
        song, examples, model, full_scale=scale, seed=seed, progress=progress, threads=threads
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
    voice, scale = _Voice(memory), np.float32(memory.full_scale)
    # Where it goes round, it is silent for a frame: no partial goes on as another.
    turns = np.flatnonzero(np.abs(np.diff(places) - passage.speed) > 1e-6) + 1
    for begin, end in _blocks(len(places), turns):
        placed = at_places(voice.recall, places[begin:end], passage.speed, context)
        if begin in turns:
            placed.tones.level_db[0] = SILENT_DB
        sound = voice.sing(placed)[:, :n_left]
        take(scale * sound)
        n_left -= sound.shape[1]
        progress(end - begin)
    take(scale * voice.end()[:, :n_left])


def _places(memory: AloneMemory, passage: Passage) -> np.ndarray:
    return passage.places(memory.duration_s, memory.frames.hop / memory.sample_rate)


def _blocks(n_frames: int, turns: np.ndarray) -> Iterator[tuple[int, int]]:
    """From where to where blocks go that cross no turn."""
    ends = [*turns.tolist(), n_frames]
    for first, last in zip([0, *ends[:-1]], ends, strict=True):
        for begin in range(first, last, _BLOCK):
            yield begin, min(begin + _BLOCK, last)


class _Voice:
    """What sings a memory: oscillators and noise, which go on from block to block."""

    def __init__(self, memory: AloneMemory) -> None:
        self.recall = AloneRecall(memory)
        self._hop, self._rate = memory.frames.hop, memory.sample_rate
        self._n_channels = memory.n_channels
        self._rng = np.random.default_rng(memory.seed)
        self._oscillators = BankState.zeros(N_SLOTS)
        self._waiting = silence(
            0, memory.n_channels, self.recall.noise_st
        ).tones  # frames that are looked at before they sound
        self._noise = NoiseState.zeros(memory.n_channels, self._hop)
        self._early = np.zeros((memory.n_channels, 0), np.float32)  # noise that waits for these
        self._attack = NO_ATTACK  # of the frame before
        self._skipped = self._hop // 2  # samples that noise begins before the first frame

    def sing(self, placed: Placed) -> np.ndarray:
        """The next samples (channel, time), of all frames but the last two so far."""
        waiting = Sinusoids(*map(np.concatenate, zip(self._waiting, placed.tones, strict=True)))
        bank = bank_of(waiting, self._hop, self._rate, self._n_channels)
        sound, self._oscillators = oscillate(bank, self._hop, self._rate, self._oscillators)
        self._waiting = Sinusoids(*(part[-_AHEAD:] for part in waiting))
        noise = np.concatenate([self._early, self._make_noise(placed)], axis=1)
        n = sound.shape[1]
        self._early = noise[:, n:]
        return sound + noise[:, :n]

    def end(self) -> np.ndarray:
        """The last samples, after which nothing sounds."""
        return self.sing(silence(_AHEAD, self._n_channels, self.recall.noise_st))

    def _make_noise(self, placed: Placed) -> np.ndarray:
        noise, attack = placed.noise, placed.tones.attack
        n_channels, n_frames, _, n_bands = noise.level_db.shape
        opens = _opens(np.concatenate([[self._attack], attack]), self._hop)
        self._attack = attack[-1]
        hertz = REFERENCE_HZ * 2.0 ** (np.maximum.accumulate(placed.noise_st, axis=1) / 12.0)
        made, self._noise = make_noise(
            noise.level_db.reshape(n_channels, n_frames * LOOKS, n_bands),
            np.repeat(np.clip(noise.likeness, 0.0, 1.0), LOOKS, axis=0),
            np.repeat(hertz, LOOKS, axis=0),
            opens,
            self._hop,
            self._rate,
            self._noise,
            self._rng,
        )
        made, self._skipped = made[:, self._skipped :], 0
        return made


def _opens(attacks: np.ndarray, hop: int) -> np.ndarray:
    """Samples of each look's window that an attack comes after, from the attacks (1 + frame,) of
    frames and the one before them.
    """
    look = np.arange(LOOKS) * hop / LOOKS
    opens = np.zeros((len(attacks) - 1, LOOKS), np.int64)
    for back, attack in enumerate((attacks[1:], attacks[:-1])):
        after = look + back * hop - attack[:, None] * hop  # samples from the attack to the look
        opened = np.round(hop / 2 - after).astype(np.int64)
        opens = np.where((attack[:, None] > -0.5) & (after >= 0.0), opened, opens)
    return np.clip(opens, 0, hop).ravel()
