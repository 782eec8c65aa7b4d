"""One song: read, taught, shifted and written, once for each shift."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple

from cli.destination import Tuning, Way, way_to
from cli.learning import Lesson, learn, open_song, recalled, refuse_input
from cli.output import Reporter, quiet_libraries, refuse_existing, whole_file
from ctxaudio.errors import DataError

if TYPE_CHECKING:
    from ctxaudio import FileFormat
    from ctxaudio.analysis.key import Key
    from ctxaudio.memory.knobs import Formants
    from ctxaudio.sound.source import SoundSource
    from ctxaudio.sound.stored import StoredSound
    from ctxaudio.sound.tags.values import Tags


class Shift(NamedTuple):
    """How far a song moves: so many semitones, or as many as lead to a place."""

    semitones: float | None
    to: Key | Tuning | None = None
    origin: Key | Tuning | None = None  # where it is, if that is known

    def label(self, speed: float) -> str:
        """What a song's name gets.

        >>> Shift(5.0).label(1.0), Shift(0.0).label(0.8), Shift(-3.5).label(2.0)
        ('+5st', '-x0.8', '-3.5st-x2')
        """
        tempo = "" if speed == 1.0 else f"-x{speed:g}"
        if self.semitones is None:
            return f"-{str(self.to).replace(' ', '-')}{tempo}"
        return tempo if tempo and not self.semitones else f"{self.semitones:+g}st{tempo}"


@dataclass(frozen=True, slots=True)
class Settings:
    """What is the same for every song of one call."""

    shifts: tuple[Shift, ...]
    speed: float
    formants: Formants
    memory: str | None
    examples: tuple[float, ...]
    example_files: tuple[tuple[float, str], ...]
    seed: int
    threads: int | None
    drums: Literal["move", "keep"]
    force: bool
    damaged: bool
    tags: bool  # whether those of the song are kept
    inputs: tuple[str, ...]  # all files that are read


def shift_song(name: str, targets: list[Path], settings: Settings, reporter: Reporter) -> None:
    """Shift a song, once for each shift, into a file each; with no files, to standard output.

    Raises:
        DataError: if it cannot be read, taught or written.
    """
    for target in targets:
        refuse_input(target, settings.inputs)
        refuse_existing(target, force=settings.force)
    with reporter.stage("load"):
        song, song_format = open_song(name, damaged=settings.damaged)
    if not targets:
        (shift,) = settings.shifts
        way = _way(song, shift, reporter)
        lesson = _lesson(song, settings, reporter)
        made = _make(song, way, lesson, settings, reporter)
        with reporter.stage("save"):
            _to_stdout(made)
        _tell(name, None, song, made, way, lesson, 0.0, settings, reporter)
        return
    # What cannot be written is refused before the work, for every shift.
    plans = [_plan(name, target, song, song_format, settings) for target in targets]
    tags = _tags(name, settings)
    taught: Lesson | None = None
    for shift, target, plan in zip(settings.shifts, targets, plans, strict=True):
        way = _way(song, shift, reporter)
        with whole_file(target, force=settings.force) as file:
            taught = lesson = taught or _lesson(song, settings, reporter)
            made = _make(song, way, lesson, settings, reporter)
            told = tags and _tags_of_shifted(tags, way, settings)
            lowered_db = _write(made, song, file, plan, told, reporter)
        _tell(name, target, song, made, way, lesson, lowered_db, settings, reporter)


class _Plan(NamedTuple):
    """How a result is written."""

    file_format: FileFormat
    picture: str | None  # the name of a video whose pictures go along


def _plan(
    name: str, target: Path, song: SoundSource, song_format: FileFormat, settings: Settings
) -> _Plan:
    """How a file of a target's name is written.

    Raises:
        DataError: if it cannot be.
    """
    from ctxaudio.sound.media_encoding import picture_for
    from ctxaudio.sound.writing import check_holds, format_for

    file_format = format_for(target, song_format)
    check_holds(file_format, song.sample_rate, song.n_channels)
    picture = None if name == "-" else picture_for(name, target)
    if picture is not None and settings.speed != 1.0:
        raise DataError(
            f"--speed would part the sound of {name} from its picture; name a file for the sound "
            "alone, such as .m4a, with -o."
        )
    return _Plan(file_format, picture)


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
    return learn(
        song,
        settings.examples,
        settings.example_files,
        settings.seed,
        reporter,
        formants=settings.formants is not None,
        damaged=settings.damaged,
        threads=settings.threads,
    )


def _make(
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
            threads=settings.threads,
        )
    return made


def _to_stdout(made: StoredSound) -> None:
    from ctxaudio import save_sound
    from ctxaudio.sound.encoding import WAV_FLOAT

    save_sound(made, sys.stdout.buffer, WAV_FLOAT)
    sys.stdout.buffer.flush()


def _write(
    sound: SoundSource,
    like: SoundSource,
    file: BinaryIO,
    plan: _Plan,
    tags: Tags | None,
    reporter: Reporter,
) -> float:
    """Write, lowered to full scale where the encoding would clip; by how many dB."""
    from ctxaudio.sound.encoding import clips
    from ctxaudio.sound.peak import decibels, over_full_scale
    from ctxaudio.sound.source import Divided
    from ctxaudio.sound.writing import encode

    lowered_db = 0.0
    if clips(plan.file_format) and (over := over_full_scale(sound, like)) > 1.0:
        sound, lowered_db = Divided(sound, over), round(decibels(over), 3)
        if lowered_db >= 0.01:
            reporter.note(f"the result would have clipped and is {lowered_db:.2f} dB softer.")
    with reporter.stage("save"):
        told = encode(file, sound, plan.file_format, tags=tags, picture=plan.picture)
    if not told:
        container = plan.file_format.container
        reporter.note(f"a file of {container} holds no tags; the song's are not kept.")
    return lowered_db


def _tags(name: str, settings: Settings) -> Tags | None:
    """What the song's file says of it; None where it is not to be kept, or came by a pipe."""
    if not settings.tags or name == "-" or not Path(name).is_file():
        return None
    from ctxaudio.sound.tags.files import read_tags

    with quiet_libraries():
        return read_tags(name)


def _tags_of_shifted(tags: Tags, way: Way, settings: Settings) -> Tags:
    from ctxaudio.analysis.moved_key import moved_key
    from ctxaudio.sound.tags.shifted import tags_of_shifted

    move_key = partial(moved_key, semitones=way.semitones)
    return tags_of_shifted(tags, move_key, speed=settings.speed)


def _tell(
    name: str,
    target: Path | None,
    song: StoredSound,
    made: StoredSound,
    way: Way,
    lesson: Lesson,
    lowered_db: float,
    settings: Settings,
    reporter: Reporter,
) -> None:
    where = "standard output" if target is None else str(target)
    speed = "" if settings.speed == 1.0 else f"{settings.speed:g} times as fast, "
    reporter.done(
        f"wrote {where}: {made.duration_s:.1f} s, {round(way.semitones, 3):+g} semitones"
        f"{way.words}, {speed}{_formant_words(settings.formants)}"
        f"in {sum(reporter.timings_s.values()):.1f} s; {lesson.words}",
        input=name,
        output=None if target is None else str(target),
        semitones=way.semitones,
        **way.facts,
        drums=settings.drums,
        speed=settings.speed,
        **({} if settings.formants is None else {"formants": settings.formants}),
        memory=settings.memory,
        taught=list(lesson.effect.memory.contexts),
        seed=None if settings.memory else settings.seed,
        duration_s=round(song.duration_s, 6),
        sample_rate=song.sample_rate,
        channels=song.n_channels,
        lowered_by_db=lowered_db,
        **lesson.facts,
    )


def _formant_words(formants: Formants) -> str:
    if formants is None:
        return ""
    return "formants kept, " if formants == "keep" else f"formants {formants:+g}, "
