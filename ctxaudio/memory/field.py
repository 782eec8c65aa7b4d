"""The field: by how much, and by how many decibels, each band moves at a context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

# Further than that, all that is heard moves out of hearing; a forged memory file could ask for
# more than compiled code can count.
MAX_DISPLACEMENT = 120.0  # semitones

MAX_GAIN_DB = 18.0  # a gain is extrapolated manyfold; more than this is not believed


class FieldSource(Protocol):
    """A field of ``n_frames`` frames, any of which may be asked for."""

    @property
    def n_frames(self) -> int:
        """At least 1."""

    @property
    def has_envelope(self) -> bool:
        """Whether envelopes move by themselves."""

    @property
    def moves(self) -> bool:
        """Whether anything is displaced, or changes its level, at all."""

    def rows(self, index: np.ndarray) -> Field:
        """Some of the frames, ascending."""


class Field(NamedTuple):
    """Displacement and gain, one row a frame."""

    displacement: np.ndarray  # (frame, band) semitones
    gain: np.ndarray  # (frame, band) dB
    envelope: np.ndarray | None = None  # (frame, band) semitones; it moves along if there is none

    @property
    def n_frames(self) -> int:
        """How many."""
        return len(self.displacement)

    @property
    def has_envelope(self) -> bool:
        """Whether envelopes move by themselves."""
        return self.envelope is not None

    @property
    def moves(self) -> bool:
        """Whether anything is displaced, or changes its level, at all."""
        return any(part is not None and bool(np.any(part)) for part in self)

    def rows(self, index: slice | np.ndarray) -> Field:
        """Some of the frames."""
        envelope = None if self.envelope is None else self.envelope[index]
        return Field(self.displacement[index], self.gain[index], envelope)


@dataclass(frozen=True, slots=True)
class EqualFrames:
    """A field of ``n_frames`` frames that are all as ``frame``, a field of one, is."""

    n_frames: int
    frame: Field

    @property
    def has_envelope(self) -> bool:
        """Whether envelopes move by themselves."""
        return self.frame.has_envelope

    @property
    def moves(self) -> bool:
        """Whether anything is displaced, or changes its level, at all."""
        return self.frame.moves

    def rows(self, index: np.ndarray) -> Field:
        """So many frames."""
        return self.frame.rows(np.zeros(len(index), np.int64))


def joined_fields(fields: Sequence[Field]) -> Field:
    """Fields, one after the other."""
    if len(fields) == 1:
        return fields[0]
    envelopes = [field.envelope for field in fields if field.envelope is not None]
    return Field(
        np.concatenate([field.displacement for field in fields]),
        np.concatenate([field.gain for field in fields]),
        np.concatenate(envelopes) if envelopes else None,
    )


def field_between(
    recalled: np.ndarray, unshifted: np.ndarray, *, with_envelope: bool = False
) -> Field:
    """The field from two recalls (frame, 2 band) of the memory: at a context and at 0.

    Of a memory that knows of formants they are (frame, 3 band), ``with_envelope``.
    """
    parts = np.split(recalled - unshifted, 3 if with_envelope else 2, axis=1)
    limits = (MAX_DISPLACEMENT, MAX_GAIN_DB, MAX_DISPLACEMENT)
    return Field(*(np.clip(part, -most, most) for part, most in zip(parts, limits, strict=False)))
