"""The key of a song: its tonic, and whether it is major or minor."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from ctxaudio.analysis.heard import RATE, heard_parts
from ctxaudio.analysis.load_librosa import load_librosa
from ctxaudio.analysis.tuning import tuning_cents
from ctxaudio.errors import DataError
from ctxaudio.sound.source import SoundSource

Mode: TypeAlias = Literal["major", "minor"]

_HEARD_S = 240  # from the beginning

# How often each degree of the scale is played, from the tonic on: Albrecht & Shanahan (2013),
# "The use of large corpora to train a new type of key-finding algorithm", Music Perception 31.
_PROFILES: dict[Mode, tuple[float, ...]] = {
    "major": (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
    "minor": (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052),
}
_NAMES: dict[Mode, tuple[str, ...]] = {
    "major": ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"),
    "minor": ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"),
}
_KEY = re.compile(r"(?P<letter>[a-h])(?P<signs>[#♯b♭]*)\s*(?P<mode>major|maj|minor|min|m)?", re.I)


@dataclass(frozen=True, slots=True)
class Key:
    """A key.

    >>> Key.named("F# minor"), Key.named("Bb"), str(Key(9, "minor"))
    (Key(tonic=6, mode='minor'), Key(tonic=10, mode=None), 'A minor')
    """

    tonic: int  # semitones above C, 0 to 11
    mode: Mode | None = None  # None where only the tonic is said

    def __post_init__(self) -> None:
        if not 0 <= self.tonic < 12:
            raise DataError(f"tonic must be 0 to 11 semitones above C, got {self.tonic}.")

    def __str__(self) -> str:
        name = _NAMES[self.mode or "major"][self.tonic]
        return f"{name} {self.mode}" if self.mode else name

    @classmethod
    def named(cls, text: str) -> Key:
        """The key of a name: ``C#``, ``Bb major``, ``am``.

        Raises:
            DataError: if it names none.
        """
        found = _KEY.fullmatch(text.strip())
        if found is None or found["letter"] in "Hh":
            raise DataError(f"expected a key such as 'F# minor', Bb or Am, got {text!r}.")
        letter, mode = found["letter"].upper(), found["mode"]
        tonic = _NAMES["major"].index(letter)
        for sign in found["signs"]:
            tonic += 1 if sign in "#♯" else -1
        if mode is None:
            return cls(tonic % 12)
        # "M" alone would be major to some: only "m" is read, and case of words does not matter.
        is_minor = mode == "m" or mode.lower().startswith("min")
        return cls(tonic % 12, "minor" if is_minor else "major")

    def up_from(self, other: Key) -> int:
        """Semitones from another key's tonic to this one's, −6 to 5: the nearest way.

        >>> Key.named("Bb").up_from(Key.named("C")), Key.named("D").up_from(Key.named("C"))
        (-2, 2)
        """
        return (self.tonic - other.tonic + 6) % 12 - 6


class HeardKey(NamedTuple):
    """What key a song seems to be in."""

    key: Key
    second: Key  # the next best
    confidence: float  # 0 to 1: how far ahead of the second, on the way from there to certainty


def key_of(sound: SoundSource, cents: float | None = None) -> HeardKey | None:
    """The key of a song, judged by its first four minutes; None where there are no pitches.

    How much sounds of each of the twelve pitches (``librosa.feature.chroma_cqt``, at the song's
    own tuning) is correlated with how often they are played in each of the 24 keys.

    Args:
        sound: the song.
        cents: its tuning, if :func:`~ctxaudio.analysis.tuning.tuning_cents` has told it.
    """
    librosa = load_librosa()
    chroma = np.zeros(12)
    tuning = (tuning_cents(sound) if cents is None else cents) / 100.0
    for part in heard_parts(sound, _HEARD_S):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that are shorter than the longest window
            chroma += librosa.feature.chroma_cqt(y=part, sr=RATE, tuning=tuning, norm=None).sum(1)
    if np.ptp(chroma) == 0.0:
        return None
    likeness = {
        Key(tonic, mode): float(np.corrcoef(np.roll(profile, tonic), chroma)[0, 1])
        for mode, profile in _PROFILES.items()
        for tonic in range(12)
    }
    first, second = sorted(likeness, key=lambda key: -likeness[key])[:2]
    ahead = (likeness[first] - likeness[second]) / (1.0 - likeness[second])
    return HeardKey(first, second, ahead)
