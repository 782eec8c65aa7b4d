"""Keys and tunings of rendered songs: ``python -m benchmarks.keys``.

The sample pieces and the tune of the sample voice, played by FluidSynth, are transposed to each of
the twelve tonics, at tunings from half a semitone below to half above. What is heard is compared
with the score: keys by how many are right, tunings in cents. Beside the tuning stands what
``librosa.estimate_tuning`` says; for the sample files themselves, what is heard of them.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.runner import say, spread, write_json
from ctxaudio import Sound, load_sound
from ctxaudio.analysis.key import Key, key_of
from ctxaudio.analysis.load_librosa import load_librosa
from ctxaudio.analysis.tuning import tuning_cents

_SAMPLES = Path(__file__).parents[1] / "samples"
_PIECES = {"voice": Key(9, "major"), "fantaisie": Key(1, "minor"), "band": Key(9, "minor")}
_TUNINGS_CENTS = (-50, -37, -25, -12, 0, 12, 25, 37, 50)


class Case(NamedTuple):
    """A piece, transposed."""

    piece: str
    semitones: int
    cents: int


class Heard(NamedTuple):
    """What is heard in it."""

    case: Case
    is_right: bool
    confidence: float
    error_cents: float
    librosa_error_cents: float


def _apart(cents: float) -> float:
    """The distance of two tunings: half a semitone up and down are one."""
    return (cents + 50.0) % 100.0 - 50.0


def hear(case: Case) -> Heard:
    """What is heard in a piece that is rendered anew."""
    from samples.pieces import find_soundfont, note_events, render

    shift = case.semitones + case.cents / 100.0
    samples, rate = render(note_events(case.piece), find_soundfont(), transpose_semitones=shift)
    song = Sound((samples / np.abs(samples).max()).T.astype(np.float32), rate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        said = load_librosa().estimate_tuning(y=song.samples.mean(axis=0), sr=rate)
    cents = tuning_cents(song)
    # At half a semitone up the song is as well in the next key, half a semitone down.
    truth = _PIECES[case.piece].tonic + round(shift - cents / 100.0)
    heard = key_of(song, cents)
    if heard is None:
        raise RuntimeError(f"no key is heard in {case}.")
    return Heard(
        case,
        heard.key == Key(truth % 12, _PIECES[case.piece].mode),
        heard.confidence,
        _apart(cents - case.cents),
        _apart(100.0 * float(said) - case.cents),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit status is 1 where FluidSynth is missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.keys", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to FILE")
    options = parser.parse_args(arguments)
    from samples.pieces import MissingToolError, find_soundfont

    try:
        find_soundfont()
    except MissingToolError as error:
        say(str(error))
        return 1
    cases = [
        Case(piece, semitones, cents)
        for piece in _PIECES
        for semitones in range(-6, 6)
        for cents in _TUNINGS_CENTS
    ]
    found = list(spread(hear, cases, jobs=options.jobs))
    print("error of the tuning in cents, middle and largest; in brackets librosa.estimate_tuning's")
    for piece, key in _PIECES.items():
        heard = [each for each in found if each.case.piece == piece]
        n_right = sum(each.is_right for each in heard)
        ours = np.abs([each.error_cents for each in heard])
        theirs = np.abs([each.librosa_error_cents for each in heard])
        print(
            f"  {piece:10} {key.mode}: key right {n_right} of {len(heard)}; "
            f"tuning {np.median(ours):.1f}, {ours.max():.1f} "
            f"({np.median(theirs):.1f}, {theirs.max():.1f})"
        )
    for piece, key in _PIECES.items():
        song, _ = load_sound(_SAMPLES / f"{piece}.flac")
        heard_key = key_of(song)
        said = "none" if heard_key is None else f"{heard_key.key} ({heard_key.confidence:.2f})"
        print(f"  {piece}.flac, {key}: heard as {said}, {tuning_cents(song):+.1f} cents")
    write_json(options.json, {"heard": [each._asdict() for each in found]})
    return 0


if __name__ == "__main__":
    sys.exit(main())
