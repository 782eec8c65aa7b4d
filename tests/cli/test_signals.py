"""Signals that end the command, whatever swallows what they raise, one or several of them."""

from __future__ import annotations

import signal
import time

import pytest

from cli import signals
from cli.output import Reporter
from tests.support.command import (
    ENDING,
    ctxaudio,
    finished,
    notes,
    started,
    wait_until_it_writes,
    write,
)
from tests.support.forks import Forked

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture(autouse=True)
def as_in_the_foreground():
    """A suite that runs in the background has signals ignored."""
    before = {number: signal.getsignal(number) for number in ENDING}
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    signals._heard.clear()


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    """A minute, which takes long enough to teach."""
    return write(tmp_path_factory.mktemp("long") / "song.wav", notes(seconds=60.0, rate=16_000))


def swallowed(number):
    """As in a library that is imported, or calls back."""
    try:
        signal.raise_signal(number)
    except (KeyboardInterrupt, SystemExit):
        return
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize(
    "then", [None, ImportError("broken"), OSError("broken"), ValueError("a bug"), SystemExit(0)]
)
def test_the_code_is_the_signal_s_though_a_library_swallows_it(number, then, monkeypatch):
    def broken(name, damaged):
        swallowed(number)
        if then is not None:
            raise then
        raise AssertionError("the library goes on, and what is made of that is a bug")

    monkeypatch.setattr("cli.info.open_song", broken)
    result = ctxaudio("info", "song.wav")
    said = "ctxaudio: interrupted.\n" if number == signal.SIGINT else ""
    assert result == (CODES[number], b"", said)


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("total", [None, 3])
def test_work_goes_on_no_further_than_its_next_step(number, total):
    signals.end_on_signals()
    with pytest.raises((KeyboardInterrupt, SystemExit)), _stage("teach", total) as progress:
        swallowed(number)
        progress(1)
        raise AssertionError("one more step was done")
    with pytest.raises((KeyboardInterrupt, SystemExit)), _stage("save", total):
        raise AssertionError("another stage was begun")


def _stage(name, total):
    return Reporter(quiet=True, as_json=False).stage(name, total)


@pytest.mark.parametrize("number", CODES)
def test_one_that_is_ignored_stays_ignored(number):
    signal.signal(number, signal.SIG_IGN)
    signals.end_on_signals()
    signal.raise_signal(number)
    signals.heed()
    came = []
    with signals.held_signals(came):
        signal.raise_signal(number)
    assert came == []


@pytest.mark.parametrize("number", CODES)
def test_a_second_one_shortly_after_does_not_disturb_the_cleaning_up(number):
    signals.end_on_signals()
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        signal.raise_signal(number)
    signal.raise_signal(number)  # raises nothing


@pytest.mark.parametrize("number", CODES)
def test_a_second_one_later_is_heard(number, monkeypatch):
    monkeypatch.setattr(signals, "_APART_S", 0.01)
    signals.end_on_signals()
    for _ in range(2):
        with pytest.raises((KeyboardInterrupt, SystemExit)):
            signal.raise_signal(number)
        time.sleep(0.02)


@pytest.mark.parametrize("first", CODES)
@pytest.mark.parametrize("second", CODES)
def test_a_second_one_ends_what_holds_the_first_back(first, second, monkeypatch):
    monkeypatch.setattr(signals, "_APART_S", 0.01)
    signals.end_on_signals()
    came = []
    with pytest.raises((KeyboardInterrupt, SystemExit)), signals.held_signals(came):
        signal.raise_signal(first)
        assert came == [first]
        time.sleep(0.02)
        signal.raise_signal(second)
        raise AssertionError("it went on")
    signals.end_on_signals()
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        signal.raise_signal(first)  # is handled as before the block


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_with_interrupts_ignored_the_command_ends_on_others(song, tmp_path, number):
    process = Forked(
        "teach",
        song,
        "-o",
        "out.memory",
        cwd=tmp_path,
        ignored=[signal.SIGINT],
    )
    wait_until_it_writes(process, tmp_path)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(number)
    assert finished(process) == (CODES[number], b"", "")
    assert list(tmp_path.iterdir()) == []


def test_two_at_once_as_timeout_sends_them_leave_nothing(song, tmp_path):
    process = started("shift", song, "+5", "-o", "out.wav", cwd=tmp_path)
    wait_until_it_writes(process, tmp_path)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    assert finished(process) == (143, b"", "")
    assert list(tmp_path.iterdir()) == []
