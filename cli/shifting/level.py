"""How loud a result is written: as it was made, or softer where its encoding would clip it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.output import Reporter

if TYPE_CHECKING:
    from ctxaudio.sound.encoding import FileFormat
    from ctxaudio.sound.source import SoundSource

_LEAST_SAID_DB = 0.01


def divisor_of(sound: SoundSource, like: SoundSource, file_format: FileFormat) -> float:
    """What a sound that was made of another must be divided by to be written, 1 if by nothing."""
    from ctxaudio.sound.encoding import clips
    from ctxaudio.sound.peak import over_full_scale

    return over_full_scale(sound, like) if clips(file_format) else 1.0


def lowered_db(divisor: float) -> float:
    """How many dB softer that makes it."""
    from ctxaudio.sound.peak import decibels

    return round(decibels(divisor), 3)


def say_softer(what: str, whose: str, divisor: float, reporter: Reporter) -> None:
    """Say by how much something is softer, and whose true peaks ask for it."""
    if (softer_db := lowered_db(divisor)) >= _LEAST_SAID_DB:
        reporter.note(
            f"the {what} is {softer_db:.2f} dB softer: {whose} true peaks would have been over "
            "-1 dBTP, and over the song's."
        )
