"""Streaming: a memory becomes sound frame by frame, at a context that may move meanwhile.

Everything here is pure: state goes in and comes out. :class:`Voice` makes frames of whatever
windows it is given; :func:`process_block` cuts windows from a sound that comes in blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ctxaudio.analysis.frames import OVERLAP
from ctxaudio.memory.field import field_between
from ctxaudio.memory.knobs import Formants, check_formants, points
from ctxaudio.memory.song_memory import SongMemory
from ctxaudio.synthesis.generator import GeneratorState, generate_frames
from ctxaudio.synthesis.glide import GLIDE_S, Glide
from rnn import recall_frames

FIRST_FRAME = -(OVERLAP // 2)  # the first that completes the overlap at sample 0
_BLOCK = 64  # frames at a time: spectra stay in the cache


class StreamState(NamedTuple):
    """What a frame hands on to the next."""

    frame: int  # the next to be made
    network: np.ndarray  # (unit,) of the memory
    recalled: np.ndarray  # (feature,) of the last frame that was made
    generator: GeneratorState


@dataclass(frozen=True, slots=True)
class Voice:
    """A memory that is ready to be recalled frame by frame."""

    memory: SongMemory
    unshifted: np.ndarray  # (phrase frame, unit) states of a turn of the clock at context 0
    formants: float | None = None  # where they stand; by default they move along

    @classmethod
    def of(cls, memory: SongMemory, formants: Formants = None) -> Voice:
        """The voice of a memory, with its formants kept, elsewhere, or where the pitch is.

        Raises:
            DataError: if the memory was taught nothing of formants that are asked for.
        """
        stand = check_formants(memory.knobs, formants)
        return cls(memory, memory.phrases.states(points(memory.knobs, 0.0, None)), stand)

    def points(self, contexts: float | np.ndarray) -> np.ndarray:
        """Where the knobs stand at contexts of pitch (...,): shape (..., knob)."""
        return points(self.memory.knobs, contexts, self.formants)

    def warm_state(self, context: float, frame: int = 0) -> np.ndarray:
        """State of the network just before a frame, settled at a context."""
        return self.memory.phrases.warm_state(self.points(context), frame)

    def begin(self, n_channels: int, frame: int, context: float) -> StreamState:
        """Before a frame, as if the context had always been there and the song silent."""
        phrases = self.memory.phrases
        return StreamState(
            frame,
            self.warm_state(context, max(frame, 0)),
            np.zeros(phrases.n_features),
            GeneratorState.zeros(n_channels, self.memory.frames),
        )

    def make(
        self, windows: np.ndarray, contexts: np.ndarray, state: StreamState
    ) -> tuple[np.ndarray, StreamState]:
        """Samples that the next frames complete.

        Args:
            windows: (channel, frame, window) samples, frame t's centred on ``t * hop``.
            contexts: (frame,).

        Returns:
            (channel, frame * hop) samples, which begin with the first sample of the first frame,
            and the state to go on from. Any split gives the same samples.
        """
        memory = self.memory
        last = memory.phrases.n_frames - 1
        network, recalled = state.network, state.recalled
        rows, unshifted = np.empty((2, len(contexts), len(recalled)))
        for i, context in enumerate(contexts):
            frame = min(max(state.frame + i, 0), last)
            # Before the song the first frame lasts, after it the last.
            if state.frame + i <= last:
                # One frame at a time, for a product of more rows is rounded in another way.
                at = self.points(np.array([context]))
                features, after = recall_frames(memory.phrases, at, frame, network)
                recalled = features[0]
                if state.frame + i >= 0:
                    network = after
            rows[i] = recalled
            cycle = self.unshifted[[frame % len(self.unshifted)]]
            unshifted[i] = memory.phrases.features(cycle, frame)[0]
        field = field_between(rows, unshifted, with_envelope=memory.has_formants)
        made, generator = generate_frames(
            windows,
            memory.sample_rate,
            field if self.formants is not None else field._replace(envelope=None),
            memory.frames,
            memory.bands,
            state.generator,
        )
        return made, StreamState(state.frame + len(contexts), network, recalled, generator)


class BlockState(NamedTuple):
    """What a block hands on to the next."""

    taken: int  # samples that came in so far
    pending: np.ndarray  # (channel, time) from the first sample of the next frame on
    ready: np.ndarray  # (channel, time) made and not given out yet
    glide: Glide  # in samples taken
    stream: StreamState


def latency_samples(memory: SongMemory) -> int:
    """By how many samples what comes out is later than what went in: whole windows are needed."""
    return memory.frames.window - 1


def begin_blocks(voice: Voice, n_channels: int, context: float) -> BlockState:
    """Before the first block, at a context that has always been there."""
    hop, window = voice.memory.frames.hop, voice.memory.frames.window
    silence = np.zeros((n_channels, 1, window), np.float32)
    state = voice.begin(n_channels, FIRST_FRAME, context)
    made, state = voice.make(silence, np.array([context]), state)
    # The first frame ends where the sound begins. What it makes is a window early, so all but one
    # sample of it is within the latency.
    return BlockState(0, silence[:, 0, hop:], made[:, 1:], Glide.rest(context), state)


def process_block(
    voice: Voice, block: np.ndarray, context: float, state: BlockState
) -> tuple[np.ndarray, BlockState]:
    """As many samples as come in, :func:`latency_samples` late.

    Args:
        block: (channel, time) float32, of any length.
        context: what to glide to from the block's first sample on.

    Returns:
        (channel, time), and the state to go on from. Any split into blocks gives the same
        samples.
    """
    n_samples = block.shape[1]
    if n_samples == 0:
        return block, state  # no time in which the context could be turned
    frames, sample_rate = voice.memory.frames, voice.memory.sample_rate
    hop, window = frames.hop, frames.window
    glide = state.glide.towards(context, state.taken, round(GLIDE_S * sample_rate))
    pending = np.concatenate([state.pending, block], axis=1)
    parts, stream = [state.ready], state.stream
    n_frames = (pending.shape[1] - window) // hop + 1
    for start in range(0, n_frames, _BLOCK):
        indices = np.arange(start, min(start + _BLOCK, n_frames))
        windows = sliding_window_view(pending, window, axis=1)[:, indices * hop]
        # A frame is made at the context of the moment when its last sample has come.
        ends = (stream.frame + OVERLAP // 2 + indices - start) * hop
        made, stream = voice.make(windows, glide.at(ends), stream)
        parts.append(made)
    ready = np.concatenate(parts, axis=1)
    return ready[:, :n_samples], BlockState(
        state.taken + n_samples,
        pending[:, n_frames * hop :],
        ready[:, n_samples:],
        glide,
        stream,
    )
