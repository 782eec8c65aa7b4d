"""A song that a network sings by itself, with no song at hand and no clock from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from ctxaudio.analysis.bands import REFERENCE_HZ
from ctxaudio.analysis.examples import Example, tape_example
from ctxaudio.analysis.features import Progress
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.analysis.noise_bands import LOOKS, NoiseBands
from ctxaudio.analysis.partials import N_SLOTS
from ctxaudio.analysis.sinusoids import NO_ATTACK
from ctxaudio.effect.context_shift import DEFAULT_EXAMPLES
from ctxaudio.effect.song_model import model_song
from ctxaudio.memory.alone.memory import AloneMemory, check_alone, teach_alone
from ctxaudio.memory.alone.recalled import AloneRecall
from ctxaudio.memory.song_memory import check_context
from ctxaudio.sound.source import SoundSource
from ctxaudio.sound.stored import StoredSound
from ctxaudio.synthesis.noise_bands import NoiseState, make_noise
from ctxaudio.synthesis.oscillators import BankState, bank_of, oscillate

_BLOCK = 128  # frames
_AHEAD = 2  # frames that are looked at before they sound


def teach_alone_memory(
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
    check_alone(song, examples)
    frames = FrameConfig.for_rate(song.sample_rate)
    model = model_song(song, frames, progress)
    return teach_alone(song, examples, model, seed=seed, progress=progress, threads=threads)


def sing(memory: AloneMemory, context: float = 0.0) -> StoredSound:
    """The whole song as it is recalled at a context.

    Raises:
        DataError: if the context is beyond ±36 or not a number.
    """
    sound = StoredSound(memory.sample_rate, memory.n_channels)
    sing_into(sound.append, memory, context)
    return sound


def sing_into(
    take: Callable[[np.ndarray], None],
    memory: AloneMemory,
    context: float,
    *,
    progress: Progress = lambda _: None,
) -> None:
    """Recall a song block by block, each of which (channel, time) is given to ``take``.

    Raises:
        DataError: if the context is beyond ±36 or not a number.
    """
    check_context(context)
    recall, layout = AloneRecall(memory), memory.layout
    hop, rate = memory.frames.hop, memory.sample_rate
    tones_state = BankState.zeros(N_SLOTS)
    noise_state = NoiseState.zeros(memory.n_channels, hop)
    rng = np.random.default_rng(memory.seed)
    waiting = np.zeros((0, layout.n_features))
    early = np.zeros((memory.n_channels, 0), np.float32)  # noise of what does not sound yet
    attacks = np.full(1, NO_ATTACK)
    skipped = hop // 2  # that noise begins before the first frame
    n_left = memory.n_samples
    for first in range(0, memory.n_frames + _AHEAD, _BLOCK):
        n = min(_BLOCK, memory.n_frames + _AHEAD - first)
        features, noise_st = recall.frames(first, np.full(n, context))
        waiting = np.concatenate([waiting, features])
        bank = bank_of(layout.tones(waiting), hop, rate, memory.n_channels)
        tones, tones_state = oscillate(bank, hop, rate, tones_state)
        waiting = waiting[-_AHEAD:]
        attacks = np.concatenate([attacks[-1:], features[:, layout.parts["attack"].start]])
        opens = _opens(attacks, hop)
        made, noise_state = _noise(
            layout.noise(features), noise_st, opens, hop, rate, noise_state, rng
        )
        noise = np.concatenate([early, made[:, skipped:]], axis=1)
        skipped = 0
        n_done = min(tones.shape[1], n_left)
        take(tones[:, :n_done] + noise[:, :n_done])
        early, n_left = noise[:, tones.shape[1] :], n_left - n_done
        progress(n)


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


def _noise(
    noise: NoiseBands,
    noise_st: np.ndarray,
    opens: np.ndarray,
    hop: int,
    rate: int,
    state: NoiseState,
    rng: np.random.Generator,
) -> tuple[np.ndarray, NoiseState]:
    n_channels, n_frames, _, n_bands = noise.level_db.shape
    hertz = REFERENCE_HZ * 2.0 ** (np.maximum.accumulate(noise_st, axis=1) / 12.0)
    return make_noise(
        noise.level_db.reshape(n_channels, n_frames * LOOKS, n_bands),
        np.repeat(np.clip(noise.likeness, 0.0, 1.0), LOOKS, axis=0),
        np.repeat(hertz, LOOKS, axis=0),
        opens,
        hop,
        rate,
        state,
        rng,
    )
