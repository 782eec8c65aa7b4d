"""What is asked for of every song: how far it moves, what it is taught, how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from cli.destination import Tuning
from cli.learning import Teaching
from cli.shifting.writing import Wanted

if TYPE_CHECKING:
    from ctxaudio.analysis.key import Key
    from ctxaudio.memory.knobs import Formants


class Shift(NamedTuple):
    """How far a song moves: so many semitones, or as many as lead to a place."""

    semitones: float | None
    to: Key | Tuning | None = None
    origin: Key | Tuning | None = None  # where it is, if that is known

    def label(self, speed: float) -> str:
        """What a song's name gets.

        >>> Shift(5.0).label(1.0), Shift(0.0).label(0.8), Shift(-3.5).label(2.0)
        ('+5st', '-x0.8', '-3.5st-x2')
        """
        tempo = "" if speed == 1.0 else f"-x{speed:g}"
        if self.semitones is None:
            return f"-{str(self.to).replace(' ', '-')}{tempo}"
        return tempo if tempo and not self.semitones else f"{self.semitones:+g}st{tempo}"


@dataclass(frozen=True, slots=True)
class Settings:
    """What is the same for every song of one call."""

    shifts: tuple[Shift, ...]
    speed: float
    formants: Formants
    memory: str | None
    teaching: Teaching  # unless there is a memory
    drums: Literal["move", "keep"]
    force: bool
    wanted: Wanted
    inputs: tuple[str, ...]  # all files that are read
