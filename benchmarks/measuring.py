"""Every peer shifts every material, and every result is judged."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks import metrics
from benchmarks.excerpts import write_excerpts
from benchmarks.judge import WITHOUT_TRUTH, judge
from benchmarks.peers import CONTROL, Peer, Prepared
from benchmarks.report import Score
from benchmarks.runner import say, spread
from benchmarks.truths import RATE, Material, Samples

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


def measure(
    material: Material,
    *,
    peers: Sequence[Peer],
    shifts: Sequence[int],
    back: bool = True,
    excerpts: Path | None = None,
) -> Measured:
    """All scores of one material. A peer that fails is a line, not the end of the benchmark.

    With ``back``, additive pieces are also shifted there and back again. Sounds to listen to are
    written to the folder ``excerpts``.
    """
    original = material.render(0)
    has_truth = material.kind not in WITHOUT_TRUTH
    truths = {shift: material.render(shift) if has_truth else None for shift in shifts}
    scores, failures = [], []
    keeping = material.kind.endswith("-kept")
    heard: dict[int, dict[str, Samples]] = {shift: {} for shift in shifts}
    for peer in peers:
        if peer.name != CONTROL and peer.keeps_formants != keeping:
            continue
        try:
            shifter = peer.prepare(original, RATE)
            for shift, truth in truths.items():
                result = shifter(shift)
                values = judge(material, original, truth, result, shift)
                scores += [
                    Score(peer.name, material.name, material.kind, shift, name, value)
                    for name, value in values
                ]
                if excerpts is not None and peer.name != CONTROL:
                    heard[shift][peer.name] = result
            if back and material.kind == "additive":
                name, value = "round_trip_lsd_db", round_trip(peer, original, shifter)
                scores.append(Score(peer.name, material.name, material.kind, ROUND, name, value))
        except Exception as error:  # other people's software: whatever it raises is its result
            failures.append(f"{peer.name} failed on {material.name}: {error!r}")
    if excerpts is not None:
        for shift, truth in truths.items():
            folder = excerpts / f"{material.name}{shift:+d}"
            write_excerpts(folder, heard[shift], original=original, truth=truth)
    return Measured(material.name, scores, failures)


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
    materials: Sequence[Material],
    peers: Sequence[Peer],
    shifts: Sequence[int],
    *,
    jobs: int,
    back: bool = True,
    excerpts: Path | None = None,
) -> tuple[list[Score], list[str]]:
    """Scores of everything, and what failed; progress goes to stderr."""
    scores: list[Score] = []
    failures: list[str] = []
    work = partial(measure, peers=peers, shifts=shifts, back=back, excerpts=excerpts)
    for done, measured in enumerate(spread(work, materials, jobs=jobs), start=1):
        say(f"{done} of {len(materials)}: {measured.material}")
        scores += measured.scores
        failures += measured.failures
    return scores, failures
