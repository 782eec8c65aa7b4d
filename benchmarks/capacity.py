"""How much fits in a memory that sings alone, and how it decays: ``python -m benchmarks.capacity``.

Networks keep their own time, with nothing from outside but the context, and recall random walks of
40 features: phrases as long as they can be told apart, sequences as long as rings can count, up to
an hour in one network; then with noise in their weights and states, and with units lost.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.phrase_decay import clock_decay, recall_decay
from benchmarks.phrase_network import (
    EXACT,
    FAR,
    TAUGHT,
    Errors,
    Row,
    Turns,
    draw_network,
    draw_sequence,
    errors_of,
    left_alone,
    own_clock,
    readout_of,
)
from benchmarks.runner import one_thread, say, write_json
from rnn import ClockConfig, PhraseLoop, SelfClock, solve_readouts, teach_loop
from rnn.phrases.memory import cycle_of

FRAMES_A_SECOND = 44100 / 512  # of songs
SIZES = (100, 200, 400, 800)  # units
FRAMES_A_UNIT = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
MOST_FRAMES = 1600  # of a phrase; a turn takes as long as their square
PHRASES = (32, 64, 128, 192, 256)  # frames, of the first ring of a loop
MINUTES = (1, 10, 60)
_MOST_TURNS = 200


def phrase_capacity(seed: int) -> list[Row]:
    """How long a phrase a network keeps by itself, and how exactly it recalls it there."""
    rows: list[Row] = []
    for n_units in SIZES:
        for ratio in FRAMES_A_UNIT:
            n_frames = round(ratio * n_units)
            if n_frames > MOST_FRAMES:
                break
            clock = ClockConfig(n_frames=n_frames, n_bumps=n_frames // 2)
            network = draw_network(clock, n_units=n_units, seed=seed)
            sequence = draw_sequence(n_frames, rng=np.random.default_rng(seed))
            alone = left_alone(own_clock(network, clock))
            weights = readout_of(network, clock, sequence, ridge=EXACT.ridge)
            errors = errors_of(alone, weights, sequence)
            named = {"units": n_units, "frames": n_frames, "frames a unit": ratio}
            rows.append({**named, "lost": alone.lost, **errors._asdict()})
            say(f"a phrase of {n_frames} frames in {n_units} units")
    return rows


def ring_capacity(seed: int) -> list[Row]:
    """How long a sequence rings count, and whether they count late frames, and for ever."""
    rows: list[Row] = []
    for n_frames in PHRASES:
        loop = _loop(n_frames, seed)
        late = np.random.default_rng(seed).integers(loop.n_frames, size=8).tolist()
        wrong = [
            loop.run(loop.start(start, at), np.full((300, 1), at)).frames
            != (start + np.arange(300)) % loop.n_frames
            for start in [*late, loop.n_frames - 100]  # the last over the end
            for at in (0.0, FAR, -3.0 * FAR)
        ]
        first, *rings = loop.clocks
        back = [_turns_until_back(first, at) for at in (0.0, FAR, -3.0 * FAR)]
        back += [_turns_until_back(ring, 0.0) for ring in rings]
        rows.append(
            {
                "phrase": n_frames,
                "frames": loop.n_frames,
                "minutes": loop.n_frames / FRAMES_A_SECOND / 60.0,
                "lost": float(np.mean(wrong)),
                "turns until a state is back": max(back),
            }
        )
        say(f"a loop of {loop.n_frames} frames")
    return rows


def length_capacity(seed: int) -> list[Row]:
    """Minutes of sequence in one network: errors of all of it, and what is kept for it.

    Readouts that are kept as float32 beside frames that are, with one matrix for all; both of the
    network as a clock drives it. Then the last phrase, as the loop sings it alone.
    """
    loop = _loop(ClockConfig().n_frames, seed)
    clock, network = loop.clocks[0].clock, loop.clocks[0].network
    matrix = solve_readouts(network, clock, TAUGHT, ridge=EXACT.ridge).matrix
    driven = Turns(cycle_of(network, clock, 0.0), cycle_of(network, clock, FAR))
    lengths = [round(at * 60.0 * FRAMES_A_SECOND / clock.n_frames) for at in MINUTES]
    of_readouts, of_frames, rows = [], [], list[Row]()
    for phrase in range(max(lengths)):
        sequence = draw_sequence(clock.n_frames, rng=np.random.default_rng([seed, phrase]))
        frames = sequence.taught().astype(np.float32)
        readout = (matrix @ sequence.taught()).astype(np.float32)
        of_readouts.append(errors_of(driven, readout, sequence))
        of_frames.append(errors_of(driven, matrix @ frames, sequence))
        if phrase + 1 not in lengths:
            continue
        end = _sung(loop, phrase * clock.n_frames, clock.n_frames)
        rows.append(
            {
                "minutes": MINUTES[lengths.index(phrase + 1)],
                "phrases": phrase + 1,
                **_named("by readouts", _middle(of_readouts)),
                **_named("by frames", _middle(of_frames)),
                **_named("of the end, alone", errors_of(end, matrix @ frames, sequence)),
                "lost": end.lost,
                "MiB of readouts": (phrase + 1) * readout.nbytes / 2**20,
                "MiB of frames": (phrase + 1) * frames.nbytes / 2**20,
            }
        )
        say(f"{phrase + 1} phrases in one network")
    return rows


def _named(which: str, errors: Errors) -> Row:
    return {f"{name} {which}": value for name, value in errors._asdict().items()}


def _middle(errors: Sequence[Errors]) -> Errors:
    """The root mean square of many phrases' errors."""
    return Errors(*np.sqrt(np.mean(np.square(errors), axis=0)).tolist())


def _sung(loop: PhraseLoop, start: int, n_frames: int) -> Turns:
    """Frames of a loop that is left to itself."""
    here, there = (loop.run(loop.start(start, at), np.full((n_frames, 1), at)) for at in (0.0, FAR))
    wrong = [each.frames != start + np.arange(n_frames) for each in (here, there)]
    return Turns(here.states, there.states, float(np.mean(wrong)))


def _loop(n_frames: int, seed: int) -> PhraseLoop:
    clock = ClockConfig(n_frames=n_frames, n_bumps=n_frames // 2)
    network = draw_network(clock, seed=seed)
    return teach_loop(network, clock, TAUGHT, rng=np.random.default_rng(seed + 1))


def _turns_until_back(own: SelfClock, context: float) -> float:
    """After how many turns, all right, a state is one that was before, bit by bit."""
    state, seen, n_frames = own.start(0, context), set[bytes](), own.clock.n_frames
    while state.tobytes() not in seen:
        seen.add(state.tobytes())
        states, told = own.run(state, np.full((n_frames, 1), context))
        if len(seen) > _MOST_TURNS or not np.array_equal(told, np.arange(n_frames)):
            return np.inf
        state = states[-1]
    return len(seen)


def print_table(title: str, rows: Sequence[Row]) -> None:
    """A line for each row, under the names of what is in it."""
    print(f"\n{title}\n" + " | ".join(rows[0]))
    for row in rows:
        print(" | ".join(_printed(value) for value in row.values()), flush=True)


def _printed(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if value >= 10.0 else f"{value:.2g}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table for each question."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="of the draws (default 0)")
    parser.add_argument("--draws", type=int, default=3, help="of what decays (default 3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw them, a PNG")
    options = parser.parse_args(arguments)
    one_thread()
    seeds = range(options.seed, options.seed + options.draws)
    tables = {}
    for name, title, rows in (
        (
            "phrase",
            "one phrase, left alone: share of frames lost, relative errors",
            phrase_capacity(options.seed),
        ),
        ("rings", "rings, from late frames on", ring_capacity(options.seed)),
        ("length", "minutes in one network", length_capacity(options.seed)),
        ("recall", "decay of recall, relative errors", recall_decay(seeds)),
        ("clock", "decay of the clock, share of frames lost", clock_decay(seeds)),
    ):
        tables[name] = rows
        print_table(title, rows)
    write_json(options.json, dict(tables))
    if options.picture is not None:
        from benchmarks.capacity_picture import draw

        draw(tables, options.picture)
        say(f"wrote {options.picture}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
