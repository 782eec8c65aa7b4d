"""One song: read, taught, shifted and written, once for each shift."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from cli.destination import Tuning, Way, way_to
from cli.learning import Lesson, Teaching, learn, open_song, recalled, refuse_input
from cli.output import Reporter, refuse_existing, whole_file
from cli.shifting.writing import Wanted, planned, refuse_unwritable, tags_after, tags_of, write

if TYPE_CHECKING:
    from ctxaudio.analysis.key import Key
    from ctxaudio.memory.knobs import Formants
    from ctxaudio.sound.stored import StoredSound


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
    teaching: Teaching  # unless there is a memory
    drums: Literal["move", "keep"]
    force: bool
    wanted: Wanted
    inputs: tuple[str, ...]  # all files that are read


def shift_song(name: str, targets: list[Path], settings: Settings, reporter: Reporter) -> None:
    """Shift a song, once for each shift, into a file each; with no files, to standard output.

    Raises:
        DataError: if it cannot be read, taught or written.
    """
    # The song itself may be replaced where that is asked for: it is read before.
    others = [each for each in settings.inputs if each != name or not settings.force]
    for target in targets:
        refuse_input(target, others)
        refuse_existing(target, force=settings.force)
        refuse_unwritable(target)
    with reporter.stage("load"):
        song, song_format = open_song(name, damaged=settings.teaching.damaged)
    if not targets:
        (shift,) = settings.shifts
        way = _way(song, shift, reporter)
        lesson = _lesson(song, settings, reporter)
        made = _make(song, way, lesson, settings, reporter)
        with reporter.stage("save"):
            _to_stdout(made)
        _tell(name, None, song, made, way, lesson, song.sample_rate, 0.0, settings, reporter)
        return
    # What cannot be written is refused before the work, for every shift.
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
        )
        for target in targets
    ]
    tags = tags_of(name, settings.wanted)
    taught: Lesson | None = None
    for shift, target, plan in zip(settings.shifts, targets, plans, strict=True):
        way = _way(song, shift, reporter)
        with whole_file(target, force=settings.force) as file:
            taught = lesson = taught or _lesson(song, settings, reporter)
            made = _make(song, way, lesson, settings, reporter)
            told = tags_after(tags, way, song, plan, settings.speed)
            lowered_db = write(made, song, file, plan, told, reporter)
        rate = plan.sample_rate
        _tell(name, target, song, made, way, lesson, rate, lowered_db, settings, reporter)


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
            threads=settings.teaching.threads,
        )
    return made


def _to_stdout(made: StoredSound) -> None:
    from ctxaudio import save_sound
    from ctxaudio.sound.encoding import WAV_FLOAT

    save_sound(made, sys.stdout.buffer, WAV_FLOAT)
    sys.stdout.buffer.flush()


def _tell(
    name: str,
    target: Path | None,
    song: StoredSound,
    made: StoredSound,
    way: Way,
    lesson: Lesson,
    sample_rate: int,
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
        seed=None if settings.memory else settings.teaching.seed,
        duration_s=round(song.duration_s, 6),
        sample_rate=sample_rate,
        channels=song.n_channels,
        lowered_by_db=lowered_db,
        remembered=lesson.remembered,
        **lesson.facts,
    )


def _formant_words(formants: Formants) -> str:
    if formants is None:
        return ""
    return "formants kept, " if formants == "keep" else f"formants {formants:+g}, "
