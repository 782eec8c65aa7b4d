"""What was taught before is not taught again, unless ``--no-cache`` says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from cli.output import Reporter
from ctxaudio.errors import DataError

if TYPE_CHECKING:
    from ctxaudio import Example
    from ctxaudio.memory.knobs import Knobs
    from ctxaudio.memory.remembered import Taught
    from ctxaudio.memory.song_memory import NetworkKind, SongMemory
    from ctxaudio.sound.source import SoundSource

_STAGE = "remember"


def cache_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Whether what was taught before is remembered."""
    return click.option(
        "--no-cache", is_flag=True, help="Teach anew and keep nothing: see 'ctxaudio cache'."
    )(command)


def remembered(
    song: SoundSource,
    made: tuple[float, ...],
    given: Sequence[Example],
    reporter: Reporter,
    *,
    knobs: Knobs,
    network: NetworkKind,
    seed: int,
) -> tuple[SongMemory | None, Taught]:
    """What was taught of a song, the semitones of copies that are made or the versions that are
    given instead; None if nothing was. And what that is, to keep what will be taught.
    """
    from ctxaudio.memory.remembered import Taught, users_memories

    with reporter.stage(_STAGE):
        taught = Taught(
            song=song.fingerprint(),
            made=() if given else made,
            given=tuple((version.context, version.sound.fingerprint()) for version in given),
            knobs=knobs,
            network=network,
            seed=seed,
        )
        try:
            return users_memories().recall(taught), taught
        except DataError as error:
            reporter.note(f"{error} The song is taught anew.")
            return None, taught


def was_remembered(reporter: Reporter) -> bool:
    """Whether the lesson of a song that is played was taught before."""
    return _STAGE in reporter.timings_s and "teach" not in reporter.timings_s
