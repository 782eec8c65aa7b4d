"""Examples: slightly shifted versions of a song, each with the context it is taught at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.limits import MAX_EXAMPLE_SHIFT
from ctxaudio.sound.source import SoundSource


@dataclass(frozen=True, slots=True)
class Example:
    """A version of the song, to be taught at ``context``.

    ``speed`` is how much faster it runs than the song: what the song plays at t seconds, the
    version plays at t / speed. ``formants`` is the context of its formants, where they are taught
    apart from pitch; if it is None they are where its pitch is, as a tape's are. ``moved_st`` is
    how many semitones its formants are from the song's, where it was made so and that is known.
    """

    sound: SoundSource
    context: float
    speed: float = 1.0
    formants: float | None = None
    moved_st: float | None = None

    def __post_init__(self) -> None:
        if self.formants is None:
            if not np.isfinite(self.context) or self.context == 0.0:
                raise DataError(
                    f"an example's context must be finite and not 0, got {self.context}."
                )
        elif not np.isfinite([self.context, self.formants]).all() or self.point(2) == (0.0, 0.0):
            raise DataError(
                "an example's contexts must be finite and not both 0, as the song's are, "
                f"got {self.context} and {self.formants}."
            )
        if not 0.0 < self.speed < np.inf:
            raise DataError(f"an example's speed must be positive, got {self.speed}.")

    def point(self, n_knobs: int) -> tuple[float, ...]:
        """Its context of each knob: of pitch, and of formants."""
        formants = self.context if self.formants is None else self.formants
        return (self.context, formants)[:n_knobs]


def tape_example(song: SoundSource, semitones: float, *, context: float | None = None) -> Example:
    """The song played faster or slower, as a tape is: pitch and speed change together.

    Nothing but the sampling changes, so no artefact of a shifter is taught.

    Args:
        semitones: how much higher the version sounds.
        context: what it is taught as; ``semitones`` by default.
    """
    from ctxaudio.analysis.tape import TapeVersion

    if not abs(semitones) <= MAX_EXAMPLE_SHIFT:
        raise DataError(
            f"an example must lie within ±{MAX_EXAMPLE_SHIFT:g} semitones, got {semitones:g}."
        )
    speed = 2.0 ** (semitones / 12.0)
    version = song if speed == 1.0 else TapeVersion(song, speed)
    return Example(version, semitones if context is None else context, speed)
