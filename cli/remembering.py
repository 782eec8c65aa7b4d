"""What was taught before is not taught again, unless ``--no-cache`` says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from cli.output import Reporter
from ctxaudio.errors import DataError

if TYPE_CHECKING:
    from ctxaudio import Example
    from ctxaudio.memory.knobs import Knobs
    from ctxaudio.memory.learned import Learned
    from ctxaudio.memory.remembered import Taught
    from ctxaudio.memory.song_memory import NetworkKind, SongMemory
    from ctxaudio.sound.ahead import Foretold
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
    from ctxaudio.memory.remembered import Taught, users_facts, users_memories

    def taught(fingerprint: str) -> Taught:
        return Taught(
            song=fingerprint,
            made=() if given else made,
            given=tuple((version.context, version.sound.fingerprint()) for version in given),
            knobs=knobs,
            network=network,
            seed=seed,
        )

    def recalled(lesson: Taught) -> SongMemory | None:
        try:
            return users_memories().recall(lesson)
        except DataError as error:
            reporter.note(f"{error} The song is taught anew.")
            return None

    with reporter.stage(_STAGE):
        if song.foretold is not None:
            lesson = taught(song.foretold)
            if (memory := recalled(lesson)) is not None:
                return memory, lesson
        fingerprint = song.fingerprint()
        if song.origin is not None:
            users_facts().keep([fingerprint, song.n_samples], song.origin)
        lesson = taught(fingerprint)
        return recalled(lesson), lesson


def known_file(name: str) -> Foretold | None:
    """What is known from before of the sound in a file that is as it was then."""
    from ctxaudio.memory.remembered import users_facts
    from ctxaudio.sound.ahead import Foretold
    from ctxaudio.sound.origin import origin_of_path

    facts, origin = users_facts(), origin_of_path(name)
    if origin is None or (known := facts.recall(origin)) is None:
        return None
    fingerprint, n_samples = known
    return Foretold(fingerprint, n_samples, partial(facts.forget, origin))


def learned_of(memory: SongMemory, taught: Taught | None) -> Learned:
    """What a memory has learned; what was found before, of one that is remembered."""
    from ctxaudio.memory.learned import Learned, what_was_learned
    from ctxaudio.memory.remembered import users_facts

    if taught is None:
        return what_was_learned(memory)
    facts, about = users_facts(), ("learned", taught.digest())
    if (known := facts.recall(*about)) is not None:
        return Learned(*known)
    learned = what_was_learned(memory)
    facts.keep([*learned], *about)
    return learned


def was_remembered(reporter: Reporter) -> bool:
    """Whether the lesson of a song that is played was taught before."""
    return _STAGE in reporter.timings_s and "teach" not in reporter.timings_s
