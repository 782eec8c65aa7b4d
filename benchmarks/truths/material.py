"""What every piece of test material has in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

RATE = 44100  # samples per second, of all material

Samples: TypeAlias = npt.NDArray[np.float32]
Kind: TypeAlias = Literal["additive", "midi", "tone", "bursts", "noise", "vibrato"]


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
    onsets_s: tuple[float, ...] = ()  # of bursts
