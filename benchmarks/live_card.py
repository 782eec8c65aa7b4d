"""What needs a sound card: underruns, and how soon a turn of the context reaches the card.

JACK's dummy driver is a card that takes samples at a card's pace. The sound system is only ever
opened in processes of their own.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import numpy as np

from benchmarks.costs import music
from benchmarks.live_stream import resident_mib
from benchmarks.live_sweep import TURNED_HZ, TURNS, Turned, turned_tone
from benchmarks.runner import say
from benchmarks.sweeps import half_heard_ms
from benchmarks.truths import RATE
from ctxaudio import ContextShift, Sound
from ctxaudio.memory.song_memory import SongMemory
from ctxaudio.playback.output import Output
from ctxaudio.playback.player import Player
from ctxaudio.playback.playhead import Playhead
from ctxaudio.playback.sound_card import CardConfig

_SPAWN = multiprocessing.get_context("spawn")
_SONG_S = 30.0
_TURN_S = 0.1
_SEEK_S = 7.3
_SETTLED_S = 0.5  # from one turn to the next, where each is timed


@contextmanager
def playing(memory: SongMemory, song: Sound) -> Iterator[tuple[Player, Output]]:
    """A player of a song, over and over, and its output to the default device."""

    def reopen() -> Output:
        raise RuntimeError("the sound card is lost.")

    output = Output(CardConfig(), song.sample_rate, len(song.samples))
    with Player(Playhead(memory, song), output, reopen) as player:
        player.set_loop(True)
        yield player, output


def _burn() -> None:
    """Keep one core busy for ever."""
    matrix = np.random.default_rng(0).standard_normal((300, 300))
    while True:
        matrix = matrix @ matrix
        matrix /= np.abs(matrix).max()


@contextmanager
def busy(n_cores: int) -> Iterator[None]:
    """Processes that compute without a pause."""
    burners = [_SPAWN.Process(target=_burn, daemon=True) for _ in range(n_cores)]
    for burner in burners:
        burner.start()
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.join()


class Played(NamedTuple):
    """How playing went."""

    minutes: float
    busy_cores: int
    underruns: int  # gaps because nothing was ready; target: 0
    late: int  # that the sound card reports, whatever their reason
    load_median: float  # of the time that a block lasts
    load_largest: float
    first_mib: float
    last_mib: float


def measure_playing(minutes: float, n_busy: int) -> Played:
    """Music, over and over, its context turned every 100 ms, sometimes from another place on."""
    song = Sound(music(_SONG_S), RATE)
    say("teaching")
    memory = ContextShift.teach(song).memory
    rng = np.random.default_rng(0)
    with busy(n_busy), playing(memory, song) as (player, _):
        time.sleep(3.0)  # burners start, compiled code is loaded
        first_mib, before = resident_mib(), player.status
        loads, began, sought = [], time.monotonic(), 0.0
        while (now := time.monotonic() - began) < 60.0 * minutes:
            player.turn(float(rng.uniform(-12.0, 12.0)))
            if now - sought > _SEEK_S:
                player.seek(float(rng.uniform(0.0, _SONG_S)))
                sought = now
            loads.append(player.status.load)
            if len(loads) % round(30.0 / _TURN_S) == 0:
                say(f"{now:.0f} s: {player.status.underruns - before.underruns} underruns")
            time.sleep(_TURN_S)
        status, last_mib = player.status, resident_mib()
        if status.state != "playing":
            raise RuntimeError(f"the player is {status.state}: {status.message}")
    return Played(
        minutes=minutes,
        busy_cores=n_busy,
        underruns=status.underruns - before.underruns,
        late=status.late - before.late,
        load_median=float(np.median(loads)),
        load_largest=max(loads),
        first_mib=first_mib,
        last_mib=last_mib,
    )


def print_playing(minutes: float, n_busy: int) -> dict[str, object]:
    """Measure, print, and return what was found."""
    others = os.getloadavg()[0]
    played = measure_playing(minutes, n_busy)
    print(
        f"{minutes:g} minutes on the sound card, {n_busy} cores busy with something else: "
        f"{played.underruns} underruns (target: 0), {played.late} times late by the card's "
        f"own count; load {100 * played.load_median:.0f} %, at most "
        f"{100 * played.load_largest:.0f} %; {played.first_mib:.0f} MiB after the beginning, "
        f"{played.last_mib:.0f} at the end; the machine's load average was {others:.1f} before"
    )
    return {**played._asdict(), "load_average_before": others}


class Taken(NamedTuple):
    """What a sound card took from a player, and when, by the clock that all processes share."""

    samples: np.ndarray  # (time,) the first channel
    firsts: np.ndarray  # (callback,) index of its first sample
    times_s: np.ndarray  # (callback,)


def _listen(pipe: Connection) -> None:
    """Record what another JACK client plays, until told to stop. In a process of its own."""
    import sounddevice

    blocks: list[tuple[float, np.ndarray]] = []

    def callback(data: Any, *_: Any) -> None:
        blocks.append((time.monotonic(), data[:, 0].copy()))

    players = [
        (number, device["name"])
        for number, device in enumerate(sounddevice.query_devices())
        if device["name"].startswith("PortAudio") and device["max_input_channels"]
    ]
    if len(players) != 1:
        pipe.send(f"expected one player that can be listened to, found {players}.")
        return
    with sounddevice.InputStream(
        device=players[0][0], channels=1, samplerate=RATE, blocksize=0, callback=callback
    ):
        pipe.send(None)
        pipe.recv()
    samples = [block for _, block in blocks]
    firsts = np.cumsum([0, *map(len, samples)])[:-1]
    times = np.array([moment for moment, _ in blocks])
    pipe.send(Taken(np.concatenate(samples), firsts, times))
    pipe.recv()


@contextmanager
def _listener() -> Iterator[Connection]:
    """Once inside, what is played is recorded; ask for it by sending anything.

    Raises:
        RuntimeError: if there is nothing to listen to.
    """
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_listen, args=(theirs,), daemon=True)
    process.start()
    try:
        problem = ours.recv() if ours.poll(20.0) else "listening did not begin."
        if problem is not None:
            raise RuntimeError(str(problem))
        yield ours
    finally:
        process.kill()
        process.join()


def measure_card_turns(times: int) -> tuple[list[Turned], float]:
    """Turns of a player, timed where JACK takes its samples; and what the card adds, in ms."""
    memory, song = turned_tone(2.2 * times * len(TURNS) * _SETTLED_S + 5.0)
    rng = np.random.default_rng(0)
    turns: list[tuple[float, float, float]] = []
    with playing(memory, song) as (player, output):
        time.sleep(1.0)
        with _listener() as listener:
            for before, after in TURNS:
                for _ in range(times):
                    player.turn(before)
                    time.sleep(_SETTLED_S + float(rng.uniform(0.0, 0.02)))
                    turns.append((time.monotonic(), before, after))
                    player.turn(after)
                    time.sleep(_SETTLED_S)
            listener.send("stop")
            taken: Taken = listener.recv()
    return _timed(taken, turns), 1e3 * output.latency_s


def _timed(taken: Taken, turns: list[tuple[float, float, float]]) -> list[Turned]:
    found = []
    for before, after in TURNS:
        ms = [_turn_ms(taken, *turn) for turn in turns if turn[1:] == (before, after)]
        found.append(Turned(before, after, float(np.median(ms)), max(ms)))
    return found


def _turn_ms(taken: Taken, turned_s: float, before: float, after: float) -> float:
    """From a turn until half of it has been handed to the card.

    A sample counts as taken at the moment of its callback, and as much later as it is heard later
    than the callback's first.
    """
    callback = int(np.searchsorted(taken.times_s, turned_s))
    first = int(taken.firsts[callback])
    start, end = first - round(0.2 * RATE), first + round(0.4 * RATE)
    heard = half_heard_ms(taken.samples[start:end], RATE, TURNED_HZ, first - start, before, after)
    sample = first + round(1e-3 * heard * RATE)
    found = int(np.searchsorted(taken.firsts, sample, side="right")) - 1
    within_s = (sample - int(taken.firsts[found])) / RATE
    return 1e3 * (float(taken.times_s[found]) + within_s - turned_s)


def print_card_turns(times: int = 10) -> dict[str, object]:
    """Measure, print, and return what was found."""
    turned, card_ms = measure_card_turns(times)
    for one in turned:
        print(
            f"Player on JACK, {one.before:+g} to {one.after:+g}: half of the change reaches the "
            f"card {one.median_ms:.1f} ms after the turn, at most {one.longest_ms:.1f} (target: 60)"
        )
    print(f"the card says that it is heard {card_ms:.1f} ms later")
    return {"card_ms": card_ms, "turns": [one._asdict() for one in turned]}
