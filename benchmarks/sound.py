"""Sound quality of pitch shifters against exact truths: ``python -m benchmarks.sound``.

Every peer shifts every material; :mod:`benchmarks.metrics` says how far the result is from the
truth. The unshifted original takes part as a control: where it does not come last, a metric is
worthless.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks import metrics
from benchmarks.columns import ALONE, PIECES
from benchmarks.judge import WITHOUT_TRUTH, judge
from benchmarks.peers import CONTROL, OURS, REFERENCE, Peer, Prepared, find_peers
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
from benchmarks.truths import KINDS, RATE, Material, Samples

SHIFTS = (-12, -5, 5, 12)
ROUND = 7  # semitones, up and down again


class Measured(NamedTuple):
    """What came out for one material."""

    material: str
    scores: list[Score]
    failures: list[str]


def round_trip(peer: Peer, original: Samples, shifter: Prepared) -> float:
    """LSD in dB of the sound that is shifted by a fifth, and that back again."""
    back = peer.prepare(shifter(ROUND), RATE)(-ROUND)
    return metrics.log_spectral_distance(original, back, RATE)


def measure(material: Material, *, peers: Sequence[Peer], shifts: Sequence[int]) -> Measured:
    """All scores of one material. A peer that fails is a line, not the end of the benchmark."""
    original = material.render(0)
    has_truth = material.kind not in WITHOUT_TRUTH
    truths = {shift: material.render(shift) if has_truth else None for shift in shifts}
    scores, failures = [], []
    keeping = material.kind.endswith("-kept")
    for peer in peers:
        if peer.name != CONTROL and peer.keeps_formants != keeping:
            continue
        try:
            shifter = peer.prepare(original, RATE)
            for shift, truth in truths.items():
                values = judge(material, original, truth, shifter(shift), shift)
                scores += [
                    Score(peer.name, material.name, material.kind, shift, name, value)
                    for name, value in values
                ]
            if material.kind == "additive":
                value = round_trip(peer, original, shifter)
                scores.append(
                    Score(
                        peer.name, material.name, material.kind, ROUND, "round_trip_lsd_db", value
                    )
                )
        except Exception as error:  # other people's software: whatever it raises is its result
            failures.append(f"{peer.name} failed on {material.name}: {error!r}")
    return Measured(material.name, scores, failures)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sound", description=__doc__)
    parser.add_argument("--shifts", nargs="+", type=int, default=SHIFTS, metavar="SEMITONES")
    parser.add_argument(
        "--quick", action="store_true", help="one shift and a third of the material"
    )
    parser.add_argument(
        "--kinds",
        nargs="+",
        choices=sorted({kind.split("-")[0] for kind in KINDS} | set(KINDS)),
        default=(),
        metavar="KIND",
        help=f"only these of {', '.join(KINDS)}",
    )
    parser.add_argument("--figures", type=Path, metavar="FOLDER", help="write spectrograms there")
    add_options(parser)
    return parser


def choose(
    pieces: list[Material], tones: list[Material], *, quick: bool, kinds: Sequence[str] = ()
) -> list[Material]:
    """All material, or a piece of each kind and a third of the tones; of ``kinds`` only, if any.

    A kind stands for its own kinds as well: ``singer`` is ``singer-kept``, too.
    """
    if kinds:
        pieces, tones = (
            [m for m in some if any(f"{m.kind}-".startswith(f"{kind}-") for kind in kinds)]
            for some in (pieces, tones)
        )
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
    materials = choose(pieces, tones, quick=options.quick, kinds=options.kinds)
    scores, failures = measure_all(materials, peers, shifts, jobs=options.jobs)

    present = [peer.name for peer in peers]
    for columns in (PIECES, ALONE):
        for shift in shifts:
            if lines := table(scores, present, columns, shift=shift):
                print(f"\n{shift:+d} semitones\n\n{lines}")
        if lines := table(scores, present, columns):
            print(f"\nall of {', '.join(f'{s:+d}' for s in shifts)}\n\n{lines}")
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
