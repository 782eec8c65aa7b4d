"""Notes from a line of text, so that a piece of music fits a few lines of code."""

from __future__ import annotations

from typing import NamedTuple

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"": 0, "#": 1, "b": -1}


class Note(NamedTuple):
    """One note of a line."""

    onset: float  # beats
    length: float  # beats
    key: int  # MIDI key, 60 is middle C


def key_of(name: str) -> int:
    """MIDI key of a note name, or of a plain number (as drums are written).

    >>> key_of("C4"), key_of("Bb3"), key_of("38")
    (60, 58, 38)
    """
    if name.isdigit():
        return int(name)
    step, accidental, octave = name[:1], name[1:-1], name[-1:]
    if step not in _STEPS or accidental not in _ACCIDENTALS or not octave.isdigit():
        raise ValueError(f"a note is written like 'C4', 'F#3' or '38', got {name!r}.")
    return 12 * (int(octave) + 1) + _STEPS[step] + _ACCIDENTALS[accidental]


def parse(line: str) -> list[Note]:
    """Notes of a line such as ``"C4+E4:2 -:1 G4:1"``: keys joined by ``+``, then beats.

    A ``-`` is a rest.

    >>> parse("C4:2 -:1 38:1")
    [Note(onset=0.0, length=2.0, key=60), Note(onset=3.0, length=1.0, key=38)]
    """
    notes, onset = [], 0.0
    for token in line.split():
        names, _, beats = token.partition(":")
        length = float(beats)
        if names != "-":
            notes += [Note(onset, length, key_of(name)) for name in names.split("+")]
        onset += length
    return notes
