"""The screen of live on a real terminal: however it ends, that is as it was."""

from __future__ import annotations

import signal

from tests.support.sound_server import wait_until
from tests.support.terminals import Terminal


def showing(source):
    """A program that shows a deck of a source that is named."""
    script = (
        "import click, cli.main\n"
        "from cli.player.screen import show\n"
        f"from tests.support.decks import {source}, deck_of\n"
        "@click.command()\n"
        "def main():\n"
        f"    with deck_of({source}()) as deck:\n"
        "        show(deck)\n"
        "    print('after')\n"
        "cli.main.main = main\n"
        "cli.main.entry([])\n"
    )
    return Terminal("-c", script, rows=24, columns=80)


def is_showing(terminal):
    assert terminal.process.poll() is None, terminal.seen
    return b"playing" in terminal.seen


def last_words(terminal, code):
    """What is written after the screen is gone."""
    assert terminal.ended() == (code, True)
    assert b"\x1b[?1000h" not in terminal.seen  # the mouse stays the terminal's
    last = terminal.seen[terminal.seen.rindex(b"\x1b[?1049l") :].decode()
    assert "\x1b[?25h" in last
    return last


def test_the_terminal_is_as_it_was(jack):
    with showing("Steady") as quit_, showing("Steady") as ended, showing("Broken") as broken:
        wait_until(lambda: is_showing(quit_))
        quit_.press(b"\x03")
        assert "after" in last_words(quit_, 0)
        wait_until(lambda: is_showing(ended))
        ended.process.terminate()
        assert "Traceback" not in last_words(ended, 128 + signal.SIGTERM)
        assert "RuntimeError: the source is broken" in last_words(broken, 1)
