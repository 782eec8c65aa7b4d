"""The playhead: what is heard next of a song, at a context that can be turned while it sounds.

A frame reaches half a window into the future, so part of what comes next is made before it is
heard. A turn of the context must be heard sooner than that: the frames that are centred in the
future are taken back and made again, and over one hop the one future fades into the other.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from ctxaudio.analysis.frames import OVERLAP, cut
from ctxaudio.effect.context_shift import check_song
from ctxaudio.effect.stream import StreamState, Voice
from ctxaudio.memory.song_memory import SongMemory, check_context
from ctxaudio.sound.samples import Sound
from ctxaudio.synthesis.generator import full_scale
from ctxaudio.synthesis.glide import GLIDE_S, Glide

_AHEAD = OVERLAP // 2  # hops from where a frame begins to its centre


class Playhead:
    """A song at a position and a context. One thread at a time may use it.

    Raises:
        DataError: if the memory is of another song, or the context beyond ±36.
    """

    goes_on = False

    def __init__(self, memory: SongMemory, song: Sound, context: float = 0.0) -> None:
        check_song(memory, song)
        self.song = song
        self.sample_rate = song.sample_rate
        self.n_channels, self.n_samples = song.samples.shape
        self._context = check_context(context)
        self.loop = False
        self._voice = Voice.of(memory)
        self._scale = full_scale(song) or np.float32(1.0)
        self._hop, self._window = memory.frames.hop, memory.frames.window
        self._played = 0  # samples; the time that a glide runs in
        self._glide = Glide.rest(self._context)
        self._fading: np.ndarray | None = None  # what would have been heard next before a jump
        self._start(0)

    @property
    def context(self) -> float:
        """Where the context is, or glides to, from the next hop on."""
        return self._context

    @context.setter
    def context(self, context: float) -> None:
        self._context = check_context(context)

    @property
    def position(self) -> int:
        """The song's sample that :meth:`next` begins with."""
        return min(self._next * self._hop, self.n_samples)

    @property
    def heard_context(self) -> float:
        """Where the context is at this position, on its way to ``context``."""
        return float(self._glide.at(np.array(self._played)))

    @property
    def recalled(self) -> np.ndarray:
        """(2 band,) pitches in semitones above 440 Hz, then levels in dB, as recalled last."""
        return self._state.recalled

    def next(self) -> np.ndarray | None:
        """The next (channel, time) samples, a hop or what is left of the song; None at its end."""
        if self.position >= self.n_samples:
            if not self.loop:
                return None
            self._start(0)
        made = self._advance() if self.context == self._glide.target else self._turn()
        if self._fading is not None:
            made = _fade(self._fading, made)
            self._fading = None
        made = made[:, : self.n_samples - self.position]
        self._played += self._hop
        self._next += 1
        return made

    def seek(self, position: int) -> None:
        """Go on from near a sample, within a hop of it; what sounds there fades in over a hop.

        Past the end there is still a hop to fade into.
        """
        if self.position >= self.n_samples and self.loop:
            self._start(0)
        fading = self._fading
        if fading is None and self.position < self.n_samples:
            fading = self._advance()
        last = max(self.n_samples // self._hop - 1, 0)
        self._start(min(max(position, 0) // self._hop, last))
        self._fading = fading

    def _start(self, hop: int) -> None:
        """Be at a hop, the frames that reach into it from before made already."""
        context = self.heard_context
        self._next = hop
        self._fading = None
        # The frames ahead, a few at a time: the state before, and the contexts they were made at.
        self._ahead: deque[tuple[StreamState, np.ndarray]] = deque(maxlen=_AHEAD)
        self._state = self._voice.begin(self.n_channels, hop - _AHEAD, context)
        self._make(np.full(OVERLAP, context))

    def _advance(self) -> np.ndarray:
        """The next hop, by one frame more."""
        return self._make(self._glide.at(np.array([self._played + _AHEAD * self._hop])))

    def _turn(self) -> np.ndarray:
        """The next hop, on the way from one future into another."""
        first = self._next + 1  # the first frame that is centred in the future
        while len(self._ahead) > 1 and self._ahead[1][0].frame <= first:
            self._ahead.popleft()
        before, contexts = self._ahead[0]
        old = self._advance()
        length = round(GLIDE_S * self.sample_rate)
        self._glide = self._glide.towards(self._context, self._played, length)
        turned = self._glide.at(self._played + np.arange(1, _AHEAD + 1) * self._hop)
        self._state = before
        self._ahead.clear()
        new = self._make(np.concatenate([contexts[: first - before.frame], turned]))
        return _fade(old, new)

    def _make(self, contexts: np.ndarray) -> np.ndarray:
        """The hop that the last of the next frames completes."""
        # Many at a time are made faster; the next turn begins after the first of these parts.
        n_first = len(contexts) - (_AHEAD - 1)
        for part in np.split(contexts, [n_first]) if n_first > 0 else [contexts]:
            self._ahead.append((self._state, part))
            centres = (self._state.frame + np.arange(len(part))) * self._hop
            windows = cut(self.song.samples, centres, self._window) / self._scale
            made, self._state = self._voice.make(windows, part, self._state)
        return made[:, -self._hop :] * self._scale


def _fade(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """From one sound to another, in a straight line over the length of both."""
    n = new.shape[1]
    return old[:, :n] + (new - old[:, :n]) * (np.arange(1, n + 1, dtype=np.float32) / n)
