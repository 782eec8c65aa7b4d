"""Passages: how a song is gone through, how fast, from where to where, once or over and over."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.limits import MAX_ALONE_S, MAX_SPEED, MIN_ALONE_SPEED


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
        if self.seconds is not None and not 0.0 < self.seconds <= MAX_ALONE_S:
            raise DataError(
                f"a result takes more than 0 s and at most {MAX_ALONE_S:g} s, got "
                f"{self.seconds:g} s."
            )
        if self.seconds is None and (self.loop or self.speed == 0.0):
            raise DataError("what goes round or stands still has no end; say how many seconds.")

    def of_part(self, begin_s: float, end_s: float) -> Passage:
        """The same of a part of what a memory holds, in seconds of all of it.

        >>> Passage(begin_s=1.0).of_part(10.0, 15.0)
        Passage(speed=1.0, begin_s=11.0, end_s=15.0, loop=False, seconds=None)

        Raises:
            DataError: if it begins where the part has ended.
        """
        if self.begin_s >= end_s - begin_s:
            raise DataError(
                f"a part that begins at {self.begin_s:g} s is behind the song's end, "
                f"{end_s - begin_s:.2f} s."
            )
        last_s = end_s if self.end_s is None else min(begin_s + self.end_s, end_s)
        return replace(self, begin_s=begin_s + self.begin_s, end_s=last_s)

    def lasts_s(self, duration_s: float) -> float:
        """How many seconds it takes through a song of ``duration_s``.

        Raises:
            DataError: if it begins where the song has ended, or takes longer than a day.
        """
        length_s, speed = self._end_s(duration_s) - self.begin_s, abs(self.speed)
        if length_s <= 0.0:
            raise DataError(
                f"a part that begins at {self.begin_s:g} s is behind the song's end, "
                f"{duration_s:.2f} s."
            )
        most_s = MAX_ALONE_S if self.seconds is None else self.seconds
        if self.loop or length_s > most_s * speed:
            if self.seconds is None:
                raise DataError(
                    f"at a speed of {self.speed:g} it takes more than {MAX_ALONE_S:g} s; say how "
                    "many seconds."
                )
            return most_s
        return length_s / speed

    def places(self, duration_s: float, frame_s: float) -> np.ndarray:
        """Where in a song each frame that is made is, in frames of the song; there is one at least.

        >>> Passage(speed=-0.5, end_s=0.1).places(duration_s=1.0, frame_s=0.05).tolist()
        [2.0, 1.5, 1.0, 0.5]

        Args:
            duration_s: of the song.
            frame_s: seconds from a frame to the next.

        Raises:
            DataError: as :meth:`lasts_s` says.
        """
        n_made = max(math.ceil(round(self.lasts_s(duration_s) / frame_s, 6)), 1)
        begin, length = (
            s / frame_s for s in (self.begin_s, self._end_s(duration_s) - self.begin_s)
        )
        passed = np.arange(n_made) * self.speed
        if self.loop:
            passed = np.mod(passed, length)
        elif self.speed < 0.0:
            passed = passed + length
        return np.asarray(begin + passed)

    def _end_s(self, duration_s: float) -> float:
        return duration_s if self.end_s is None else min(self.end_s, duration_s)
