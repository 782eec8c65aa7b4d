"""Sound quality of pitch shifters against exact truths: ``python -m benchmarks.sound``.

Every peer shifts every material; :mod:`benchmarks.metrics` says how far the result is from the
truth. The unshifted original takes part as a control: where it does not come last, a metric is
worthless.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks import metrics
from benchmarks.peers import CONTROL, OURS, REFERENCE, Peer, find_peers
from benchmarks.report import Score, control_ranks, table, verdicts
from benchmarks.runner import (
    add_options,
    find_pieces,
    find_tones,
    one_thread,
    say,
    spread,
    write_json,
)
from benchmarks.truths import RATE, Material, Samples

SHIFTS = (-12, -5, 5, 12)


class Measured(NamedTuple):
    """What came out for one material."""

    material: str
    scores: list[Score]
    failures: list[str]


def _values(
    material: Material, original: Samples, truth: Samples | None, result: Samples, shift: int
) -> Iterator[tuple[str, float]]:
    """Name and value of every metric that this kind of material has."""
    yield "stereo", metrics.stereo_change(original, result, RATE)
    if material.kind == "tone":
        fundamental = material.fundamental_hz
        if fundamental is None:
            raise ValueError(f"the tone {material.name} states no fundamental.")
        yield (
            "cents",
            metrics.pitch_error(
                original, result, RATE, semitones=shift, fundamental_hz=fundamental
            ),
        )
    elif material.kind == "bursts":
        onsets = metrics.onset_scores(original, result, RATE, onsets_s=material.onsets_s)
        yield from onsets._asdict().items()
    elif material.kind == "noise":
        yield "texture_db", metrics.noise_texture(original, result, RATE)
    if truth is None:
        return
    yield "cqt_cosine", metrics.cqt_cosine(truth, result, RATE)
    if material.kind == "vibrato":
        yield "vibrato_lsd_db", metrics.log_spectral_distance(truth, result, RATE)
    if material.kind == "additive":
        # a sampler's levels and attacks differ from key to key: only these truths are exact in them
        yield "lsd_db", metrics.log_spectral_distance(truth, result, RATE)
        yield "jump_db", metrics.level_jump(truth, result, RATE)
        yield "clicks", metrics.click_rate(truth, result, RATE)


def measure(material: Material, *, peers: Sequence[Peer], shifts: Sequence[int]) -> Measured:
    """All scores of one material. A peer that fails is a line, not the end of the benchmark."""
    original = material.render(0)
    has_truth = material.kind in ("additive", "midi", "vibrato")
    truths = {shift: material.render(shift) if has_truth else None for shift in shifts}
    scores, failures = [], []
    for peer in peers:
        try:
            shifter = peer.prepare(original, RATE)
            for shift, truth in truths.items():
                values = _values(material, original, truth, shifter(shift), shift)
                scores += [
                    Score(peer.name, material.name, material.kind, shift, name, value)
                    for name, value in values
                ]
        except Exception as error:  # other people's software: whatever it raises is its result
            failures.append(f"{peer.name} failed on {material.name}: {error!r}")
    return Measured(material.name, scores, failures)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sound", description=__doc__)
    parser.add_argument("--shifts", nargs="+", type=int, default=SHIFTS, metavar="SEMITONES")
    parser.add_argument(
        "--quick", action="store_true", help="one shift and a third of the material"
    )
    parser.add_argument("--figures", type=Path, metavar="FOLDER", help="write spectrograms there")
    add_options(parser)
    return parser


def choose(pieces: list[Material], tones: list[Material], *, quick: bool) -> list[Material]:
    """All material, or a piece of each kind and a third of the tones."""
    if not quick:
        return [*pieces, *tones]
    first = {material.kind: material for material in reversed(pieces)}
    return [*first.values(), *tones[::3]]


def measure_all(
    materials: Sequence[Material], peers: Sequence[Peer], shifts: Sequence[int], *, jobs: int
) -> tuple[list[Score], list[str]]:
    """Scores of everything, and what failed; progress goes to stderr."""
    scores: list[Score] = []
    failures: list[str] = []
    work = partial(measure, peers=peers, shifts=shifts)
    for done, measured in enumerate(spread(work, materials, jobs=jobs), start=1):
        say(f"{done} of {len(materials)}: {measured.material}")
        scores += measured.scores
        failures += measured.failures
    return scores, failures


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit status is 1 where a peer failed."""
    options = _parser().parse_args(arguments)
    one_thread()
    names = None if options.peers is None else [*options.peers, CONTROL]
    peers, missing = find_peers(names)
    for line in missing:
        say(line)
    pieces, tones = find_pieces(options), find_tones(options)
    shifts = [5] if options.quick else sorted({shift for shift in options.shifts if shift})
    materials = choose(pieces, tones, quick=options.quick)
    scores, failures = measure_all(materials, peers, shifts, jobs=options.jobs)

    present = [peer.name for peer in peers]
    for shift in shifts:
        print(f"\n{shift:+d} semitones\n\n{table(scores, present, shift=shift)}")
    print(f"\nall of {', '.join(f'{s:+d}' for s in shifts)}\n\n{table(scores, present)}")
    if OURS in present and REFERENCE in present:
        print(f"\n{OURS} against {REFERENCE}")
        print("\n".join(f"  {line}" for line in verdicts(scores, OURS, REFERENCE)))
    print("\nthe unshifted control")
    print("\n".join(f"  {line}" for line in control_ranks(scores, present)))
    for line in (*missing, *failures):
        print(line)

    write_json(
        options.json,
        {
            "shifts": shifts,
            "peers": present,
            "missing": missing,
            "failures": failures,
            "scores": [score._asdict() for score in scores],
        },
    )
    if options.figures is not None:
        from benchmarks.figures import draw  # only here: it needs matplotlib

        for kind in ("additive", "midi", "vibrato"):
            for material in [piece for piece in pieces if piece.kind == kind][:1]:
                for shift in shifts:
                    say(f"wrote {draw(peers, material, shift, options.figures)}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
