"""Quality of time stretchers against exact truths: ``python -m benchmarks.tempo``.

Every peer plays every sound at every speed. The sound played faster or slower, as a tape is, takes
part as a control.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from benchmarks import metrics
from benchmarks.metrics.onset import burst_times
from benchmarks.peers.tempo import STRETCHERS
from benchmarks.runner import one_thread, say, spread, write_json
from benchmarks.truths import RATE, Samples
from benchmarks.truths.tempo import TempoMaterial, tempo_materials

SPEEDS = (0.5, 0.8, 1.25, 2.0)
_COLUMNS = (
    ("LSD pieces dB", "pieces", "lsd_db", 2),
    ("LSD bass dB", "bass", "lsd_db", 2),
    ("LSD bursts dB", "bursts", "lsd_db", 2),
    ("jitter bursts ms", "bursts", "jitter_ms", 2),
    ("lag bursts ms", "bursts", "lag_ms", 2),
    ("width bursts ms", "bursts", "width_ms", 1),
    ("waveform bursts", "bursts", "whole", 3),
    ("width error bursts ms", "bursts", "width_error_ms", 1),
    ("early bursts dB", "bursts", "early_db", 1),
    ("jitter kick ms", "kick", "jitter_ms", 2),
    ("waveform kick", "kick", "whole", 3),
    ("width error kick ms", "kick", "width_error_ms", 1),
    ("early kick dB", "kick", "early_db", 1),
    ("jitter bass ms", "bass", "jitter_ms", 2),
    ("early bass dB", "bass", "early_db", 1),
    ("texture dB", "noise", "texture_db", 2),
    ("level noise dB", "noise", "level_db", 2),
    ("cents worst", "tone", "cents", 2),
)


class TempoScore(NamedTuple):
    """What one metric gave for one peer, sound and speed."""

    peer: str
    material: str
    kind: str
    speed: float
    metric: str
    value: float


def attack_likeness(
    original: Samples, result: Samples, onsets_s: Sequence[float], due_s: Sequence[float]
) -> float:
    """Mean correlation of attacks' waveforms, 0 to 1; higher is better.

    From 2 ms before an onset to 20 ms after, in both channels; best within 5 ms of when it is due.
    """
    before, after, reach = (round(seconds * RATE) for seconds in (0.002, 0.02, 0.005))
    found = []
    for onset, due in zip(onsets_s, due_s, strict=True):
        start, at = round(onset * RATE), round(due * RATE)
        wanted = original[:, start - before : start + after].astype(np.float64)
        near = result[:, at - before - reach : at + after + reach].astype(np.float64)
        heard = sliding_window_view(near, wanted.shape[1], axis=1)
        products = np.einsum("ct,clt->l", wanted, heard)
        norms = np.sqrt(np.sum(wanted**2) * np.einsum("clt,clt->l", heard, heard))
        found.append(np.max(products / np.maximum(norms, 1e-12)))
    return float(np.mean(found))


def judge(
    material: TempoMaterial, original: Samples, truth: Samples, result: Samples, speed: float
) -> Iterator[tuple[str, float]]:
    """Name and value of every metric that this kind of sound has."""
    if material.fundamental_hz is not None:
        yield (
            "cents",
            metrics.pitch_error(
                truth, result, RATE, semitones=0, fundamental_hz=material.fundamental_hz
            ),
        )
    elif material.kind == "noise":
        yield "texture_db", metrics.noise_texture(truth, result, RATE)
        yield "level_db", float(10 * np.log10(np.mean(result**2) / np.mean(truth**2)))
    else:
        yield "lsd_db", metrics.log_spectral_distance(truth, result, RATE)
    if material.onsets_s:
        due = [onset / speed for onset in material.onsets_s]
        yield from metrics.onset_scores(truth, result, RATE, onsets_s=due)._asdict().items()
        _, wanted = burst_times(truth, RATE, due)
        _, widths = burst_times(result, RATE, due)
        yield "whole", attack_likeness(original, result, material.onsets_s, due)
        yield "width_error_ms", float(1000 * np.mean(np.abs(widths - wanted)))


def measure(
    material: TempoMaterial, *, peers: Sequence[str], speeds: Sequence[float]
) -> tuple[list[TempoScore], list[str]]:
    """All scores of one sound. A peer that fails is a line, not the end of the benchmark."""
    original = material.render(1.0)
    scores, failures = [], []
    truths = {speed: material.render(speed) for speed in speeds}
    for peer in peers:
        try:
            prepare = STRETCHERS[peer][0] if peer != "truth" else None
            stretch = prepare(original, RATE) if prepare else truths.__getitem__
            for speed, truth in truths.items():
                result = stretch(speed)
                scores += [
                    TempoScore(peer, material.name, material.kind, speed, name, value)
                    for name, value in judge(material, original, truth, result, speed)
                ]
        except Exception as error:  # other people's software: whatever it raises is its result
            failures.append(f"{peer} failed on {material.name}: {error!r}")
    return scores, failures


def table(scores: Sequence[TempoScore], peers: Sequence[str], speeds: Sequence[float]) -> str:
    """A Markdown table, one row a metric, means over sounds and speeds."""
    lines = ["| | " + " | ".join(peers) + " |", "|---" * (len(peers) + 1) + "|"]
    for title, kind, metric, digits in _COLUMNS:
        cells = []
        for peer in peers:
            values = [
                score.value
                for score in scores
                if (score.peer, score.kind, score.metric) == (peer, kind, metric)
                and score.speed in speeds
            ]
            worst = title.endswith("worst")
            cells.append(
                f"{np.max(values) if worst else np.mean(values):.{digits}f}" if values else "-"
            )
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit status is 1 where a peer failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tempo", description=__doc__)
    kinds = sorted({material.kind for material in tempo_materials()})
    parser.add_argument("--speeds", nargs="+", type=float, default=SPEEDS, metavar="SPEED")
    parser.add_argument("--peers", nargs="+", choices=STRETCHERS, metavar="PEER")
    parser.add_argument("--kinds", nargs="+", choices=kinds, default=kinds, metavar="KIND")
    parser.add_argument("--seed", type=int, default=0, help="draw the truths anew (default 0)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every score to FILE")
    options = parser.parse_args(arguments)
    one_thread()
    peers = ["truth"]
    for name in options.peers or STRETCHERS:
        if importlib.util.find_spec(STRETCHERS[name][1]) is None:
            say(f"{name} is missing: there is no {STRETCHERS[name][1]}")
        else:
            peers.append(name)
    materials = [m for m in tempo_materials(options.seed) if m.kind in options.kinds]
    scores: list[TempoScore] = []
    failures: list[str] = []
    work = partial(measure, peers=peers, speeds=options.speeds)
    for material, (some, failed) in zip(
        materials, spread(work, materials, jobs=options.jobs), strict=True
    ):
        say(f"measured {material.name}")
        scores += some
        failures += failed
    for speed in options.speeds:
        print(f"\nspeed {speed:g}\n\n{table(scores, peers, [speed])}")
    print(f"\nall\n\n{table(scores, peers, options.speeds)}")
    for line in failures:
        print(line)
    write_json(options.json, {"scores": [score._asdict() for score in scores]})
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
