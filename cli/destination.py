"""Where a song is to go: a key, or a tuning; and how far that is from where it is."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ctxaudio.errors import DataError

if TYPE_CHECKING:
    from ctxaudio.analysis.key import Key
    from ctxaudio.sound.source import SoundSource

_TUNING = re.compile(r"a\s*=\s*(\d+(?:[.,]\d+)?)\s*(?:hz)?", re.I)
_LOWEST_HZ, _HIGHEST_HZ = 400.0, 480.0
_SURE = 0.2  # confidence below which a key is to be doubted


@dataclass(frozen=True, slots=True)
class Tuning:
    """What A is tuned to."""

    hz: float

    def __str__(self) -> str:
        return f"A={self.hz:g}"


class Place(click.ParamType):
    """A key such as ``F# minor`` or ``Bb``, or a tuning such as ``A=442``."""

    name = "key|A=Hz"

    def convert(self, value: Any, param: Any, ctx: Any) -> Key | Tuning:
        """Parse one."""
        from ctxaudio.analysis.key import Key

        if isinstance(value, (Key, Tuning)):
            return value
        if tuning := _TUNING.fullmatch(str(value).strip()):
            hz = float(tuning[1].replace(",", "."))
            if not _LOWEST_HZ <= hz <= _HIGHEST_HZ:
                self.fail(f"expected A at {_LOWEST_HZ:g} to {_HIGHEST_HZ:g} Hz, got {value}.")
            return Tuning(hz)
        try:
            return Key.named(str(value))
        except DataError as error:
            self.fail(f"{str(error).removesuffix('.')}, or a tuning such as A=442.")


class Way(NamedTuple):
    """How far a song has to go."""

    semitones: float
    words: str  # where it is from, for a person
    facts: dict[str, Any]  # for one line of JSON


def way_to(song: SoundSource, to: Key | Tuning, origin: Key | Tuning | None) -> Way:
    """How far a song is from a place, by the nearest way.

    Args:
        song: is listened to where nobody says where it is.
        to: where it is to go.
        origin: where it is, of the same kind.

    Raises:
        DataError: if it has no key, or one of the other mode: a shift makes no major of a minor.
    """
    if isinstance(to, Tuning):
        return _way_to_tuning(song, to, origin if isinstance(origin, Tuning) else None)
    return _way_to_key(song, to, None if isinstance(origin, Tuning) else origin)


def _way_to_tuning(song: SoundSource, to: Tuning, origin: Tuning | None) -> Way:
    from ctxaudio.analysis.tuning import tuning_cents

    if origin is not None:
        return Way(12.0 * math.log2(to.hz / origin.hz), f"from {origin}", {"from": str(origin)})
    cents = tuning_cents(song)
    away = 1200.0 * math.log2(to.hz / 440.0) - cents
    # Half a semitone up or down is the same tuning; and what is in tune stays exactly as it is.
    away = (away + 50.0) % 100.0 - 50.0
    heard = Tuning(round(440.0 * 2.0 ** (cents / 1200.0), 2))
    return Way(away / 100.0, f"from {heard}", {"from": str(heard), "tuning_cents": round(cents, 1)})


def _way_to_key(song: SoundSource, to: Key, origin: Key | None) -> Way:
    words, facts = "", {}
    if origin is None:
        from ctxaudio.analysis.key import key_of

        heard = key_of(song)
        if heard is None:
            raise DataError("no key is heard in it; say it with --from.")
        origin = heard.key
        doubt = "" if heard.confidence >= _SURE else f", or {heard.second}"
        words = f" (confidence {heard.confidence:.2f}{doubt})"
        facts = {"key_confidence": round(heard.confidence, 2), "key_second": str(heard.second)}
    if origin.mode and to.mode and origin.mode != to.mode:
        raise DataError(
            f"a shift does not make {to} of {origin}{words}: it moves a key and leaves it "
            f"{origin.mode}. Say --to with {origin.mode}, or the song's own key with --from."
        )
    return Way(float(to.up_from(origin)), f"from {origin}{words}", {"from": str(origin), **facts})
