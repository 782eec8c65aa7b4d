"""How exactly sustained tones are tuned: ``python -m benchmarks.pitch``.

Twelve tones are shifted by every whole semitone of an octave up and down, and by two octaves either
way, far outside the ±1 that a memory is taught at.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from benchmarks.metrics import pitch_error
from benchmarks.peers import OURS, Peer, find_peers
from benchmarks.runner import add_options, find_tones, one_thread, say, spread, write_json
from benchmarks.truths import RATE, Material

OCTAVE = tuple(shift for shift in range(-12, 13) if shift)
FAR = (-24, 24)


class ToneError(NamedTuple):
    """How far off one shifter's tone was."""

    peer: str
    tone: str
    shift: int  # semitones
    cents: float


def measure(tone: Material, *, peers: Sequence[Peer], shifts: Sequence[int]) -> list[ToneError]:
    """Errors of every peer at every shift of one tone; each peer is prepared once."""
    if tone.fundamental_hz is None:
        raise ValueError(f"the tone {tone.name} states no fundamental.")
    original, errors = tone.render(0), []
    for peer in peers:
        shifter = peer.prepare(original, RATE)
        for shift in shifts:
            cents = pitch_error(
                original,
                shifter(shift),
                RATE,
                semitones=shift,
                fundamental_hz=tone.fundamental_hz,
            )
            errors.append(ToneError(peer.name, tone.name, shift, cents))
    return errors


def summary(errors: Sequence[ToneError], peer: str) -> str:
    """One line: median, 95th percentile and worst error in cents, within an octave and at two."""
    parts = []
    for label, shifts in (("|s| <= 12", OCTAVE), ("s = ±24", FAR)):
        some = [error for error in errors if error.peer == peer and error.shift in shifts]
        cents = [error.cents for error in some]
        worst = max(some, key=lambda error: error.cents)
        parts.append(
            f"{label}: median {np.median(cents):.2f}, p95 {np.percentile(cents, 95):.2f}, "
            f"worst {worst.cents:.2f} ({worst.tone} {worst.shift:+d})"
        )
    return f"{peer}, error in cents; {'; '.join(parts)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit status is 1 where no shifter could run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pitch", description=__doc__)
    add_options(parser)
    options = parser.parse_args(arguments)
    one_thread()
    peers, missing = find_peers(options.peers or [OURS])
    for line in missing:
        say(line)
    if not peers:
        return 1
    tones, errors = find_tones(options), []
    work = partial(measure, peers=peers, shifts=(*OCTAVE, *FAR))
    for done, measured in enumerate(spread(work, tones, jobs=options.jobs), start=1):
        say(f"{done} of {len(tones)}: {measured[0].tone}")
        errors += measured
    for peer in peers:
        print(summary(errors, peer.name))
    content = {"missing": missing, "errors": [error._asdict() for error in errors]}
    write_json(options.json, content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
