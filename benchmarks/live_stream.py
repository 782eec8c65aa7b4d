"""What a stream costs: time for every block, delay, and memory over an hour."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy import signal

from benchmarks.costs import music
from benchmarks.peers import find_peers, signalsmith
from benchmarks.runner import say
from benchmarks.streams import (
    BLOCK,
    LIVE_INPUT,
    PLAYHEAD,
    PROCESS,
    R3_LIVE,
    Live,
    RubberBand,
    blocks,
    input_stream,
    song_streams,
    stream,
)
from benchmarks.truths import RATE

SIGNALSMITH = "signalsmith"
_WARM_UP = 20  # blocks that are not timed: compiled code is loaded


class BlockTimes(NamedTuple):
    """Milliseconds for a block."""

    shifter: str
    block: int  # samples
    mean_ms: float  # target for a song's blocks: 2.5
    p99_ms: float
    p999_ms: float  # target for a song's blocks: 8
    largest_ms: float
    cpu_mean_ms: float  # of the thread's own time: what else the machine does is not in it
    cpu_p999_ms: float

    @property
    def share(self) -> float:
        """Of the time that the block lasts."""
        return self.mean_ms / (1e3 * self.block / RATE)


def restless(n: int, *, rng: np.random.Generator) -> np.ndarray:
    """A context for each of n blocks that is never the same twice: a slow wave, and jitter."""
    wave = 10.0 * np.sin(2 * np.pi * np.arange(n) * BLOCK / (7.0 * RATE))
    return np.asarray(wave + rng.uniform(-2.0, 2.0, n))


def measure_blocks(seconds: float) -> list[BlockTimes]:
    """Every shifter on the same music, in turns, so that all see the same machine."""
    sound = music(seconds)
    say("teaching")
    streams = [*song_streams(sound), input_stream()]
    steps = [live.prepare(sound) for live in streams]
    took: list[list[tuple[float, float]]] = [[] for _ in streams]
    n = sound.shape[1] // BLOCK
    for index, context in enumerate(restless(n, rng=np.random.default_rng(0)).tolist()):
        whole = sound[:, index * BLOCK : (index + 1) * BLOCK]
        for live, step, times in zip(streams, steps, took, strict=True):
            for block in blocks(whole, live.block):
                start = time.perf_counter(), time.thread_time()
                step(block, context)
                times.append((time.perf_counter() - start[0], time.thread_time() - start[1]))
        if index % (60 * RATE // BLOCK) == 0:
            say(f"{index * BLOCK / RATE:.0f} of {seconds:.0f} s")
    return [_times(live, times) for live, times in zip(streams, took, strict=True)]


def _times(live: Live, seconds: Sequence[tuple[float, float]]) -> BlockTimes:
    wall, cpu = 1e3 * np.array(seconds[_WARM_UP:]).T
    p99, p999 = np.percentile(wall, [99, 99.9])
    return BlockTimes(
        shifter=live.name,
        block=live.block,
        mean_ms=float(wall.mean()),
        p99_ms=float(p99),
        p999_ms=float(p999),
        largest_ms=float(wall.max()),
        cpu_mean_ms=float(cpu.mean()),
        cpu_p999_ms=float(np.percentile(cpu, 99.9)),
    )


def _signalsmith_ms(seconds: float) -> float | None:
    """Milliseconds for 512 samples of a whole sound: its Python binding cannot stream."""
    if not find_peers([SIGNALSMITH])[0]:
        return None
    sound = music(seconds)
    start = time.perf_counter()
    signalsmith(sound, RATE, 4.0)
    return (time.perf_counter() - start) * 1e3 * BLOCK / sound.shape[1]


def print_blocks(seconds: float) -> dict[str, object]:
    """Measure, print, and return what was found."""
    times = measure_blocks(seconds)
    print(f"{seconds:g} s of 44.1 kHz stereo, a new context for every block, in turns")
    for one in times:
        target = " (target: 2.5 and 8)" if one.shifter == PROCESS else ""
        print(
            f"{one.shifter}, {one.block} samples: mean {one.mean_ms:.2f}, 99.9 % "
            f"{one.p999_ms:.2f} ms{target}; 99 % {one.p99_ms:.2f}, largest {one.largest_ms:.2f} "
            f"ms; {100 * one.share:.0f} % of the time there is; of the thread's own time mean "
            f"{one.cpu_mean_ms:.2f}, 99.9 % {one.cpu_p999_ms:.2f} ms"
        )
    whole = _signalsmith_ms(min(seconds, 30.0))
    if whole is not None:
        print(
            f"{SIGNALSMITH}: its Python binding begins anew at every call, so a whole sound in "
            f"one: {whole:.2f} ms for {BLOCK} samples"
        )
    content = [{**one._asdict(), "share": one.share} for one in times]
    return {"seconds": seconds, "blocks": content, "signalsmith_whole_ms": whole}


class Delay(NamedTuple):
    """How late a stream is at context 0, in ms."""

    shifter: str
    measured_ms: float  # target for live input: 60
    stated_ms: float | None  # what it says itself


def delay_samples(sound: np.ndarray, made: np.ndarray) -> int:
    """By how much one channel is later than another, where their correlation is largest."""
    correlation = signal.correlate(made, sound, mode="full", method="fft")
    return int(np.argmax(correlation)) - (len(sound) - 1)


def measure_delays(block: int) -> list[Delay]:
    """Of streams, in blocks of this many samples."""
    sound = music(3.0)
    delays: list[Delay] = []
    for live in (*song_streams(sound), input_stream()):
        if live.name == PLAYHEAD:
            continue  # it has the song already
        made = stream(live.prepare(sound), sound, lambda _: 0.0, block)
        delay = delay_samples(sound[0].astype(np.float64), made[0].astype(np.float64))
        stated = RubberBand(2).start_delay / RATE * 1e3 if live.name == R3_LIVE else None
        delays.append(Delay(live.name, 1e3 * delay / RATE, stated))
    if find_peers([SIGNALSMITH])[0]:
        delays.append(_signalsmith_delay())
    return delays


def _signalsmith_delay() -> Delay:
    from python_stretch.Signalsmith import Stretch

    stretch = Stretch(0)
    stretch.preset(2, RATE)
    stated = stretch.inputLatency() + stretch.outputLatency()
    return Delay(SIGNALSMITH, float("nan"), 1e3 * stated / RATE)


def print_delays(block: int = 256) -> dict[str, object]:
    """Measure, print, and return what was found."""
    delays = measure_delays(block)
    print(f"delay at context 0, in blocks of {block} samples")
    for one in delays:
        measured = "cannot stream" if np.isnan(one.measured_ms) else f"{one.measured_ms:.1f} ms"
        target = " (target: 60)" if one.shifter == LIVE_INPUT else ""
        stated = "" if one.stated_ms is None else f"; it states {one.stated_ms:.1f} ms"
        print(f"{one.shifter}: {measured}{target}{stated}")
    content = [
        {**one._asdict(), "measured_ms": None if np.isnan(one.measured_ms) else one.measured_ms}
        for one in delays
    ]
    return {"block": block, "delays": content}


def resident_mib(process: int | None = None) -> float:
    """Resident memory of a process, of this one by default, in MiB."""
    asked = ["ps", "-o", "rss=", "-p", str(os.getpid() if process is None else process)]
    return int(subprocess.run(asked, capture_output=True, text=True, check=True).stdout) / 1024


def measure_memory(hours: float) -> Iterator[tuple[float, float]]:
    """Minutes of sound so far and resident MiB, while live input is shifted at a moving context.

    As fast as it goes, not in real time.
    """
    sound = music(60.0)
    live = input_stream()
    step = live.prepare(sound)
    rng = np.random.default_rng(0)
    for minute in range(1, max(2, round(60 * hours)) + 1):
        contexts = restless(sound.shape[1] // live.block, rng=rng)
        for block, context in zip(blocks(sound, live.block), contexts.tolist(), strict=True):
            step(block, context)
        yield float(minute), resident_mib()


def print_memory(hours: float) -> dict[str, object]:
    """Measure, print, and return what was found."""
    found = []
    for minute, mib in measure_memory(hours):
        found.append((minute, mib))
        say(f"minute {minute:.0f}: {mib:.1f} MiB")
    minutes, mib_all = np.array(found).T
    slope = 60 * float(np.polyfit(minutes, mib_all, 1)[0])
    print(
        f"resident memory of {LIVE_INPUT} over {minutes[-1]:.0f} minutes of sound: after the first "
        f"{mib_all[0]:.1f}, after the last {mib_all[-1]:.1f} MiB, {slope:+.2f} MiB an hour "
        "(target: flat)"
    )
    return {"minutes": minutes.tolist(), "mib": mib_all.tolist(), "mib_an_hour": slope}
