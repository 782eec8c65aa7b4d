"""The deck: what keys and typed commands do to a player, and what is said of it."""

from __future__ import annotations

import contextlib
import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ctxaudio.errors import DataError, one_line
from ctxaudio.limits import MAX_CONTEXT

if TYPE_CHECKING:
    import numpy as np

    from ctxaudio.playback.player import Player, Status

_LONGEST = 50  # characters of a song's name that its recordings have


class Deck:
    """A player with a song's name, and files to record to."""

    def __init__(
        self,
        player: Player,
        name: str,
        duration_s: float | None,
        sound: tuple[int, int],
        bands: np.ndarray,
    ) -> None:
        self.player = player
        self.name = name  # of the song, or of the input
        self.duration_s = duration_s  # None for an input, which has no end
        self.bands = bands  # (band,) centres, semitones above 440 Hz
        self._sound = sound  # sample rate in Hz, channels
        self._recorded: str | None = None  # the name of the file of the recording under way

    @property
    def status(self) -> Status:
        """What there is to see now."""
        return self.player.status

    def turn_to(self, semitones: float) -> str:
        """Turn the context; beyond ±36 to there."""
        context = min(max(round(semitones, 2), -MAX_CONTEXT), MAX_CONTEXT) + 0.0
        self.player.turn(context)
        return f"{context:+g} semitones" if context else "the original"

    def turn_by(self, semitones: float) -> str:
        """Turn the context further."""
        return self.turn_to(self.status.context + semitones)

    def seek_to(self, position_s: float) -> str:
        """Go to a moment of the song."""
        if self.duration_s is None:
            return "an input has no other place to go to"
        position_s = min(max(position_s, 0.0), self.duration_s)
        self.player.seek(position_s)
        return f"at {clock(position_s)}"

    def seek_by(self, seconds: float) -> str:
        """Go on or back in the song."""
        return self.seek_to(self.status.position_s + seconds)

    def toggle_pause(self) -> str:
        """Pause; or go on, on a device that is back if it was lost."""
        if self.status.state == "playing":
            self.player.pause()
            return "paused"
        try:
            self.player.play()
        except DataError as error:
            return str(error)
        return "playing"

    def toggle_loop(self) -> str:
        """Begin again at the end, or not."""
        if self.duration_s is None:
            return "an input does not end"
        loop = not self.status.loop
        self.player.set_loop(loop)
        return "loop" if loop else "no loop"

    def toggle_recording(self) -> str:
        """Record what is heard to a new file in the current folder, or end that."""
        if self._recorded is not None:
            return self.end_recording()
        from ctxaudio.playback.recorder import Recorder

        try:
            path, self._file = _new_file(Path("stdin" if self.name == "-" else self.name).stem)
        except OSError as error:
            return f"cannot write to .: {error.strerror}."
        self._recorder = Recorder(self._file, *self._sound)
        self.player.start_recording(self._recorder)
        self._recorded = one_line(path)
        return f"recording to {self._recorded}"

    def end_recording(self) -> str:
        """End a recording that is under way, if one is."""
        recorded, self._recorded = self._recorded, None
        if recorded is None:
            return ""
        self.player.stop_recording()
        error = self._recorder.error
        try:
            with self._file:
                os.fsync(self._file.fileno())
        except OSError as at_last:
            error = error or at_last
        if error is not None:
            return f"wrote {recorded}, but not all: {one_line(error)}"
        return f"wrote {recorded}"


def clock(seconds: float) -> str:
    """Minutes and seconds.

    >>> clock(187.9)
    '3:07'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _new_file(stem: str) -> tuple[Path, BinaryIO]:
    """A file for a recording, by a name that nothing had yet, nor will have.

    It has that name from its first moment, so that a recording is found even if its player was
    killed, and so that no other player takes the name. Unbuffered: what a full disk has not taken
    is not tried again at the end.
    """
    for number in itertools.count(1):
        path = Path(f"{stem[:_LONGEST]}-live{number}.flac")
        with contextlib.suppress(FileExistsError):
            return path, open(path, "xb", buffering=0)
    raise AssertionError("there is always another number.")
