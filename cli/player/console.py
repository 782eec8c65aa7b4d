"""A player without a screen: one status line, and commands that are typed, a line each."""

from __future__ import annotations

import contextlib
import math
import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import TextIO

from cli.player.deck import Deck, clock
from ctxaudio.errors import DataError, one_line

_LOOK_S = 0.05  # between looks at the player
_LONGEST = 80  # bytes of a line; what is longer is no command
_COMMANDS = "a number of semitones, up, down, pause, seek SECONDS, loop, record or quit"


def play_out(deck: Deck, *, quiet: bool, commands: TextIO | None = None) -> None:
    """Let the player play to its end, or until ``quit`` is typed.

    Raises:
        DataError: if the sound device is gone, and nobody is there to try again.
    """
    lines = _Lines(commands)
    shown = _StatusLine(quiet=quiet)
    message = said = ""
    while True:
        for line in lines.take():
            if line in ("quit", "q"):
                shown.clear()
                return
            said = _obey(deck, line)
            shown.say(said)
        status = deck.status
        if status.state == "lost" and lines.ended:
            shown.clear()
            raise DataError(f"{status.message} It was at {clock(status.position_s)}.")
        if status.message != message:
            message = status.message
            if message != said:
                shown.say(message + " 'pause' tries again." * (status.state == "lost"))
        if status.state == "ended":
            shown.clear()
            return
        shown.show(deck)
        time.sleep(_LOOK_S)


def _obey(deck: Deck, line: str) -> str:
    """Do what a line says; what there is to say of it."""
    word, _, rest = line.partition(" ")
    simple: dict[str, Callable[[], str]] = {
        "up": lambda: deck.turn_by(1.0),
        "down": lambda: deck.turn_by(-1.0),
        "pause": deck.toggle_pause,
        "loop": deck.toggle_loop,
        "record": deck.toggle_recording,
    }
    if word in simple and not rest:
        return simple[word]()
    does, number = (deck.seek_to, rest) if word == "seek" else (deck.turn_to, line)
    try:
        return does(_finite(number))
    except ValueError:
        return f"expected {_COMMANDS}, got {line!r}"


def _finite(text: str) -> float:
    """A number as it is typed.

    Raises:
        ValueError: if it is none, or infinite, which nobody means.
    """
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


class _Lines:
    """Lines of a stream, read in a thread of its own: reading waits, and music does not."""

    def __init__(self, stream: TextIO | None) -> None:
        self.ended = stream is None
        self._lines: queue.Queue[str] = queue.Queue(64)
        if stream is not None:
            threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def take(self) -> list[str]:
        """Lines that came since."""
        return [self._lines.get_nowait() for _ in range(self._lines.qsize())]

    def _read(self, stream: TextIO) -> None:
        is_start = True
        with contextlib.suppress(OSError, ValueError):  # it is closed, or a terminal that is gone
            for piece in iter(lambda: stream.buffer.readline(_LONGEST), b""):
                is_whole = piece.endswith(b"\n") or len(piece) < _LONGEST
                line = piece.decode(errors="replace").strip().casefold()
                if line and is_start:
                    # The beginning of a long number is another number: it must not be taken for it.
                    self._lines.put(line if is_whole else f"{line}…")
                is_start = piece.endswith(b"\n")
        self.ended = True


class _StatusLine:
    """One line on stderr that is written again and again, where that is a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._on_terminal = sys.stderr.isatty() and not quiet
        self._shown = ""

    def show(self, deck: Deck) -> None:
        """What the player does now."""
        status = deck.status
        of = "" if deck.duration_s is None else f" / {clock(deck.duration_s)}"
        marks = "  loop" * status.loop
        if status.recorded_s is not None:
            marks += f"  recording {clock(status.recorded_s)}"
        line = (
            f"{status.state} {clock(status.position_s)}{of}  {status.heard_context:+.2f} st  "
            f"load {status.load:.0%}  underruns {status.underruns}{marks}"
        )
        if self._on_terminal and line != self._shown:
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
            self._shown = line

    def say(self, message: str) -> None:
        """A line that stays."""
        self.clear()
        if message and not self._quiet:
            print(f"ctxaudio: {one_line(message)}", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the status line away."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._shown = ""
