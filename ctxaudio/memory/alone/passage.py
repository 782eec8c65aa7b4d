"""Passages: how a song is gone through, how fast, from where to where, once or over and over."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.limits import MAX_SPEED, MIN_ALONE_SPEED


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage through a song; by default from its beginning to its end, as fast as it is.

    Raises:
        DataError: if it cannot be gone.
    """

    speed: float = 1.0  # times as fast; below 0 from the end backwards; 0 stands still
    begin_s: float = 0.0
    end_s: float | None = None  # the song's end, if nothing else is said
    loop: bool = False  # over and over
    seconds: float | None = None  # that it takes at most; what does not end needs it

    def __post_init__(self) -> None:
        if not MIN_ALONE_SPEED <= self.speed <= MAX_SPEED:
            raise DataError(
                f"the speed must lie between {MIN_ALONE_SPEED:g} and {MAX_SPEED:g}, "
                f"got {self.speed:g}."
            )
        end_s = math.inf if self.end_s is None else self.end_s
        if not 0.0 <= self.begin_s < end_s:
            raise DataError(
                "a part of a song goes from 0 s or later to a later moment, got "
                f"{self.begin_s:g} to {end_s:g} s."
            )
        if self.seconds is not None and not 0.0 < self.seconds < math.inf:
            raise DataError(f"a result takes more than 0 s, got {self.seconds:g} s.")
        if self.seconds is None and (self.loop or self.speed == 0.0):
            raise DataError("what goes round or stands still has no end; say how many seconds.")

    def places(self, duration_s: float, frame_s: float) -> np.ndarray:
        """Where in a song each frame that is made is, in frames of the song.

        >>> Passage(speed=-0.5, end_s=0.1).places(duration_s=1.0, frame_s=0.05).tolist()
        [2.0, 1.5, 1.0, 0.5]

        Args:
            duration_s: of the song.
            frame_s: seconds from a frame to the next.

        Raises:
            DataError: if it begins where the song has ended.
        """
        end_s = duration_s if self.end_s is None else min(self.end_s, duration_s)
        if self.begin_s >= end_s:
            raise DataError(
                f"a part that begins at {self.begin_s:g} s is behind the song's end, "
                f"{duration_s:.2f} s."
            )
        begin, length = self.begin_s / frame_s, (end_s - self.begin_s) / frame_s
        most = math.inf if self.seconds is None else self.seconds / frame_s
        if not self.loop and self.speed != 0.0:
            most = min(most, length / abs(self.speed))
        passed = np.arange(math.ceil(round(most, 6))) * self.speed
        if self.loop:
            passed = np.mod(passed, length)
        elif self.speed < 0.0:
            passed = passed + length
        return np.asarray(begin + passed)
