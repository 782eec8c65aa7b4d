"""A knob that moves while a tone sounds: clicks, pitch, and the time that a turn takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.runner import say
from benchmarks.streams import BLOCK, Live, input_stream, song_streams, stream
from benchmarks.sweeps import (
    Sweep,
    Vector,
    clicks,
    decibels,
    following,
    half_heard_ms,
    ideal,
    tone,
)
from benchmarks.truths import RATE, Samples
from ctxaudio import ContextShift, Sound
from ctxaudio.memory.song_memory import SongMemory
from ctxaudio.playback.playhead import Playhead

TONES: dict[str, tuple[float, ...]] = {
    "440 Hz": (440.0,),
    "220, 440, 660 Hz": (220.0, 440.0, 660.0),
}
TURNS = ((0.0, 2.0), (-5.0, 5.0), (0.0, 12.0))
TURNED_HZ = 880.0  # high, so that its pitch can be told within milliseconds
_TAIL_S = 0.6  # more than any delay
_JUMP_S = 0.0001  # of the control
_ERROR_S = 0.02


class Swept(NamedTuple):
    """One shifter, one tone."""

    shifter: str
    tone: str
    clicks_db: float  # of the quick sweep: the loudest millisecond above the tones
    slow_clicks_db: float  # of the slow one
    excess_db: float  # of the quick over the slow one; target: not above -60
    delay_ms: float
    cents_p95: float
    cents_max: float  # target: 10


def _figures(
    shifter: str, tone_name: str, sounds: Sequence[Vector], partials: Sequence[float], quick: Sweep
) -> Swept:
    """Of a quick and a slow sweep of a tone."""
    loud, slow = (clicks(sound, RATE) for sound in sounds)
    found = following(sounds[0], RATE, partials, quick)
    error = np.abs(found.cents)
    p95 = float(np.percentile(error, 95, method="higher"))
    return Swept(
        shifter,
        tone_name,
        decibels(loud),
        decibels(slow),
        decibels(max(loud - slow, 0.0)),
        found.delay_ms,
        p95,
        float(error.max()),
    )


def _sweep(live: Live, sound: Samples, sweep: Sweep) -> Vector:
    """What a shifter makes of the beginning of a sound while the knob moves."""
    n = round((sweep.whole_s + _TAIL_S) * RATE)
    made = stream(
        live.prepare(sound),
        sound[:, :n],
        lambda first: float(sweep.at(np.array(first / RATE))),
        live.block,
    )
    return made[0].astype(np.float64)


def _controls(partials: Sequence[float], name: str, quick: Sweep, slow: Sweep) -> Iterator[Swept]:
    """Perfect sounds, and what is wrong with each."""
    sounds = []
    for sweep in (quick, slow):
        time_s = np.arange(round((sweep.whole_s + _TAIL_S) * RATE)) / RATE
        sounds.append(ideal(partials, sweep.at(time_s), RATE))
    yield _figures("(perfect)", name, sounds, partials, quick)
    # The same, and in the middle it jumps by a tenth of a millisecond.
    middle, jump = len(sounds[0]) // 2, max(1, round(_JUMP_S * RATE))
    jumped = np.concatenate([sounds[0][:middle], sounds[0][middle + jump :]])
    yield _figures("(a jump in it)", name, [jumped, sounds[1]], partials, quick)
    # The knob goes two per cent too far.
    time_s = np.arange(round((quick.whole_s + _TAIL_S) * RATE)) / RATE
    wrong = ideal(partials, (1.0 + _ERROR_S) * quick.at(time_s), RATE)
    yield _figures("(a wrong knob)", name, [wrong, sounds[1]], partials, quick)


def measure_sweeps(slow_s: float) -> list[Swept]:
    """Every shifter with every tone."""
    quick, slow = Sweep(), Sweep(seconds=slow_s)
    swept: list[Swept] = []
    for name, partials in TONES.items():
        swept += _controls(partials, name, quick, slow)
        n = round((slow.whole_s + _TAIL_S) * RATE) + BLOCK
        sound = tone(partials, n, RATE).astype(np.float32)[None]
        for live in (*song_streams(sound), input_stream()):
            sounds = _sweep(live, sound, quick), _sweep(live, sound, slow)
            swept.append(_figures(live.name, name, sounds, partials, quick))
            say(f"{name}: {live.name}")
    return swept


def print_sweeps(slow_s: float) -> dict[str, object]:
    """Measure, print, and return what was found."""
    swept = measure_sweeps(slow_s)
    print(f"the knob from -12 to +12 in 5 s, and in {slow_s:g} s")
    print("clicks: the loudest millisecond above 6 kHz, dB of the sound's power")
    for one in swept:
        more = f"{one.excess_db:.1f}" if one.clicks_db > one.slow_clicks_db else "nothing"
        print(
            f"{one.tone}, {one.shifter}: clicks {one.clicks_db:.1f}, slowly "
            f"{one.slow_clicks_db:.1f}, more by {more} (target: -60); error of pitch "
            f"after {one.delay_ms:.1f} ms: p95 {one.cents_p95:.2f}, "
            f"largest {one.cents_max:.2f} cents (target: 10)"
        )
    return {"slow_s": slow_s, "sweeps": [one._asdict() for one in swept]}


class Turned(NamedTuple):
    """How long turns of one kind took, from where the next block begins to half of the change."""

    before: float
    after: float
    median_ms: float
    longest_ms: float


def turned_tone(seconds: float) -> tuple[SongMemory, Sound]:
    """A steady tone and its memory."""
    sound = Sound(tone([TURNED_HZ], round(seconds * RATE), RATE).astype(np.float32)[None], RATE)
    return ContextShift.teach(sound).memory, sound


def _turn_playhead(memory: SongMemory, sound: Sound) -> Callable[[float, float, int], float]:
    def turn(before: float, after: float, hops: int) -> float:
        playhead = Playhead(memory, sound, before)
        parts, turned = [], 0
        for hop in range(2 * hops):
            if hop == hops:
                turned, playhead.context = playhead.position, after
            made = playhead.next()
            if made is not None:
                parts.append(made[0])
        return half_heard_ms(np.concatenate(parts), RATE, TURNED_HZ, turned, before, after)

    return turn


def measure_turns(times: int) -> list[Turned]:
    """Turns of a playhead, each begun at several moments of the song."""
    memory, sound = turned_tone(4.0)
    turn = _turn_playhead(memory, sound)
    turned = []
    for before, after in TURNS:
        took = [turn(before, after, 60 + i) for i in range(times)]
        turned.append(Turned(before, after, float(np.median(took)), max(took)))
    return turned


def print_turns(times: int = 10) -> dict[str, object]:
    """Measure, print, and return what was found."""
    turned = measure_turns(times)
    for one in turned:
        print(
            f"Playhead, {one.before:+g} to {one.after:+g}: half of the change is heard "
            f"{one.median_ms:.1f} ms after the turn, at most {one.longest_ms:.1f}"
        )
    return {"turns": [one._asdict() for one in turned]}
