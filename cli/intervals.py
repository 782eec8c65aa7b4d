"""How far a pitch moves, as people say it: ``+5``, ``-50c``, ``x1.5``, ``up a fifth``."""

from __future__ import annotations

import math
import re

_UNITS = {  # in semitones
    **dict.fromkeys(["", "st", "semitone", "semitones"], 1.0),
    **dict.fromkeys(["c", "ct", "cent", "cents"], 0.01),
    **dict.fromkeys(["oct", "octave", "octaves"], 12.0),
}
_NAMES = {
    "semitone": 1,
    "minor second": 1,
    "tone": 2,
    "second": 2,
    "major second": 2,
    "minor third": 3,
    "third": 4,
    "major third": 4,
    "fourth": 5,
    "perfect fourth": 5,
    "tritone": 6,
    "fifth": 7,
    "perfect fifth": 7,
    "minor sixth": 8,
    "sixth": 9,
    "major sixth": 9,
    "minor seventh": 10,
    "seventh": 11,
    "major seventh": 11,
    "octave": 12,
}
_NUMBER = r"(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?"
_AMOUNT = re.compile(rf"(?P<number>[+-]?{_NUMBER})\s*(?P<unit>[a-z]*)")
_RATIO = re.compile(rf"x\s*(?P<over>{_NUMBER})(?:/(?P<under>{_NUMBER}))?")
_NAMED = re.compile(r"(?P<way>up|down) (?:an? )?(?P<name>[a-z ]+)")


def semitones_of(text: str) -> float:
    """Semitones up, of an interval in words or numbers.

    >>> [semitones_of(text) for text in ("+5", "-3,5", "-50c", "+1oct", "x2", "down a fifth")]
    [5.0, -3.5, -0.5, 12.0, 12.0, -7.0]

    Raises:
        ValueError: if it is none.
    """
    words = " ".join(text.lower().replace("\N{MINUS SIGN}", "-").split())
    if (amount := _AMOUNT.fullmatch(words)) and amount["unit"] in _UNITS:
        return _number(amount["number"]) * _UNITS[amount["unit"]] + 0.0  # -0 is 0
    if ratio := _RATIO.fullmatch(words):
        over, under = _number(ratio["over"]), _number(ratio["under"] or "1")
        if over > 0.0 and under > 0.0:
            return 12.0 * math.log2(over / under)
    if (named := _NAMED.fullmatch(words)) and named["name"] in _NAMES:
        size = float(_NAMES[named["name"]])
        return size if named["way"] == "up" else -size
    raise ValueError(f"{text!r} is no interval.")


def _number(text: str) -> float:
    return float(text.replace(",", "."))
