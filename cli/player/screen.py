"""The screen of ``ctxaudio live``: what is heard, and keys that turn it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Digits, Static

from cli.player.deck import Deck, clock
from cli.player.widgets import Bars, Drawing, Line, Meters, dial, place
from cli.signals import held_signals
from ctxaudio.errors import one_line
from ctxaudio.playback.player import Status

_LOOKS_A_SECOND = 20
_NOTICE_S = 4.0
_LEAST = 60, 18  # columns and rows
_ROOMY = 23  # rows from which there are gaps
_STATES = {"playing": "► playing", "paused": "‖ paused", "ended": "■ ended", "lost": "× lost"}
_KEYS = {
    "↑↓": "1 st",
    ", .": "0.1 st",
    "←→": "5 s",
    "space": "pause",
    "0": "original",
    "l": "loop",
    "r": "record",
    "q": "quit",
}


def show(deck: Deck) -> None:
    """Show a deck until the user quits.

    Raises:
        Exception: whatever ended the player's thread; the terminal is as it was before.
    """
    app = LiveApp(deck)
    with held_signals(app.signals):
        app.run(mouse=False)
    if app.failure is not None:
        raise app.failure
    if app.return_code:  # textual has failed, and said of what
        raise SystemExit(app.return_code)


class LiveApp(App[None]):
    """Looks at a deck many times a second, and hands it what keys ask for."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #all { padding: 0 1; }
    #turn { height: 3; }
    #context { width: 18; text-align: right; text-style: bold; color: $accent; }
    #unit { width: 6; padding: 2 0 0 1; }
    #dial { width: 1fr; height: 3; }
    #bars { height: 1fr; }
    #message { display: none; height: auto; padding: 0 1; }
    #message { background: $error; color: auto; text-style: bold; }
    #message.wrong { display: block; }
    #keys { height: auto; color: $text-muted; }
    #least { display: none; height: 1fr; content-align: center middle; text-align: center; }
    .roomy #turn, .roomy #place, .roomy #bars { margin-bottom: 1; }
    .roomy #name { margin-bottom: 1; }
    .small #all { display: none; }
    .small #least { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "turn(1.0)"),
        Binding("down", "turn(-1.0)"),
        Binding("shift+up,full_stop", "turn(0.1)"),
        Binding("shift+down,comma", "turn(-0.1)"),
        Binding("0", "original"),
        Binding("left", "seek(-5.0)"),
        Binding("right", "seek(5.0)"),
        Binding("space", "pause"),
        Binding("l,L", "loop"),
        Binding("r,R", "record"),
        Binding("q,Q,ctrl+c", "quit", priority=True),
    ]

    def __init__(self, deck: Deck) -> None:
        super().__init__()
        self.deck = deck
        self.failure: Exception | None = None  # that the app ended with
        self.signals: list[int] = []  # that are to end it
        self._bars = Bars(deck.bands)
        self._meters = Meters(len(deck.status.peaks))
        self._notice, self._noticed = "", 0.0
        self._message = ""
        self._is_busy = False  # with something that takes long
        self._digits = Digits(id="context")
        self._texts = {name: Static(id=name, markup=False) for name in ("message", "keys", "least")}
        drawn = ("name", "dial", "place", "bars", "meters", "notice")
        self._drawings = {name: Drawing(id=name) for name in drawn}

    def compose(self) -> ComposeResult:
        """From the top: what is played, the context, the place, the bands, the levels, the keys."""
        drawings, texts = self._drawings, self._texts
        with Vertical(id="all"):
            yield drawings["name"]
            with Horizontal(id="turn"):
                yield self._digits
                yield Static("st", id="unit")
                yield drawings["dial"]
            for name in ("place", "bars", "meters", "notice"):
                yield drawings[name]
            yield texts["message"]
            yield texts["keys"]
        yield texts["least"]

    def on_mount(self) -> None:
        """Begin to look."""
        self._drawings["meters"].styles.height = self._meters.height
        self.set_interval(1.0 / _LOOKS_A_SECOND, self._look)

    def on_resize(self, event: events.Resize) -> None:
        """Ask for more room where there is too little."""
        width, height = event.size
        self.screen.set_class(width < _LEAST[0] or height < _LEAST[1], "small")
        self.screen.set_class(height >= _ROOMY, "roomy")
        self._texts["keys"].update(_keys(width - 2))
        self._texts["least"].update(
            f"The screen needs {_LEAST[0]} × {_LEAST[1]} characters\nand has {width} × {height}."
        )
        self.call_after_refresh(self._look)

    def action_turn(self, semitones: float) -> None:
        """Turn the context further."""
        self._do(lambda: self.deck.turn_by(semitones))

    def action_original(self) -> None:
        """Turn the context to 0."""
        self._do(lambda: self.deck.turn_to(0.0))

    def action_seek(self, seconds: float) -> None:
        """Go on or back."""
        self._do(lambda: self.deck.seek_by(seconds))

    def action_loop(self) -> None:
        """Begin again at the end, or not."""
        self._do(self.deck.toggle_loop)

    def action_pause(self) -> None:
        """Pause or go on."""
        self._do_slowly(self.deck.toggle_pause)

    def action_record(self) -> None:
        """Begin or end a recording."""
        self._do_slowly(self.deck.toggle_recording)

    def _do(self, what: Callable[[], str]) -> None:
        try:
            self._say(what())
        except Exception as error:
            self._fail(error)

    def _do_slowly(self, what: Callable[[], str]) -> None:
        """In a thread, for a lost device is waited for, or a disk; one thing at a time."""
        if self._is_busy:
            self._say("one moment …")
            return
        self._is_busy = True

        async def work() -> None:
            try:
                self._say(await asyncio.to_thread(what))
            except Exception as error:
                self._fail(error)
            finally:
                self._is_busy = False

        self.run_worker(work())

    def _say(self, notice: str) -> None:
        self._notice, self._noticed = one_line(notice), time.monotonic()
        self._look()

    def _fail(self, error: Exception) -> None:
        self.failure = self.failure or error
        self.exit()

    def _look(self) -> None:
        """Show what has changed."""
        if self.signals:
            self.exit()
        try:
            self._draw(self.deck.status, time.monotonic())
        except Exception as error:
            self._fail(error)

    def _draw(self, status: Status, now: float) -> None:
        widths = {name: drawing.size.width for name, drawing in self._drawings.items()}
        turned_to = f"{status.context:+.2f}" if status.context else "0.00"
        if self._digits.value != turned_to:
            self._digits.update(turned_to)
        message = one_line(status.message) + " Space tries again." * (status.state == "lost")
        if self._message != message:
            self._message = message
            self._texts["message"].update(f"! {message}")
            self._texts["message"].set_class(bool(message), "wrong")
        is_new = now - self._noticed < _NOTICE_S and self._notice != status.message
        peaks = status.peaks * (status.state != "lost")
        lines = {
            "name": [_title(widths["name"], self.deck.name, status)],
            "dial": dial(widths["dial"], status.heard_context, status.context),
            "place": [place(widths["place"], status.position_s, self.deck.duration_s)],
            "bars": self._bars.lines(*self._drawings["bars"].size, status.recalled),
            "meters": self._meters.lines(widths["meters"], peaks, now),
            "notice": [_foot(widths["notice"], self._notice if is_new else "", status)],
        }
        for name, drawing in self._drawings.items():
            drawing.show(*lines[name])


def _keys(width: int) -> Text:
    """What the keys do, in as many lines as that takes."""
    text, room = Text(no_wrap=True), width
    for key, does in _KEYS.items():
        needed = len(key) + 1 + len(does)
        if needed > room:
            text.append("\n")
            room = width
        text.append(key, "bold").append(f" {does}  ")
        room -= needed + 2
    return text


def _title(width: int, name: str, status: Status) -> Line:
    """What is played, and what is done with it."""
    state: Line = [(f"  {_STATES[status.state]}", "bad" if status.state == "lost" else "good")]
    if status.loop:
        state.append(("  ↻ loop", ""))
    if status.recorded_s is not None:
        state.append((f"  ● REC {clock(status.recorded_s)}", "bad"))
    return _sides(width, one_line(Path(name).name), state)


def _foot(width: int, notice: str, status: Status) -> Line:
    """What was done last, and how hard the work is."""
    gaps = "underrun" if status.underruns == 1 else "underruns"
    work = f"  load {status.load:.0%}  {status.underruns} {gaps}"
    if status.late:
        work += f"  {status.late} late"
    return _sides(width, notice, [(work, "faint")])


def _sides(width: int, left: str, right: Line) -> Line:
    """A text at the left as far as there is room, others at the right."""
    room = max(width - sum(cell_len(text) for text, _ in right), 0)
    if cell_len(left) > room:
        left = set_cell_size(left, max(room - 1, 0)) + "…"
    return [(set_cell_size(left, room), "strong"), *right]
