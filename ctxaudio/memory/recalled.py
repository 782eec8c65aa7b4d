"""What a memory recalls at a context: the field that a song is moved along, phrase by phrase."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.memory.field import Field, field_between, joined_fields
from ctxaudio.memory.knobs import Formants, check_formants, points
from ctxaudio.memory.song_memory import ANY_SOUND, SongMemory, check_context

_REMEMBERED = 2  # phrases that are read from now


def recall_field(memory: SongMemory, context: float, formants: Formants = None) -> Field:
    """The field that the network recalls at a context it need not have been taught.

    Args, raises:
        As :func:`field_of`, which recalls it as it is read.
    """
    return joined_fields(list(field_of(memory, context, formants).phrases()))


def field_of(memory: SongMemory, context: float, formants: Formants = None) -> RecalledField:
    """The field that the network recalls at a context it need not have been taught.

    Args:
        memory: of a song.
        context: of pitch.
        formants: where they stand, ``"keep"`` for 0; by default they move with the pitch.

    Raises:
        DataError: if a context is beyond ±36 or not a number, formants are asked for that were
            not taught, or the memory is of no song.
    """
    check_context(context)
    stand = check_formants(memory.knobs, formants)
    if memory.fingerprint == ANY_SOUND:
        raise DataError("the memory is of no song in particular; recall its song's own.")
    point = points(memory.knobs, context, stand)
    return RecalledField(memory, point, with_envelope=stand is not None)


class RecalledField:
    """A field that is recalled phrase by phrase, as it is read."""

    def __init__(self, memory: SongMemory, point: np.ndarray, *, with_envelope: bool) -> None:
        phrases = memory.phrases
        self.has_envelope = with_envelope
        self.n_frames = phrases.n_frames
        self._phrases, self._length = phrases, phrases.clock.n_frames
        self._is_taught_formants = memory.has_formants
        self._cycles = phrases.states(point), phrases.states(np.zeros_like(point))
        self._recalled: dict[int, Field] = {}  # phrases, the last of them

    @property
    def moves(self) -> bool:
        """Whether anything is displaced, or changes its level, at all."""
        return any(field.moves for field in self.phrases())

    def phrases(self) -> Iterator[Field]:
        """All of it, a phrase after the other."""
        for number in range(-(-self.n_frames // self._length)):
            yield self._phrase(number)

    def rows(self, index: np.ndarray) -> Field:
        """Some of the frames, ascending."""
        numbers = index // self._length
        parts = [
            self._phrase(int(number)).rows(index[numbers == number] - number * self._length)
            for number in np.unique(numbers)
        ]
        return joined_fields(parts)

    def _phrase(self, number: int) -> Field:
        if number not in self._recalled:
            begin = number * self._length
            at, at_0 = (self._phrases.features(cycle, begin) for cycle in self._cycles)
            field = field_between(at, at_0, with_envelope=self._is_taught_formants)
            field = field.rows(slice(0, self.n_frames - begin))
            if not self.has_envelope:
                field = field._replace(envelope=None)
            while len(self._recalled) >= _REMEMBERED:
                del self._recalled[next(iter(self._recalled))]
            self._recalled[number] = field
        return self._recalled[number]
