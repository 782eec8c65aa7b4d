"""Sound quality of pitch shifters against exact truths: ``python -m benchmarks.sound``.

Every peer shifts every material; :mod:`benchmarks.metrics` says how far the result is from the
truth. The unshifted original takes part as a control: where it does not come last, a metric is
worthless.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cells import standing, write_csv
from benchmarks.columns import ALONE, PIECES
from benchmarks.measuring import choose, measure_all
from benchmarks.peers import CONTROL, OURS, REFERENCE, find_peers, versions
from benchmarks.report import control_ranks, table, verdicts
from benchmarks.runner import (
    add_options,
    find_pieces,
    find_tones,
    one_thread,
    say,
    write_json,
)
from benchmarks.truths import KINDS

SHIFTS = (-12, -5, 5, 12)


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
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write a row for each value")
    parser.add_argument(
        "--picture", type=Path, metavar="FILE", help="draw where each tool wins (PNG)"
    )
    parser.add_argument(
        "--excerpts", type=Path, metavar="FOLDER", help="write what is heard there, as FLAC"
    )
    parser.add_argument("--figures", type=Path, metavar="FOLDER", help="write spectrograms there")
    add_options(parser)
    return parser


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
    scores, failures = measure_all(
        materials, peers, shifts, jobs=options.jobs, excerpts=options.excerpts
    )

    present = [peer.name for peer in peers]
    print("\n".join(f"{name}: {version}" for name, version in versions(peers).items()))
    for columns in (PIECES, ALONE):
        for shift in shifts:
            if lines := table(scores, present, columns, shift=shift):
                print(f"\n{shift:+d} semitones\n\n{lines}")
        if lines := table(scores, present, columns):
            print(f"\nall of {', '.join(f'{s:+d}' for s in shifts)}\n\n{lines}")
    if OURS in present and REFERENCE in present:
        print(f"\n{OURS} against {REFERENCE}")
        print("\n".join(f"  {line}" for line in verdicts(scores, OURS, REFERENCE)))
        print()
        print("\n".join(standing(scores, OURS, REFERENCE)))
    print("\nthe unshifted control")
    print("\n".join(f"  {line}" for line in control_ranks(scores, present)))
    for line in (*missing, *failures):
        print(line)

    write_json(
        options.json,
        {
            "shifts": shifts,
            "seed": options.seed,
            "peers": present,
            "versions": versions(peers),
            "missing": missing,
            "failures": failures,
            "scores": [score._asdict() for score in scores],
        },
    )
    if options.csv is not None:
        write_csv(options.csv, scores, versions(peers))
        say(f"wrote {options.csv}")
    if options.picture is not None:
        from benchmarks.winners import draw_winners  # only here: it needs matplotlib

        draw_winners(scores, options.picture)
        say(f"wrote {options.picture}")
    if options.figures is not None:
        from benchmarks.figures import draw  # only here: it needs matplotlib

        for kind in ("additive", "midi", "vibrato"):
            for material in [piece for piece in pieces if piece.kind == kind][:1]:
                for shift in shifts:
                    say(f"wrote {draw(peers, material, shift, options.figures)}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
