"""Streaming: a memory becomes sound frame by frame, at a context that may move meanwhile.

Everything here is pure: state goes in and comes out. :class:`Voice` makes whatever steps it is
given; :func:`process_block` prepares those of a sound that comes in blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ctxaudio.memory.field import field_between
from ctxaudio.memory.knobs import Formants, check_formants, points
from ctxaudio.memory.song_memory import ANY_SOUND, SongMemory
from ctxaudio.synthesis.generator import GeneratorState, synthesise
from ctxaudio.synthesis.glide import GLIDE_S, Glide
from ctxaudio.synthesis.preparation import PreparationState, Prepared, prepare
from ctxaudio.synthesis.resolution import (
    INPUT_LOOK_AHEAD,
    INPUT_SPANS,
    PLAYED_LOOK_AHEAD,
    PLAYED_SPANS,
    SONG_LOOK_AHEAD,
    SONG_SPANS,
    Resolution,
)
from ctxaudio.synthesis.time_map import TimeMap
from rnn import recall_frames

_BLOCK = 64  # steps at a time: spectra stay in the cache


def file_resolution(memory: SongMemory) -> Resolution:
    """The windows that a whole song is made with."""
    return Resolution(
        sample_rate=memory.sample_rate,
        frames=memory.frames,
        spans=SONG_SPANS,
        look_ahead=SONG_LOOK_AHEAD,
    )


def stream_resolution(memory: SongMemory) -> Resolution:
    """The windows for what is made while it sounds: shorter, for the context may be turned."""
    is_input = memory.fingerprint == ANY_SOUND
    return Resolution(
        sample_rate=memory.sample_rate,
        frames=memory.frames,
        spans=INPUT_SPANS if is_input else PLAYED_SPANS,
        look_ahead=INPUT_LOOK_AHEAD if is_input else PLAYED_LOOK_AHEAD,
        evens_out=False,  # of two windows little is gained by it
    )


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
    resolution: Resolution
    unshifted: np.ndarray  # (phrase frame, unit) states of a turn of the clock at context 0
    formants: float | None = None  # where they stand; by default they move along

    @classmethod
    def of(cls, memory: SongMemory, formants: Formants = None) -> Voice:
        """The voice of a memory, with its formants kept, elsewhere, or where the pitch is.

        Raises:
            DataError: if the memory was taught nothing of formants that are asked for.
        """
        stand = check_formants(memory.knobs, formants)
        unshifted = memory.phrases.states(points(memory.knobs, 0.0, None))
        return cls(memory, stream_resolution(memory), unshifted, stand)

    def points(self, contexts: float | np.ndarray) -> np.ndarray:
        """Where the knobs stand at contexts of pitch (...,): shape (..., knob)."""
        return points(self.memory.knobs, contexts, self.formants)

    def warm_state(self, context: float, frame: int = 0) -> np.ndarray:
        """State of the network just before a frame, settled at a context."""
        return self.memory.phrases.warm_state(self.points(context), frame)

    def prepare(
        self,
        samples: np.ndarray,
        n_steps: int,
        state: PreparationState,
        when: TimeMap | None = None,
    ) -> tuple[list[Prepared], PreparationState]:
        """Look at the next steps for all that :meth:`make` asks of them."""
        with_envelopes = self.memory.has_formants
        return prepare(
            samples, n_steps, self.resolution, state, when, with_envelopes=with_envelopes
        )

    def begin(self, n_channels: int, frame: int, context: float, step: int) -> StreamState:
        """Before a step and the frame that is recalled for it.

        As if the context had always been there and the song silent.
        """
        phrases = self.memory.phrases
        return StreamState(
            frame,
            self.warm_state(context, max(frame, 0)),
            np.zeros(phrases.n_features),
            GeneratorState.zeros(n_channels, step, self.resolution),
        )

    def make(
        self,
        prepared: Prepared,
        contexts: np.ndarray,
        state: StreamState,
        frames: np.ndarray | None = None,
    ) -> tuple[np.ndarray, StreamState]:
        """Samples that the next steps complete.

        Args:
            prepared: the steps.
            contexts: (step,).
            frames: (step,) of the song, ascending, each is recalled at; the next ones if None.

        Returns:
            (channel, step * hop) samples, from half of the longest window before the first step
            on, and the state to go on from. Any split gives the same samples.
        """
        memory = self.memory
        last = memory.phrases.n_frames - 1
        network, recalled = state.network, state.recalled
        rows, unshifted = np.empty((2, len(contexts), len(recalled)))
        following = state.frame
        if frames is None:
            frames = following + np.arange(len(contexts))
        for i, (context, target) in enumerate(zip(contexts, frames.tolist(), strict=True)):
            # At another speed some frames are passed over, some last for several steps. Before the
            # song the first frame lasts, after it the last.
            while following <= target:
                if following <= last:
                    frame = max(following, 0)
                    # One frame at a time, for a product of more rows is rounded in another way.
                    at = self.points(np.array([context]))
                    features, after = recall_frames(memory.phrases, at, frame, network)
                    recalled = features[0]
                    if following >= 0:
                        network = after
                following += 1
            frame = min(max(target, 0), last)
            rows[i] = recalled
            cycle = self.unshifted[[frame % len(self.unshifted)]]
            unshifted[i] = memory.phrases.features(cycle, frame)[0]
        field = field_between(rows, unshifted, with_envelope=memory.has_formants)
        made, generator = synthesise(
            prepared,
            field if self.formants is not None else field._replace(envelope=None),
            self.resolution,
            memory.bands,
            state.generator,
        )
        return made, StreamState(following, network, recalled, generator)


class BlockState(NamedTuple):
    """What a block hands on to the next."""

    taken: int  # samples that came in so far
    pending: np.ndarray  # (channel, time) from the first sample of the next step's frame on
    ready: np.ndarray  # (channel, time) made and not given out yet
    glide: Glide  # in samples taken
    preparation: PreparationState
    stream: StreamState


def begin_blocks(voice: Voice, n_channels: int, context: float) -> BlockState:
    """Before the first block, at a context that has always been there."""
    resolution = voice.resolution
    first = -resolution.reach  # its frame ends where the sound begins
    silence = np.zeros((n_channels, resolution.longest), np.float32)
    state = BlockState(
        taken=0,
        pending=silence,
        ready=np.zeros((n_channels, resolution.wait * resolution.frames.hop), np.float32),
        glide=Glide.rest(context),
        preparation=PreparationState.begin(first, resolution),
        stream=voice.begin(n_channels, first, context, first),
    )
    state = _take_steps(voice, state)
    # All of that but one sample is within the latency.
    return state._replace(ready=state.ready[:, 1:])


def process_block(
    voice: Voice, block: np.ndarray, context: float, state: BlockState
) -> tuple[np.ndarray, BlockState]:
    """As many samples as come in, late by the resolution's latency.

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
    length = round(GLIDE_S * voice.memory.sample_rate)
    state = state._replace(
        glide=state.glide.towards(context, state.taken, length),
        pending=np.concatenate([state.pending, block], axis=1),
    )
    state = _take_steps(voice, state)
    return state.ready[:, :n_samples], state._replace(
        taken=state.taken + n_samples, ready=state.ready[:, n_samples:]
    )


def _take_steps(voice: Voice, state: BlockState) -> BlockState:
    """Make what the samples that are pending allow to be made."""
    resolution = voice.resolution
    hop, window = resolution.frames.hop, resolution.longest
    pending, preparation, stream = state.pending, state.preparation, state.stream
    parts = [state.ready]
    n_steps = (pending.shape[1] - window) // hop + 1
    for start in range(0, n_steps, _BLOCK):
        n = min(_BLOCK, n_steps - start)
        samples = pending[:, start * hop : (start + n - 1) * hop + window]
        ready, preparation = voice.prepare(samples, n, preparation)
        for prepared in ready:
            # A step is made at the context of the moment when the last sample has come that it
            # waits for.
            steps = prepared.seen.first + np.arange(prepared.n_steps)
            ends = (steps + resolution.reach + resolution.wait) * hop
            made, stream = voice.make(prepared, state.glide.at(ends), stream)
            parts.append(made)
    return state._replace(
        pending=pending[:, max(n_steps, 0) * hop :],
        ready=np.concatenate(parts, axis=1),
        preparation=preparation,
        stream=stream,
    )
