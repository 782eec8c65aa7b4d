"""The screen of live, on a player that plays: what keys do, what is shown."""

from __future__ import annotations

import asyncio
import threading
import time

import numpy as np
import pytest
from textual import events
from textual.geometry import Size
from textual.widgets import Digits

from cli.player import screen
from cli.player.screen import LiveApp
from ctxaudio import ContextShift, Sound
from ctxaudio.playback.playhead import Playhead
from tests.support.command import read
from tests.support.decks import Steady, deck_of
from tests.support.signals import melody
from tests.support.sound_server import RATE, jack_server

SIZE = (100, 30)


@pytest.fixture(scope="module")
def song():
    tunes = [melody(seed=i, seconds=3.0, rate=RATE) for i in range(2)]
    return Sound(np.stack(tunes), RATE)


@pytest.fixture(scope="module")
def memory(song):
    return ContextShift.teach(song).memory


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
