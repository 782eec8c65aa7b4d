"""What the benchmark scripts share: options, material, and work spread over processes."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

from benchmarks.peers import PEERS
from benchmarks.truths import (
    Material,
    additive_pieces,
    additive_tones,
    bass_material,
    bent_pieces,
    burst_material,
    chord_material,
    drum_material,
    edge_material,
    find_renderer,
    glide_material,
    kick_material,
    lone_material,
    midi_pieces,
    noise_material,
    pad_material,
    shepard_material,
    singer_material,
    speech_material,
    sustained_tones,
    tail_material,
    vibrato_tones,
    voice_material,
    wind_material,
)

Task = TypeVar("Task")
Result = TypeVar("Result")

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def say(line: str) -> None:
    """Progress and what is missing go to stderr: stdout is for results."""
    print(line, file=sys.stderr, flush=True)


def one_thread() -> None:
    """Keep libraries that are loaded from now on, in processes to come, to one thread each."""
    os.environ.update(dict.fromkeys(_THREADS, "1"))


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options that every script over material has."""
    names = [peer.name for peer in PEERS]
    parser.add_argument("--peers", nargs="+", choices=names, metavar="PEER", help=", ".join(names))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every score to FILE")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="draw the truths anew, all that are not sampled (default 0)",
    )
    parser.add_argument("--soundfont", type=Path, metavar="FILE", help="a General MIDI SoundFont")
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="FOLDER",
        default=Path(tempfile.gettempdir(), "ctxaudio-benchmarks"),
        help="keeps MIDI renderings (default: in the system's temporary folder)",
    )


def find_tones(options: argparse.Namespace) -> list[Material]:
    """The sustained tones; without FluidSynth only the additive ones, and a line that says so."""
    renderer = find_renderer(options.cache, options.soundfont)
    if isinstance(renderer, str):
        say(f"sampled tones are left out: {renderer}")
        return additive_tones(options.seed)
    return sustained_tones(renderer, options.seed)


def find_pieces(options: argparse.Namespace) -> list[Material]:
    """MIDI and additive pieces and bursts; without FluidSynth no MIDI, and a line says so."""
    renderer = find_renderer(options.cache, options.soundfont)
    if isinstance(renderer, str):
        say(f"MIDI pieces are left out: {renderer}")
        return [*additive_pieces(options.seed), *_rest(options.seed)]
    sampled = [*midi_pieces(renderer), *bent_pieces(renderer)]
    return [*sampled, *additive_pieces(options.seed), *_rest(options.seed)]


def _rest(seed: int) -> list[Material]:
    return [
        *vibrato_tones(seed),
        burst_material(seed),
        noise_material(seed),
        chord_material(seed),
        *bass_material(seed),
        kick_material(seed),
        *singer_material(seed),
        voice_material(seed),
        *glide_material(seed),
        lone_material(seed),
        speech_material(seed),
        pad_material(seed),
        *wind_material(seed),
        tail_material(seed),
        *drum_material(seed),
        shepard_material(seed),
        edge_material(seed),
    ]


def spread(work: Callable[[Task], Result], tasks: Sequence[Task], *, jobs: int) -> Iterator[Result]:
    """``work`` of every task, in order; in this process where ``jobs`` is 1."""
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {jobs}.")
    if jobs == 1:
        yield from map(work, tasks)
        return
    # spawned, not forked: a fork would inherit threads of libraries that are already loaded
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        yield from pool.map(work, tasks)


def write_json(path: Path | None, content: dict[str, object]) -> None:
    """Write ``content`` where a path was given."""
    if path is not None:
        path.write_text(json.dumps(content, indent=1) + "\n")
        say(f"wrote {path}")
