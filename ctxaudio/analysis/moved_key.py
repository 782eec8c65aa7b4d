"""The name of a key, moved with its song."""

from __future__ import annotations

import math

from ctxaudio.analysis.key import Key
from ctxaudio.errors import DataError

_SHORT = 3  # letters of what ID3 calls a key: F#m


def moved_key(name: str, semitones: float) -> str | None:
    """What a key is called after a shift; None if it is between keys, or no name of one.

    >>> moved_key("Am", 2.0), moved_key("A minor", -1.0), moved_key("8A", 5.0)
    ('Bm', 'G# minor', None)
    >>> moved_key("8A", -12.0), moved_key("C", 0.5)
    ('8A', None)
    """
    if not math.isclose(semitones, round(semitones), abs_tol=1e-6):
        return None
    if round(semitones) % 12 == 0:
        return name
    try:
        key = Key.named(name)
    except DataError:
        return None
    moved = str(Key((key.tonic + round(semitones)) % 12, key.mode))
    return moved.replace(" minor", "m").replace(" major", "") if len(name) <= _SHORT else moved
