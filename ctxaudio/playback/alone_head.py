"""A memory that sings alone, as a player plays it: its context is turned while it sounds."""

from __future__ import annotations

import numpy as np

from ctxaudio.effect.alone_voice import AHEAD, AloneVoice
from ctxaudio.limits import MAX_SPEED, MIN_ALONE_SPEED
from ctxaudio.memory.alone.memory import AloneMemory
from ctxaudio.memory.song_memory import check_context
from ctxaudio.synthesis.glide import GLIDE_S, Glide


class AloneHead:
    """A song that is recalled from a place on, at a context. One thread at a time may use it.

    Raises:
        DataError: if the context is beyond ±36 or not a number.
    """

    goes_on = False

    def __init__(self, memory: AloneMemory, context: float = 0.0, *, speed: float = 1.0) -> None:
        if not MIN_ALONE_SPEED <= speed <= MAX_SPEED:
            raise ValueError(
                f"speed must lie between {MIN_ALONE_SPEED:g} and {MAX_SPEED:g}, got {speed:g}."
            )
        self.sample_rate, self.n_channels = memory.sample_rate, memory.n_channels
        self.loop = False
        self._memory, self._speed = memory, speed
        self._hop = memory.frames.hop
        self._n_frames = memory.n_samples / self._hop
        self._context = check_context(context)
        self._glide = Glide.rest(self._context)
        self._voice = AloneVoice(memory)
        self._played = 0  # samples; the time that a glide runs in
        self._place = 0.0 if speed >= 0.0 else self._n_frames
        self._is_new = False  # whether the next place does not follow the last
        self._left = AHEAD  # frames that are still to sound after the last was recalled
        self._voice.recall(self._next_places(AHEAD), speed, np.full(AHEAD, self._context))

    @property
    def context(self) -> float:
        """Where the context is, or glides to."""
        return self._context

    @context.setter
    def context(self, context: float) -> None:
        self._context = check_context(context)

    @property
    def heard_context(self) -> float:
        """Where the context is on its way."""
        return float(self._glide.at(np.array(self._played)))

    @property
    def position(self) -> int:
        """The song's sample that :meth:`next` begins with."""
        heard = self._place - AHEAD * self._speed
        return round(min(max(heard, 0.0), self._n_frames) * self._hop)

    @property
    def recalled(self) -> np.ndarray:
        """(2 band,) pitches in semitones above 440 Hz, then levels in dB, as recalled last."""
        return self._voice.heard_bands(self._memory.bands)

    def next(self) -> np.ndarray | None:
        """The next (channel, time) samples, a hop; None at the song's end."""
        if self._context != self._glide.target:
            length = round(GLIDE_S * self.sample_rate)
            self._glide = self._glide.towards(self._context, self._played, length)
        if self._has_ended and not self.loop:
            if not self._left:
                return None
            self._left -= 1
        made = self._voice.recall(
            self._next_places(1),
            self._speed,
            self._glide.at(np.array([self._played])),
            is_new=self._is_new,
        )
        self._is_new = False
        self._played += self._hop
        return made

    def seek(self, position: int) -> None:
        """Go on from a sample; what sounds there begins within a frame."""
        self._place = min(max(position / self._hop, 0.0), self._n_frames)
        self._is_new, self._left = True, AHEAD

    @property
    def _has_ended(self) -> bool:
        return self._place >= self._n_frames if self._speed >= 0.0 else self._place <= 0.0

    def _next_places(self, n: int) -> np.ndarray:
        """Where the next frames are; in a loop, from the song's end on at its beginning."""
        if self.loop and self._has_ended:
            self._place = 0.0 if self._speed >= 0.0 else self._n_frames
            self._is_new = True
        places = self._place + self._speed * np.arange(n)
        self._place = float(places[-1] + self._speed)
        return places
