"""What every piece of test material has in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

RATE = 44100  # samples per second, of all material

Samples: TypeAlias = npt.NDArray[np.float32]
Kind: TypeAlias = Literal[
    "additive",
    "midi",
    "midi-bent",  # by the wheel: another truth of the same notes
    "tone",
    "bursts",
    "noise",
    "vibrato",
    "vibrato-wide",
    "glissando",
    "chords",
    "bass",
    "kick",
    "singer",
    "singer-kept",  # its formants
    "voice-kept",  # the sample voice
    "lone",
    "speech",
    "pads",
    "winds",
    "tails",
    "drums",
    "mix",  # drums with music
    "shepard",
    "edges",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One sound and, where it has one, its exact transposition.

    ``render(semitones)`` returns (channel, time) samples; ``render(0)`` is the original. Tones
    and noise are only asked for the original: their metrics compare a result with its own input.
    """

    name: str
    kind: Kind
    render: Callable[[int], Samples]  # a module-level function or a partial of one: it is pickled
    fundamental_hz: float | None = None  # of a tone
    onsets_s: tuple[float, ...] = ()  # of bursts, notes and hits
    pitch_hz: Callable[[], npt.NDArray[np.float64]] | None = None  # (time,), of a lone voice
    voiced: Callable[[], npt.NDArray[np.bool_]] | None = None  # (time,), where it does not hiss
    tones_hz: tuple[float, ...] = ()  # of lone tones, one an onset
    lasting_s: float = 0.0  # each lone tone, note or tail
