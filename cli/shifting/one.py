"""One song: read, taught, shifted and written, once for each shift."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cli.destination import Way, way_to
from cli.learning import Lesson, learn, open_song, recalled, refuse_input
from cli.output import Reporter, refuse_existing, whole_file
from cli.shifting.level import divisor_of, say_softer
from cli.shifting.settings import Settings, Shift
from cli.shifting.telling import Story, story_of, tell_result
from cli.shifting.writing import (
    Plan,
    at_rate,
    keep,
    planned,
    refuse_unwritable,
    tags_after,
    tags_of,
    write,
)

if TYPE_CHECKING:
    from ctxaudio.sound.source import SoundSource
    from ctxaudio.sound.stored import StoredSound
    from ctxaudio.sound.tags.values import Tags


class Made(NamedTuple):
    """How a song that was made is to be written, and what will be said of it."""

    plan: Plan
    tags: Tags | None
    divisor: float  # 1 if it may be as loud as it was made
    story: Story
    timings_s: dict[str, float]


def shift_song(name: str, targets: list[Path], settings: Settings, reporter: Reporter) -> None:
    """Shift a song, once for each shift, into a file each; with no files, to standard output.

    Raises:
        DataError: if it cannot be read, taught or written.
    """
    song, plans, tags = _begin(name, targets, settings, reporter, kept=False)
    if not targets:
        (shift,) = settings.shifts
        way = _way(song, shift, reporter)
        lesson = _lesson(song, settings, reporter)
        shifted = _shifted(song, way, lesson, settings, reporter)
        with reporter.stage("save"):
            _to_stdout(shifted)
        tell_result(name, None, story_of(song, shifted, way, lesson, settings), 1.0, reporter)
        return
    taught: Lesson | None = None
    for shift, target, plan in zip(settings.shifts, targets, plans, strict=True):
        way = _way(song, shift, reporter)
        with whole_file(target, force=settings.force) as file:
            taught = taught or _lesson(song, settings, reporter)
            sound, made = _made(song, way, taught, plan, tags, settings, reporter)
            say_softer("result", "its", made.divisor, reporter)
            write(sound, file, plan, made.tags, made.divisor, reporter)
        tell_result(name, target, made.story, made.divisor, reporter)


def make_song(
    name: str, targets: list[Path], kept: list[Path], settings: Settings, reporter: Reporter
) -> list[Made]:
    """As :func:`shift_song`, but into files of floats, of which :func:`write_song` makes targets.

    Raises:
        DataError: if it cannot be read, taught or kept, or if a target could not be written.
    """
    song, plans, tags = _begin(name, targets, settings, reporter, kept=True)
    taught: Lesson | None = None
    results = []
    for shift, path, plan in zip(settings.shifts, kept, plans, strict=True):
        way = _way(song, shift, reporter)
        taught = taught or _lesson(song, settings, reporter)
        sound, made = _made(song, way, taught, plan, tags, settings, reporter)
        with reporter.stage("keep"):
            keep(sound, path)
        results.append(made._replace(timings_s=reporter.timings_s))
        reporter.timings_s = {}
    return results


def write_song(
    name: str,
    targets: list[Path],
    kept: list[Path],
    results: list[Made],
    settings: Settings,
    reporter: Reporter,
) -> None:
    """Write what :func:`make_song` has made.

    Raises:
        DataError: if it cannot be written.
    """
    from ctxaudio.sound.files import open_sound

    for target, path, made in zip(targets, kept, results, strict=True):
        reporter.timings_s = dict(made.timings_s)
        with whole_file(target, force=settings.force) as file:
            sound, _ = open_sound(path)
            write(sound, file, made.plan, made.tags, made.divisor, reporter)
        tell_result(name, target, made.story, made.divisor, reporter)


def refuse(name: str, targets: list[Path], settings: Settings) -> None:
    """Refuse targets that may not be written, before anything is read.

    Raises:
        DataError: if there is one.
    """
    # The song itself may be replaced where that is asked for: it is read before.
    others = [each for each in settings.inputs if each != name or not settings.force]
    for target in targets:
        refuse_input(target, others)
        refuse_existing(target, force=settings.force)
        refuse_unwritable(target)


def _begin(
    name: str, targets: list[Path], settings: Settings, reporter: Reporter, *, kept: bool
) -> tuple[StoredSound, list[Plan], Tags | None]:
    """A song, how each of its files is written, and its tags: what is refused before the work."""
    refuse(name, targets, settings)
    with reporter.stage("load"):
        song, song_format = open_song(name, damaged=settings.teaching.damaged)
    plans = [
        planned(
            name,
            target,
            song,
            song_format,
            settings.wanted,
            reporter,
            speed=settings.speed,
            seed=settings.teaching.seed,
            kept=kept,
        )
        for target in targets
    ]
    return song, plans, tags_of(name, settings.wanted) if targets else None


def _way(song: StoredSound, shift: Shift, reporter: Reporter) -> Way:
    if shift.to is None:
        return Way(shift.semitones or 0.0, "", {})
    with reporter.stage("listen"):
        way = way_to(song, shift.to, shift.origin)
    words = f", {way.words} to {shift.to}"
    return way._replace(words=words, facts={**way.facts, "to": str(shift.to)})


def _lesson(song: StoredSound, settings: Settings, reporter: Reporter) -> Lesson:
    if settings.memory is not None:
        return recalled(settings.memory, reporter)
    return learn(song, settings.teaching, reporter)


def _made(
    song: StoredSound,
    way: Way,
    lesson: Lesson,
    plan: Plan,
    tags: Tags | None,
    settings: Settings,
    reporter: Reporter,
) -> tuple[SoundSource, Made]:
    """A song shifted, at the rate of its file."""
    shifted = _shifted(song, way, lesson, settings, reporter)
    sound = at_rate(shifted, plan, reporter)
    return sound, Made(
        plan,
        tags_after(tags, way, song, plan, settings.speed),
        divisor_of(sound, song, plan.file_format),
        story_of(song, sound, way, lesson, settings),
        {},
    )


def _shifted(
    song: StoredSound, way: Way, lesson: Lesson, settings: Settings, reporter: Reporter
) -> StoredSound:
    from ctxaudio.memory.learned import BELIEVED_DB
    from ctxaudio.sound.stored import StoredSound

    gain_db = lesson.learned.gain_at(way.semitones)
    if gain_db > BELIEVED_DB:
        reporter.note(
            f"levels learned as {lesson.learned.gain_db:.1f} dB a step become {gain_db:.0f} dB at "
            f"{way.semitones:+g}; more than {BELIEVED_DB:g} dB is seldom right."
        )
    with reporter.stage("shift", lesson.effect.n_steps(song, settings.speed)) as progress:
        made = StoredSound(song.sample_rate, song.n_channels)
        lesson.effect.shift_into(
            made.append,
            song,
            way.semitones,
            formants=settings.formants,
            speed=settings.speed,
            drums=settings.drums,
            progress=progress,
            threads=settings.teaching.threads,
        )
    return made


def _to_stdout(made: StoredSound) -> None:
    from ctxaudio import save_sound
    from ctxaudio.sound.encoding import WAV_FLOAT

    save_sound(made, sys.stdout.buffer, WAV_FLOAT)
    sys.stdout.buffer.flush()
