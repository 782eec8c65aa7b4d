"""Pitch shifters that work block by block, each behind one signature.

A :class:`Live` shifter is prepared for a sound and gives a step: ``(block, context)`` with
(channel, time) float32 samples, to as many samples or, where a shifter decides that for itself, to
as many as it has. The context, in semitones, may be another at every step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, TypeAlias

import numpy as np

from benchmarks.truths import RATE, Samples, additive_pieces
from ctxaudio import ContextShift, Sound
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.memory.song_memory import SongMemory, for_any_sound
from ctxaudio.playback.playhead import Playhead

Step: TypeAlias = Callable[[Samples, float], Samples]

PROCESS = "ContextShift.process"
PLAYHEAD = "Playhead.next"
LIVE_INPUT = "for_input"
R3_LIVE = "rubberband-r3 realtime"
BLOCK = 512  # samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A shifter by name, and how many samples it takes at a time."""

    name: str
    prepare: Callable[[Samples], Step]  # of a sound at RATE
    block: int = BLOCK
    hop: int = BLOCK  # samples that it works on at a time


def blocks(samples: Samples, size: int) -> Iterator[Samples]:
    """Whole blocks of a sound, from its beginning."""
    for start in range(0, samples.shape[1] - size + 1, size):
        yield np.ascontiguousarray(samples[:, start : start + size])


def stream(step: Step, samples: Samples, contexts: Callable[[int], float], size: int) -> Samples:
    """What is heard of a sound that goes through in blocks, if there must never be too little.

    Where a shifter gives less than it took, that begins with as many zeros as it ever owes.

    Args:
        contexts: from a block's first sample to its context.
    """
    made = [
        step(block, contexts(index * size)) for index, block in enumerate(blocks(samples, size))
    ]
    owed = np.cumsum([size - part.shape[1] for part in made]).max()
    silence = np.zeros((len(samples), max(int(owed), 0)), np.float32)
    return np.concatenate([silence, *made], axis=1)


@cache
def taught(name: str) -> SongMemory:
    """A memory of one of the additive pieces."""
    piece = next(piece for piece in additive_pieces() if piece.name == name)
    return ContextShift.teach(Sound(piece.render(0), RATE)).memory


def another_memory(samples: Samples, window: int | None = None) -> SongMemory:
    """A memory for live input, of a piece that is not this one.

    Args:
        window: samples, a multiple of 128; None for what live input has.
    """
    piece = next(p for p in additive_pieces() if not np.array_equal(p.render(0), samples))
    memory = for_any_sound(taught(piece.name), RATE)
    if window is None:
        return memory
    return replace(memory, frames=FrameConfig(hop=window // 8, window=window))


def of_effect(effect: ContextShift) -> Step:
    """The steps of an effect."""

    def step(block: Samples, context: float) -> Samples:
        effect.context = context
        return effect.process(block)

    return step


def of_playhead(playhead: Playhead) -> Step:
    """The steps of a playhead, which has its song already; there must be some of it left."""

    def step(block: Samples, context: float) -> Samples:  # noqa: ARG001
        playhead.context = context
        made = playhead.next()
        if made is None:
            raise ValueError("the song is at its end.")
        return made

    return step


def prepare_input(samples: Samples) -> Step:
    """The steps of an effect for sounds that nobody has heard."""
    return of_effect(ContextShift(another_memory(samples)))


# What the library calls OptionPitchHighConsistency: the only one for a pitch that moves. Its Python
# binding has no name for it.
_HIGH_CONSISTENCY = 0x04000000


class RubberBand:
    """Rubber Band's finer engine in its realtime mode; gives samples when it has them."""

    def __init__(self, n_channels: int) -> None:
        import pylibrb

        option = pylibrb.Option
        options: Any = option.PROCESS_REALTIME | option.ENGINE_FINER | option.CHANNELS_TOGETHER
        options = options | option.THREADING_NEVER | _HIGH_CONSISTENCY
        self.stretcher = pylibrb.RubberBandStretcher(RATE, n_channels, options, 1.0, 1.0)
        self.stretcher.set_max_process_size(4096)

    @property
    def start_delay(self) -> int:
        """What the library says of its delay, in samples."""
        return int(self.stretcher.get_start_delay())

    def step(self, block: Samples, context: float) -> Samples:
        """One block in, and out what is ready."""
        self.stretcher.pitch_scale = 2 ** (context / 12)
        self.stretcher.process(block)
        return np.array(self.stretcher.retrieve_available(), np.float32)


def rubberband_live(samples: Samples, rate: int, semitones: float) -> Samples:  # noqa: ARG001
    """A whole sound through the realtime mode, its delay removed as its manual says."""
    engine = RubberBand(len(samples))
    engine.stretcher.pitch_scale = 2 ** (semitones / 12)
    pad = int(engine.stretcher.get_preferred_start_pad())
    delay, length = engine.start_delay, samples.shape[1]
    padded = np.pad(samples, ((0, 0), (pad, 4 * 4096 + pad)))
    made = [engine.step(block, semitones) for block in blocks(padded, BLOCK)]
    return np.ascontiguousarray(np.concatenate(made, axis=1)[:, delay : delay + length])


def _prepare_rubberband(samples: Samples) -> Step:
    return RubberBand(len(samples)).step


def _has_rubberband() -> bool:
    from benchmarks.peers import REFERENCE, find_peers

    return bool(find_peers([REFERENCE])[0])


def _with_memory(memory: SongMemory, samples: Samples) -> Step:  # noqa: ARG001
    return of_effect(ContextShift(memory))


def _with_playhead(memory: SongMemory, samples: Samples) -> Step:
    return of_playhead(Playhead(memory, Sound(samples, RATE)))


def song_streams(samples: Samples) -> list[Live]:
    """Those for a song that is known; it is taught once. Rubber Band where it is installed."""
    memory = ContextShift.teach(Sound(samples, RATE)).memory
    live = [
        Live(name=PROCESS, prepare=partial(_with_memory, memory)),
        Live(name=PLAYHEAD, prepare=partial(_with_playhead, memory)),
    ]
    return [*live, *rubberband_streams()]


def rubberband_streams() -> list[Live]:
    """Rubber Band, or nothing."""
    if not _has_rubberband():
        return []
    return [Live(name=R3_LIVE, prepare=_prepare_rubberband)]


def input_stream() -> Live:
    """That for a live input."""
    hop = FrameConfig.for_rate(RATE).hop // 2
    return Live(name=LIVE_INPUT, prepare=prepare_input, block=hop, hop=hop)
