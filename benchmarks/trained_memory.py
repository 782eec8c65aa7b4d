"""The trained network as a memory, beside the reservoir: ``python -m benchmarks.trained_memory``.

The samples are taught at -1, 0 and +1 and recalled at contexts to both sides; errors are those of
`python -m benchmarks.recall`, against what was taught extrapolated in a straight line. Both kinds
begin with the same draw. Times are a processor's, on one thread, for teaching one song, measuring
its features included; ratios to a reservoir of the size that songs are taught with.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.recall import SAMPLES, Taught, errors_cents, median_and_95, teach_features
from benchmarks.runner import one_thread, say, write_json
from ctxaudio import load_sound
from ctxaudio.memory.song_memory import NETWORK_KINDS, RIDGE, TRAINING_UPDATES
from rnn import ClockConfig, PhraseMemory, ReservoirConfig, draw_reservoir, teach_phrases

SIZES = (1.0, 2.0, 5.0, 12.0, 24.0)  # of contexts, to both sides
UNITS = (100, 200, 300, ReservoirConfig().n_units)


class Row(NamedTuple):
    """One kind of network of one size."""

    network: str
    n_units: int
    cents: dict[float, tuple[float, float]]  # median and 95th percentile, by size of context
    seconds: float  # to teach one song


def memory_of(taught: Taught, network: str, n_units: int, seed: int, updates: int) -> PhraseMemory:
    """A song taught to a network of a kind and size."""
    from rnn.trainable.phrases.training import PhraseTrainingConfig, train_phrases

    clock = ClockConfig()
    examples = {0.0: taught.song, **taught.versions}
    config = ReservoirConfig(n_units=n_units, n_inputs=clock.n_bumps)
    reservoir = draw_reservoir(config, rng=np.random.default_rng(seed))
    if network == "trained":
        training = PhraseTrainingConfig(n_updates=updates)
        reservoir = train_phrases(reservoir, clock, examples, ridge=RIDGE, config=training)
    return teach_phrases(reservoir, clock, examples, ridge=RIDGE)


def measure(
    songs: Sequence[tuple[Taught, float]], network: str, n_units: int, seeds: int, updates: int
) -> Row:
    """Errors over all songs and draws; ``songs`` with the seconds that measuring each took."""
    errors, seconds = [], []
    contexts = [sign * size for size in SIZES for sign in (-1.0, 1.0)]
    for song, measuring_s in songs:
        for seed in range(seeds):
            start = time.process_time()
            memory = memory_of(song, network, n_units, seed, updates)
            seconds.append(measuring_s + time.process_time() - start)
            errors.append(errors_cents(memory, song, contexts))
    cents = {
        size: median_and_95(error[sign * size] for error in errors for sign in (-1.0, 1.0))
        for size in SIZES
    }
    return Row(network, n_units, cents, float(np.median(seconds)))


def _line(row: Row, unit_s: float) -> str:
    cells = "".join(f"{f'{a:.3f} / {b:.3f}':>20}" for a, b in row.cents.values())
    return f"{row.network:>10}{row.n_units:>6}{cells}{row.seconds / unit_s:>8.1f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table: errors at each context, and the time to teach."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.trained_memory", description=__doc__
    )
    parser.add_argument("--units", type=int, nargs="+", default=list(UNITS), metavar="N")
    parser.add_argument("--updates", type=int, default=TRAINING_UPDATES, help="of the training")
    parser.add_argument("--seeds", type=int, default=1, help="draws of each network (default 1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    options = parser.parse_args(arguments)
    one_thread()
    songs = []
    for path in sorted(SAMPLES.glob("*.flac")):
        say(f"measuring {path.stem}")
        sound = load_sound(path)[0]
        teach_features(sound)  # once for what is compiled
        start = time.process_time()
        songs.append((teach_features(sound), time.process_time() - start))
    unit_s = measure(songs, "reservoir", ReservoirConfig().n_units, 1, options.updates).seconds
    print("error of recall in cents, median / 95th percentile; time to teach, ratio")
    header = "".join(f"{f'±{size:g}':>20}" for size in SIZES)
    print(f"{'network':>10}{'units':>6}{header}{'time':>8}")
    rows = []
    for n_units in options.units:
        for network in NETWORK_KINDS:
            row = measure(songs, network, n_units, options.seeds, options.updates)
            print(_line(row, unit_s), flush=True)
            rows.append(row._asdict() | {"time_ratio": row.seconds / unit_s})
    write_json(options.json, {"updates": options.updates, "rows": rows})
    return 0


if __name__ == "__main__":
    sys.exit(main())
