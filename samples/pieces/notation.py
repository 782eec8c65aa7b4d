"""Notes as values, and the small text notation the scores are written in.

A line of music is a row of tokens, one after the other in time::

    C#4        one note, one step long         C#4:3    three steps long
    A3+C4+E4   a chord                         C#4!     accented
    -          a rest                          ~        the last note goes on (a tie)

Note names take ``#``, ``x`` (double sharp) and ``b``; C4 is middle C.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

DRUM_CHANNEL = 9  # General MIDI's tenth channel, counted from zero

_PITCH_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"": 0, "#": 1, "x": 2, "b": -1}
_NAME = re.compile(r"([A-G])([#xb]?)(\d)")
_TOKEN = re.compile(r"(?P<pitches>[^:!]+)(:(?P<steps>\d+(\.\d+)?))?(?P<accent>!?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One sounding note. On the drum channel the pitch names a drum, not a height."""

    start_s: float
    duration_s: float
    pitch_midi: int
    velocity: int  # 1 to 127
    channel: int = 0  # 0 to 15
    program: int = 0  # General MIDI, from 0 (0 is the grand piano)
    pan: float = 0.0  # -1 left, 0 middle, 1 right

    def __post_init__(self) -> None:
        if self.start_s < 0 or self.duration_s <= 0:
            raise ValueError(f"a note needs start >= 0 and duration > 0 seconds, got {self}.")
        if not (0 <= self.pitch_midi <= 127 and 1 <= self.velocity <= 127):
            raise ValueError(f"pitch must be 0 to 127 and velocity 1 to 127, got {self}.")

    @property
    def is_drum(self) -> bool:
        """Whether this note strikes a drum, and so has no pitch to transpose."""
        return self.channel == DRUM_CHANNEL

    @property
    def stop_s(self) -> float:
        """When the key is let go, in seconds."""
        return self.start_s + self.duration_s


@dataclass(frozen=True, slots=True)
class Tone:
    """A token of the notation: when, how long (both in steps), and which pitches."""

    start: float
    steps: float
    pitches: tuple[int, ...]
    accent: bool


def pitch_midi(name: str) -> int:
    """MIDI number of a note name.

    >>> pitch_midi("A4"), pitch_midi("Fx4"), pitch_midi("B#4")
    (69, 67, 72)
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"a note is a letter, an optional #, x or b, and an octave, got {name!r}.")
    letter, accidental, octave = match.groups()
    return 12 * (int(octave) + 1) + _PITCH_CLASSES[letter] + _ACCIDENTALS[accidental]


def read_tones(line: str, *, start: float = 0.0) -> list[Tone]:
    """The tones of one line of notation, the first at step ``start``.

    >>> [(tone.start, tone.steps) for tone in read_tones("C4 ~ - E4+G4:3!")]
    [(0.0, 2.0), (3.0, 3.0)]
    """
    tones: list[Tone] = []
    position = start
    for token, steps, accent in _read_tokens(line):
        if token == "~":
            tones[-1] = replace(tones[-1], steps=tones[-1].steps + steps)
        elif token != "-":
            pitches = tuple(pitch_midi(name) for name in token.split("+"))
            tones.append(Tone(position, steps, pitches, accent))
        position += steps
    return tones


def count_steps(line: str) -> float:
    """Length of a line of notation, rests included, in steps."""
    return sum(steps for _, steps, _ in _read_tokens(line))


def _read_tokens(line: str) -> Iterator[tuple[str, float, bool]]:
    for token in line.replace("|", " ").split():
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise ValueError(f"cannot read {token!r} in the line {line!r}.")
        yield match["pitches"], float(match["steps"] or 1), bool(match["accent"])
