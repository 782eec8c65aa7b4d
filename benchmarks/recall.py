"""How exactly a network extrapolates what it was taught: ``python -m benchmarks.recall``.

The samples are taught at -1, 0 and +1, and recalled far outside. What was taught is extrapolated
in a straight line beside it: the difference is the network's own error, without registration's.
With ``--sweep``, for several context scales and ridges: it is what the defaults were chosen by.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.runner import one_thread, say, write_json
from ctxaudio import Sound, load_sound, tape_example
from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.features import measure_features
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.memory.field import field_between
from ctxaudio.memory.song_memory import RIDGE
from rnn import (
    ClockConfig,
    PhraseMemory,
    ReservoirConfig,
    draw_reservoir,
    recall,
    recall_frames,
    teach_phrases,
)

CONTEXTS = (-36.0, -24.0, -12.0, -5.0, 5.0, 12.0, 24.0, 36.0)
SAMPLES = Path(__file__).parents[1] / "samples"
_SWEPT = tuple(product((3e-5, 1e-4, 3e-4, 1e-3), (2.6e-16, 2.6e-14, 2.6e-12)))


class Taught(NamedTuple):
    """A song's features, and how they change with the context as they were taught."""

    song: np.ndarray  # (frame, 2 band)
    versions: dict[float, np.ndarray]

    @property
    def slope(self) -> np.ndarray:
        """Change per unit of context, (frame, 2 band)."""
        return (self.versions[1.0] - self.versions[-1.0]) / 2.0


def teach_features(song: Sound) -> Taught:
    """Features of a song and of its versions at ±1."""
    frames, bands = FrameConfig.for_rate(song.sample_rate), BandConfig.for_rate(song.sample_rate)
    examples = [tape_example(song, semitones) for semitones in (-1.0, 1.0)]
    song_is, versions = measure_features(song, examples, frames, bands)
    contexts = [example.context for example in examples]
    joined = [np.asarray(version.joined()) for version in versions]
    return Taught(np.asarray(song_is.joined()), dict(zip(contexts, joined, strict=True)))


def _memory(taught: Taught, context_scale: float, ridge: float) -> PhraseMemory:
    clock = ClockConfig()
    config = ReservoirConfig(n_inputs=clock.n_bumps, context_scale=context_scale)
    network = draw_reservoir(config, rng=np.random.default_rng(0))
    return teach_phrases(network, clock, {0.0: taught.song, **taught.versions}, ridge=ridge)


def step_response_cents(taught: Taught) -> np.ndarray:
    """Displacement, (frame,) median over bands, from the frame on where the context turns to 5."""
    memory = _memory(taught, ReservoirConfig().context_scale, RIDGE)
    contexts = np.where(np.arange(80) < 70, 0.0, 5.0)
    state = memory.warm_state(0.0)
    turned, _ = recall_frames(memory, contexts, 0, state)
    unturned, _ = recall_frames(memory, np.zeros(80), 0, state)
    displacement = field_between(turned, unturned).displacement
    return 100.0 * np.median(displacement[70:], axis=1)


def errors_cents(
    memory: PhraseMemory, taught: Taught, contexts: Sequence[float] = CONTEXTS
) -> dict[float, np.ndarray]:
    """Recalled minus extrapolated displacement at each context, all frames and bands, cents."""
    unshifted = recall(memory, 0.0)
    straight = np.split(taught.slope, 2, axis=1)[0]
    return {
        context: 100.0
        * (field_between(recall(memory, context), unshifted).displacement - context * straight)
        for context in contexts
    }


def median_and_95(errors: Iterable[np.ndarray]) -> tuple[float, float]:
    """Median and 95th percentile of the size of all errors."""
    size = np.abs(np.concatenate([error.ravel() for error in errors]))
    return float(np.median(size)), float(np.percentile(size, 95))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table: median and 95th percentile of the absolute error at each context."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recall", description=__doc__)
    parser.add_argument("--sweep", action="store_true", help="other context scales and ridges too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    options = parser.parse_args(arguments)
    one_thread()
    songs = []
    for path in sorted(SAMPLES.glob("*.flac")):
        say(f"measuring {path.stem}")
        songs.append(teach_features(load_sound(path)[0]))
    default = (ReservoirConfig().context_scale, RIDGE)
    rows = []
    print("error of recall in cents, median / 95th percentile")
    print(f"{'scale':>8} {'ridge':>8}" + "".join(f"{context:>+15g}" for context in CONTEXTS))
    for scale, ridge in [default, *(_SWEPT if options.sweep else ())]:
        errors = [errors_cents(_memory(song, scale, ridge), song) for song in songs]
        figures = {
            context: median_and_95(error[context] for error in errors) for context in CONTEXTS
        }
        cells = "".join(f"{f'{a:.2f} / {b:.2f}':>15}" for a, b in figures.values())
        print(f"{scale:8.0e} {ridge:8.0e}{cells}", flush=True)
        rows.append({"context_scale": scale, "ridge": ridge, "cents": figures})
    response = step_response_cents(songs[0])
    print("the context turned from 0 to 5, cents, frame by frame (11.6 ms): ", end="")
    print(" ".join(f"{cents:.0f}" for cents in response[:6]))
    write_json(options.json, {"rows": rows, "step_response_cents": response.tolist()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
