"""The price of live input's shorter window, in the metrics of :mod:`benchmarks.sound`.

A memory is taught on one piece and shifts another, block by block, as a microphone's sound is
shifted; the delay is removed. Beside it: shorter and longer windows, a song that was taught as it
is usually, and others.
"""

from __future__ import annotations

import argparse
from functools import partial

import numpy as np

from benchmarks.columns import PIECES
from benchmarks.judge import PIECE_KINDS
from benchmarks.measuring import choose, measure_all
from benchmarks.peers import CONTROL, OURS, REFERENCE, Peer, Prepared, find_peers
from benchmarks.report import control_ranks, table
from benchmarks.runner import find_pieces, find_tones, say
from benchmarks.sound import SHIFTS
from benchmarks.streams import BLOCK, another_memory, of_effect, rubberband_live, stream
from benchmarks.truths import RATE, Samples
from ctxaudio import ContextShift
from ctxaudio.memory.song_memory import SongMemory

WINDOWS = (1536, 2560, 3072, 4096)  # samples; live input's own is 2048


def _shift(memory: SongMemory, samples: Samples, semitones: float) -> Samples:
    effect = ContextShift(memory, semitones)
    delay, length = effect.latency_samples, samples.shape[1]
    padded = np.pad(samples, ((0, 0), (0, delay + BLOCK)))
    made = stream(of_effect(effect), padded, lambda _: semitones, BLOCK)
    return np.ascontiguousarray(made[:, delay : delay + length])


def prepare_live(samples: Samples, rate: int, *, window: int | None) -> Prepared:
    """Shift a sound that the memory has not heard.

    Args:
        window: samples; None for that of :meth:`ContextShift.for_input`.
    """
    if rate != RATE:
        raise ValueError(f"the material is at {RATE} Hz, got {rate}.")
    return partial(_shift, another_memory(samples, window), samples)


def _prepare_rubberband(samples: Samples, rate: int) -> Prepared:
    return partial(rubberband_live, samples, rate)


def live_peers() -> list[Peer]:
    """Live input with its own window and with others, and Rubber Band's realtime mode."""
    peers = [Peer(name="live input", prepare=partial(prepare_live, window=None))]
    for window in WINDOWS:
        name = f"live input, {window} samples"
        peers.append(Peer(name=name, prepare=partial(prepare_live, window=window)))
    r3 = Peer(name=f"{REFERENCE} realtime", prepare=_prepare_rubberband, needs=("pylibrb",))
    return peers if r3.missing() else [*peers, r3]


def print_sound(options: argparse.Namespace) -> dict[str, object]:
    """Measure, print, and return what was found."""
    others, missing = find_peers([OURS, REFERENCE, "signalsmith", CONTROL])
    for line in missing:
        say(line)
    peers = [*live_peers(), *others]
    pieces = [piece for piece in find_pieces(options) if piece.kind in PIECE_KINDS]
    materials = choose(pieces, find_tones(options), quick=options.quick)
    shifts = [5] if options.quick else list(SHIFTS)
    scores, failures = measure_all(materials, peers, shifts, jobs=options.jobs, back=False)
    names = [peer.name for peer in peers]
    print(f"all of {', '.join(f'{shift:+d}' for shift in shifts)}; live input was taught another")
    print(f"piece than it shifts\n\n{table(scores, names, PIECES)}\n\nthe unshifted control")
    print("\n".join(f"  {line}" for line in control_ranks(scores, names)))
    for line in failures:
        print(line)
    return {"shifts": shifts, "failures": failures, "scores": [s._asdict() for s in scores]}
