"""The screen of live, on a player that plays: what keys do, what is shown, how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import threading
import time

import numpy as np
import pytest
from textual import events
from textual.geometry import Size
from textual.widgets import Digits

from cli.player import screen
from cli.player.deck import Deck
from cli.player.screen import LiveApp
from cli.player.widgets import Bars, Meters, dial, place
from ctxaudio import ContextShift, Sound
from ctxaudio.analysis.bands import BandConfig
from ctxaudio.playback.output import Output
from ctxaudio.playback.player import Player
from ctxaudio.playback.playhead import Playhead
from ctxaudio.playback.sound_card import CardConfig
from tests.support.command import ROOT, read
from tests.support.signals import melody
from tests.support.sound_server import RATE, jack_server

BANDS = BandConfig().centres
SIZE = (100, 30)


@pytest.fixture(scope="module")
def song():
    tunes = [melody(seed=i, seconds=3.0, rate=RATE) for i in range(2)]
    return Sound(np.stack(tunes), RATE)


@pytest.fixture(scope="module")
def memory(song):
    return ContextShift.teach(song).memory


class Steady:
    """A source that needs no memory: a constant, as long as one likes."""

    sample_rate = RATE
    goes_on = False
    loop = False
    context = heard_context = 0.0

    def __init__(self, n_channels=2, level=0.5):
        self.n_channels = n_channels
        self.level = level
        self.position = 0
        self.recalled = np.concatenate([BANDS, np.linspace(-50.0, 0.0, len(BANDS))])

    def next(self):
        self.position += 512
        return np.full((self.n_channels, 512), self.level, np.float32)

    def seek(self, position):
        self.position = position


class Broken(Steady):
    def next(self):
        if self.position > 20_000:
            raise RuntimeError("the source is broken")
        return super().next()


@contextlib.contextmanager
def deck_of(source, name="tune.flac", duration_s=60.0):
    def open_output():
        return Output(CardConfig(), source.sample_rate, source.n_channels)

    with Player(source, open_output(), open_output) as player:
        deck = Deck(player, name, duration_s, (source.sample_rate, source.n_channels), BANDS)
        try:
            yield deck
        finally:
            deck.end_recording()


def used(deck, use, size=SIZE):
    """An app that ``use`` has done something with."""
    app = LiveApp(deck)

    async def run():
        async with app.run_test(size=size):
            await use(app)

    asyncio.run(run())
    return app


async def press(app, *keys):
    # The pilot's own way waits until nothing is at work, and a player always is.
    for key in keys:
        app.simulate_key(key)
        await asyncio.sleep(0.05)


async def resize(app, *size):
    app.post_message(events.Resize(Size(*size), Size(*size)))
    await asyncio.sleep(0.05)


async def until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.02)


def shown(app, name):
    """The text of a widget, as it is drawn."""
    widget = app.query_one(name)
    return "\n".join(widget.render_line(y).text.rstrip() for y in range(widget.size.height))


def text_of(lines):
    return ["".join(text for text, _ in line) for line in lines]


# Keys


def test_keys_turn_the_context(jack, song, memory):
    async def use(app):
        digits = app.query_one("#context", Digits)
        for keys, context, digits_say, notice in [
            ("up up up", 3.0, "+3.00", "+3 semitones"),
            ("down", 2.0, "+2.00", "+2 semitones"),
            ("full_stop shift+up", 2.2, "+2.20", "+2.2 semitones"),
            ("comma", 2.1, "+2.10", "+2.1 semitones"),
            ("down down down shift+down", -1.0, "-1.00", "-1 semitones"),
            ("0", 0.0, "0.00", "the original"),
        ]:
            await press(app, *keys.split())
            assert deck.status.context == context
            assert digits.value == digits_say
            assert shown(app, "#notice").startswith(notice)
            await until(lambda: deck.status.heard_context == deck.status.context)
        for start, key, end in [(34.5, "up", "+36"), (-34.5, "down", "-36")]:
            deck.turn_to(start)
            await press(app, key, key)
            assert digits.value == f"{end}.00"
            assert shown(app, "#notice").startswith(f"{end} semitones")

    with deck_of(Playhead(memory, song), duration_s=song.duration_s) as deck:
        deck.toggle_loop()
        used(deck, use)


def test_the_bars_move_with_the_context(jack, song, memory):
    def middle(app):
        rows = [row.ljust(SIZE[0]) for row in shown(app, "#bars").splitlines()[:-1]]
        columns = np.array([list(row) for row in rows]) != " "
        return np.nonzero(columns.any(axis=0))[0].mean()

    async def use(app):
        await until(lambda: deck.status.position_s > 0.3)
        deck.turn_to(-12.0)
        await until(lambda: deck.status.heard_context == -12.0)
        await asyncio.sleep(0.2)
        low = middle(app)
        deck.turn_to(12.0)
        await until(lambda: deck.status.heard_context == 12.0)
        await asyncio.sleep(0.2)
        # 24 of 115 semitones on 98 columns, less what leaves the scale at its ends
        assert middle(app) > low + 8
        await until(lambda: shown(app, "#dial").find("▼") > 50)

    source = Playhead(memory, song)
    with deck_of(source, duration_s=song.duration_s) as deck:
        deck.toggle_loop()
        used(deck, use)


def test_keys_move_and_pause_and_repeat(jack):
    async def use(app):
        await until(lambda: "► playing" in shown(app, "#name"))
        await press(app, "space")
        await until(lambda: "‖ paused" in shown(app, "#name"))
        assert deck.status.state == "paused"
        await press(app, "right", "right", "right", "left")
        await until(lambda: 10.0 <= deck.status.position_s < 11.0)
        assert shown(app, "#notice").startswith("at 0:1")
        await until(lambda: "0:10 / 1:00  ━" in shown(app, "#place"))
        await press(app, "left", "left", "left")
        await until(lambda: "0:00 / 1:00  ─" in shown(app, "#place"))
        await press(app, "space")
        await until(lambda: deck.status.state == "playing")
        await press(app, "l")
        assert deck.status.loop
        assert "↻ loop" in shown(app, "#name")
        await press(app, "l")
        assert not deck.status.loop
        assert "loop" not in shown(app, "#name")

    with deck_of(Steady()) as deck:
        used(deck, use)


def test_the_end_is_shown_and_space_begins_again(jack, song, memory):
    async def use(app):
        await press(app, "right")
        await until(lambda: "■ ended" in shown(app, "#name"))
        assert "0:03 / 0:03" in shown(app, "#place")
        await press(app, "space")
        await until(lambda: "► playing" in shown(app, "#name"))
        assert deck.status.position_s < 2.0

    with deck_of(Playhead(memory, song), duration_s=song.duration_s) as deck:
        used(deck, use)


def test_r_records_and_ends_a_whole_file(jack, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    async def use(app):
        assert "REC" not in shown(app, "#name")
        await press(app, "r")
        await until(lambda: "● REC 0:00" in shown(app, "#name"))
        assert shown(app, "#notice").startswith("recording to tune-live1.flac")
        await until(lambda: deck.status.recorded_s > 0.2)
        await press(app, "r")
        await until(lambda: "wrote tune-live1.flac" in shown(app, "#notice"))
        assert "REC" not in shown(app, "#name")

    with deck_of(Steady()) as deck:
        used(deck, use)
    recorded = read(tmp_path / "tune-live1.flac")
    assert recorded.samples.shape[1] > 0.2 * RATE
    assert list(tmp_path.iterdir()) == [tmp_path / "tune-live1.flac"]


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_keys_that_quit(jack, key):
    async def use(app):
        await press(app, key)
        await until(lambda: not app.is_running)

    with deck_of(Steady()) as deck:
        app = used(deck, use)
        assert (app.failure, app.return_code) == (None, 0)
        assert deck.status.state == "playing"


# What is shown


def test_an_input_has_no_end(jack):
    async def use(app):
        await until(lambda: deck.status.position_s > 1.0)
        await until(lambda: shown(app, "#place").strip() in ("0:01", "0:02"))
        await press(app, "right")
        assert shown(app, "#notice").startswith("an input has no other place to go to")
        await press(app, "l")
        assert shown(app, "#notice").startswith("an input does not end")

    with deck_of(Steady(), name="input", duration_s=None) as deck:
        used(deck, use)


def test_everything_is_in_sight(jack):
    async def use(app):
        for size in [(60, 18), (80, 24), (200, 60)]:
            await resize(app, *size)
            await look(app, size)

    async def look(app, size):
        deck.player._message = "something is wrong"
        await until(lambda: "! something is wrong" in shown(app, "#message"))
        assert shown(app, "#name").strip().startswith("一首很长的歌一首")
        for name in ("name", "turn", "place", "bars", "meters", "notice", "message", "keys"):
            region = app.query_one(f"#{name}").region
            assert region.area > 0
            assert app.screen.region.contains_region(region)
        assert app.query_one("#bars").size.height >= 3
        keys = shown(app, "#keys")
        for key in ("1 st", "0.1 st", "5 s", "pause", "original", "l loop", "r record", "q quit"):
            assert key in keys
        deck.player._message = ""
        await until(lambda: not app.query_one("#message").display)
        assert app.query_one("#keys").region.bottom <= size[1]

    name = "/music/" + "一首很长的歌" * 30 + "\x1b[2J\n.flac"
    with deck_of(Steady(), name=name) as deck:
        app = used(deck, use)
    assert app.failure is None


def test_a_terminal_too_small_is_told_and_the_keys_go_on(jack):
    async def use(app):
        assert "needs 60 × 18" in shown(app, "#least")
        assert "has 40 × 10" in shown(app, "#least")
        assert not app.query_one("#all").display
        await press(app, "up")
        assert deck.status.context == 1.0
        await resize(app, 60, 18)
        await until(lambda: app.query_one("#all").display)
        assert not app.query_one("#least").display
        await until(lambda: "▼" in shown(app, "#dial"))
        assert app.query_one("#context", Digits).value == "+1.00"
        for size in [(59, 40), (100, 17), (1, 1)]:
            await resize(app, *size)
            await until(lambda: app.query_one("#least").display)
        await resize(app, *SIZE)
        await until(lambda: "0:" in shown(app, "#place"))

    with deck_of(Steady()) as deck:
        app = used(deck, use, (40, 10))
    assert app.failure is None


def test_a_notice_goes_away(jack, monkeypatch):
    monkeypatch.setattr(screen, "_NOTICE_S", 0.5)

    async def use(app):
        await press(app, "up")
        assert shown(app, "#notice").startswith("+1 semitones")
        assert "load" in shown(app, "#notice")
        await until(lambda: "semitones" not in shown(app, "#notice"))
        assert "underruns" in shown(app, "#notice")

    with deck_of(Steady()) as deck:
        used(deck, use)


def test_only_what_has_changed_is_drawn(jack, monkeypatch):
    async def use(app):
        await press(app, "space")
        await until(lambda: deck.status.peaks.max() < 1e-3)
        refreshed = []
        bars = app.query_one("#bars")
        monkeypatch.setattr(bars, "refresh", lambda *region: refreshed.append(region))
        await asyncio.sleep(0.3)
        assert refreshed == []
        source.recalled = source.recalled + 20.0
        await until(lambda: refreshed)

    source = Steady()
    with deck_of(source) as deck:
        used(deck, use)


def test_a_lost_device_and_eight_channels(monkeypatch):
    async def use(app):
        await until(lambda: "-6.0 dB" in shown(app, "#meters"))
        rows = shown(app, "#meters").splitlines()
        assert [row.split()[0] for row in rows] == ["1", "2", "3", "4"]
        assert all(f" {i + 5} █" in row for i, row in enumerate(rows))
        server.terminate()
        await until(lambda: "× lost" in shown(app, "#name"))
        gone = "! the sound device is gone. Space tries again."
        await until(lambda: gone in shown(app, "#message"))
        await until(lambda: "█" not in shown(app, "#meters"))
        await press(app, "space", "space", "r", "up")
        assert deck.status.context == 1.0  # while it is being opened
        await until(lambda: "! there is no output device" in shown(app, "#message"))
        assert deck.status.message not in shown(app, "#notice")  # once is enough
        assert len(threads) == 1  # one of the presses
        assert threads[0] is not threading.current_thread()
        assert deck.status.recorded_s is None

    threads = []
    with jack_server(n_outputs=8, name="eight") as server, deck_of(Steady(8)) as deck:
        toggle = deck.toggle_pause

        def toggle_pause():
            threads.append(threading.current_thread())
            time.sleep(0.2)
            return toggle()

        monkeypatch.setattr(deck, "toggle_pause", toggle_pause)
        used(deck, use)


# How it ends


class Terminal:
    """A terminal in which a program shows a deck of a source that is named."""

    def __init__(self, source):
        script = (
            "import click, cli.main\n"
            "from cli.player.screen import show\n"
            f"from tests.cli.player.test_screen import {source}, deck_of\n"
            "@click.command()\n"
            "def main():\n"
            f"    with deck_of({source}()) as deck:\n"
            "        show(deck)\n"
            "    print('after')\n"
            "cli.main.main = main\n"
            "cli.main.entry([])\n"
        )
        self.main, self.end = pty.openpty()
        termios.tcsetwinsize(self.main, (24, 80))
        self.before = termios.tcgetattr(self.end)
        paths = str(ROOT)
        self.process = subprocess.Popen(
            [sys.executable, "-c", script],
            **dict.fromkeys(("stdin", "stdout", "stderr"), self.end),
            env=os.environ | {"PYTHONPATH": paths, "TERM": "xterm-256color"},
        )
        self.out = b""

    def read_until(self, condition):
        while not condition():
            while select.select([self.main], [], [], 0.05)[0]:
                self.out += os.read(self.main, 1 << 16)

    def is_showing(self):
        assert self.process.poll() is None, self.out
        return b"playing" in self.out

    def last_words(self):
        """What is written after the screen is gone."""
        self.read_until(lambda: self.process.poll() is not None)
        self.read_until(lambda: b"\x1b[?1049l" in self.out)
        assert termios.tcgetattr(self.end) == self.before
        assert b"\x1b[?1000h" not in self.out  # the mouse stays the terminal's
        os.close(self.main)
        os.close(self.end)
        last = self.out[self.out.rindex(b"\x1b[?1049l") :].decode()
        assert "\x1b[?25h" in last
        return last


def test_the_terminal_is_as_it_was(jack):
    quit_, ended, broken = Terminal("Steady"), Terminal("Steady"), Terminal("Broken")
    quit_.read_until(quit_.is_showing)
    os.write(quit_.main, b"\x03")
    assert "after" in quit_.last_words()
    assert quit_.process.returncode == 0
    ended.read_until(ended.is_showing)
    ended.process.terminate()
    assert "Traceback" not in ended.last_words()
    assert ended.process.returncode == 128 + signal.SIGTERM
    assert "RuntimeError: the source is broken" in broken.last_words()
    assert broken.process.returncode == 1


# Lines


@pytest.mark.parametrize(
    ("heard", "context", "top"),
    [
        (0.0, 0.0, "                        ▼"),
        (24.0, 24.0, "                                                ▼"),
        (-24.0, -24.0, "▼"),
        (36.0, 36.0, "                                                ►"),
        (-36.0, -36.0, "◄"),
        (-36.0, 0.0, "◄                       ▽"),
        (0.0, -24.0, "▽                       ▼"),
        (24.0, 36.0, "                                                ▼"),
    ],
)
def test_dial(heard, context, top):
    lines = text_of(dial(50, heard, context))
    assert lines[0].rstrip() == top
    assert len(lines[1]) == 49
    assert lines[1][24] == "┻"
    assert lines[2].split() == ["-24", "-12", "0", "+12", "+24"]


@pytest.mark.parametrize("width", [*range(12), 57])
def test_no_line_is_too_long_for_its_room(width):
    recalled = np.concatenate([BANDS, np.linspace(-50.0, 0.0, len(BANDS))])
    for heard in (-1e9, -36.0, 0.0, 36.0, 1e9):
        dial(width, heard, 5.0)
    place(width, 5.0, 0.0)
    for height in range(4):
        lines = text_of(Bars(BANDS).lines(width, height, recalled))
        assert len(lines) == (height if width and height > 1 else 0)
    for n_channels in (1, 2, 8):
        Meters(n_channels).lines(width, np.ones(n_channels), 0.0)


def test_bars_are_at_their_pitch_and_as_high_as_their_level():
    bars = Bars(BANDS)
    levels = np.full(len(BANDS), -30.0)
    levels[5] = 0.0

    def dots(recalled):
        rows = text_of(bars.lines(96, 11, recalled))[:-1]
        return np.array([list(row) for row in rows]) != " "

    still = dots(np.concatenate([BANDS, levels]))
    np.testing.assert_array_equal(np.unique(still.sum(axis=0)), [0, 5, 10])
    assert np.count_nonzero(still[0]) in (1, 2)
    width = BANDS[1] - BANDS[0]
    higher = dots(np.concatenate([BANDS + 3 * width, levels]))
    np.testing.assert_array_equal(higher[:, 12:], still[:, :-12])
    assert not dots(np.concatenate([BANDS + 500.0, levels])).any()
    assert not dots(np.concatenate([BANDS - 500.0, levels])).any()
    assert dots(np.full(2 * len(BANDS), np.nan)).any()
    softer = dots(np.concatenate([BANDS, levels - 30.0]))
    assert set(softer.sum(axis=0)) == {0, 5}  # against the loudest so far


def test_meters_hold_peaks_and_mark_what_is_clipped():
    meters = Meters(2)

    def lines(left, right, now):
        return text_of(meters.lines(100, np.array([left, right]), now))

    first, second = lines(0.1, 1.0, 0.0)
    assert first.startswith("L █")
    assert "-20.0 dB" in first
    assert "CLIP" not in first
    assert second.startswith("R █")
    assert second.rstrip().endswith("0.0 dB CLIP")
    first, second = lines(0.0, 0.0, 1.0)
    assert "█" not in first
    assert "┃" in first
    assert "-20.0 dB" in first
    first, second = lines(0.0, 0.0, 2.0)
    assert "-40.0 dB" in first
    assert "CLIP" in second
    first, second = lines(0.0, 0.0, 10.0)
    assert "┃" not in first
    assert "−∞ dB" in first
    assert "CLIP" not in second
    assert len(text_of(Meters(1).lines(100, np.zeros(1), 0.0))) == 1
    assert len(text_of(Meters(7).lines(100, np.zeros(7), 0.0))) == 4
