"""``ctxaudio shift``: songs in, shifted songs out."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

import click

from cli.arguments import FileName, Semitones, SignedCommand, speed_option
from cli.destination import Place, Tuning, Way, way_to
from cli.learning import (
    Lesson,
    check_learning,
    formants_option,
    learn,
    learning_options,
    open_song,
    output_options,
    recalled,
    refuse_input,
    threads_option,
)
from cli.output import Reporter, refuse_existing, say, whole_file
from ctxaudio.errors import DataError

if TYPE_CHECKING:
    from ctxaudio import FileFormat
    from ctxaudio.analysis.key import Key
    from ctxaudio.memory.knobs import Formants
    from ctxaudio.sound.source import SoundSource
    from ctxaudio.sound.stored import StoredSound


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for every song of one call."""

    semitones: float | None  # None: as many as lead there
    to: Key | Tuning | None
    origin: Key | Tuning | None
    speed: float
    formants: Formants
    memory: str | None
    examples: tuple[float, ...]
    example_files: tuple[tuple[float, str], ...]
    seed: int
    threads: int | None
    drums: Literal["move", "keep"]
    force: bool
    inputs: tuple[str, ...]  # all files that are read
    reporter: Reporter


@click.command(cls=SignedCommand)
@click.argument("words", nargs=-1, metavar="SONG... SEMITONES", type=FileName())
@click.option(
    "--output",
    "-o",
    type=FileName(),
    help="File to write, - for a WAV on standard output, or a folder (for several songs). "
    "By default the song's name and the shift, in the current folder.",
)
@click.option(
    "--to",
    type=Place(),
    help="Instead of SEMITONES: a key, such as 'F# minor' or Bb, or a tuning, such as A=442.",
)
@click.option(
    "--from", "origin", type=Place(), help="Where the song is, if it is not to be estimated."
)
@click.option("--memory", "-m", type=FileName(), help="What 'ctxaudio teach' wrote for this song.")
@click.option(
    "--drums",
    type=click.Choice(["move", "keep"]),
    default="move",
    show_default=True,
    help="Shift them with the rest, or keep what has no pitch as it is.",
)
@formants_option
@speed_option
@learning_options
@threads_option
@output_options
def shift(
    words: tuple[str, ...],
    to: Key | Tuning | None,
    origin: Key | Tuning | None,
    output: str | None,
    memory: str | None,
    drums: Literal["move", "keep"],
    speed: float,
    formants: Formants,
    examples: tuple[float, ...],
    example_files: tuple[tuple[float, str], ...],
    seed: int,
    threads: int | None,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Shift songs by SEMITONES, such as +5 or -3.5 (at most ±36).

    They may be an interval too, such as -50c, +1oct, x1.5 or "up a fifth". SONG is a sound file
    (WAV, FLAC, OGG, MP3, …) or - for standard input.

    \b
    ctxaudio shift song.flac +5              writes song+5st.flac
    ctxaudio shift song.wav -3.5 -o out.wav
    ctxaudio shift *.flac +2 -o shifted/     several songs
    ctxaudio shift song.flac --to "F# minor"
    ctxaudio shift song.flac +5 --drums keep
    ctxaudio shift voice.flac +5 --formants keep
    ctxaudio shift song.flac 0 --speed 0.8   slower, writes song-x0.8.flac
    """  # noqa: D301
    songs, semitones = _split(words, to, origin)
    check_learning(
        click.get_current_context(), example_files, memory, formants=formants is not None
    )
    targets = _targets(songs, _label(semitones, to, speed), output)
    reporter = Reporter(quiet=quiet, as_json=as_json, sound_on_stdout=None in targets)
    inputs = (*songs, *(file for _, file in example_files), *filter(None, [memory]))
    job = Job(
        semitones=semitones,
        to=to,
        origin=origin,
        speed=speed,
        formants=formants,
        memory=memory,
        examples=examples,
        example_files=example_files,
        seed=seed,
        threads=threads,
        drums=drums,
        force=force,
        inputs=inputs,
        reporter=reporter,
    )
    failures = 0
    for name, target in zip(songs, targets, strict=True):
        try:
            _shift_one(name, target, job)
        except DataError as error:
            if len(songs) == 1:
                raise
            say(error)
            failures += 1
    if failures:
        raise DataError(f"{failures} of {len(songs)} songs could not be shifted.")


def _split(
    words: tuple[str, ...], to: Key | Tuning | None, origin: Key | Tuning | None
) -> tuple[tuple[str, ...], float | None]:
    """Songs, and semitones if the place that they are to go to is not said."""
    if to is None:
        if origin is not None:
            raise click.UsageError("--from goes with --to.")
        if not words:
            raise click.UsageError("expected a song and semitones, such as 'song.flac +5'.")
        *songs, last = words
        semitones = Semitones().convert(last, None, click.get_current_context())
        if not songs:
            raise click.UsageError("expected a song and semitones, such as 'song.flac +5'.")
        return tuple(songs), semitones
    if origin is not None and isinstance(to, Tuning) != isinstance(origin, Tuning):
        raise click.UsageError("--from and --to must both be keys, or both tunings.")
    if not words:
        raise click.UsageError("expected a song, such as 'song.flac --to Bb'.")
    return words, None


def _label(semitones: float | None, to: Key | Tuning | None, speed: float) -> str:
    """What a song's name gets.

    >>> _label(5.0, None, 1.0), _label(0.0, None, 0.8), _label(-3.5, None, 2.0)
    ('+5st', '-x0.8', '-3.5st-x2')
    """
    tempo = "" if speed == 1.0 else f"-x{speed:g}"
    if semitones is None:
        return f"-{str(to).replace(' ', '-')}{tempo}"
    return tempo if tempo and not semitones else f"{semitones:+g}st{tempo}"


def _targets(songs: tuple[str, ...], label: str, output: str | None) -> list[Path | None]:
    """Where each song goes; None for standard output."""
    if output == "-" or (output is None and songs == ("-",)):
        if len(songs) > 1:
            raise click.UsageError("several songs cannot go to standard output.")
        if sys.stdout.isatty():
            raise click.UsageError("a sound cannot go to a terminal; name a file with -o.")
        return [None]
    names = []
    for song in songs:
        path = Path("stdin.wav" if song == "-" else song)
        names.append(f"{path.stem}{label}{path.suffix}")
    if len(set(names)) < len(names):
        raise click.UsageError("two songs of the same name would be written to the same file.")
    if output is None:
        return [Path(name) for name in names]
    folder = Path(output)
    if (len(songs) > 1 or output.endswith("/")) and not folder.is_dir():
        if folder.exists() or folder.suffix:
            raise click.UsageError(f"several songs need a folder to go to, got {output}.")
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise DataError(f"cannot make the folder {output}: {error.strerror}.") from error
    if folder.is_dir():
        return [folder / name for name in names]
    return [folder]


def _shift_one(name: str, target: Path | None, job: Job) -> None:
    from ctxaudio import save_sound
    from ctxaudio.sound.encoding import WAV_FLOAT, format_for

    if target is not None:
        refuse_input(target, job.inputs)
        refuse_existing(target, force=job.force)
    with job.reporter.stage("load"):
        song, song_format = open_song(name)
    way = _way(song, job)
    headroom_db = 0.0
    if target is None:
        made, lesson = _make(song, way.semitones, job)
        with job.reporter.stage("save"):
            save_sound(made, sys.stdout.buffer, WAV_FLOAT)
        sys.stdout.buffer.flush()
    else:
        file_format = format_for(target, song_format)
        with whole_file(target, force=job.force) as file:
            made, lesson = _make(song, way.semitones, job)
            headroom_db = _write(made, song, file, file_format, job.reporter)
    where = "standard output" if target is None else str(target)
    speed = "" if job.speed == 1.0 else f"{job.speed:g} times as fast, "
    job.reporter.done(
        f"wrote {where}: {made.duration_s:.1f} s, {round(way.semitones, 3):+g} semitones"
        f"{way.words}, {speed}"
        f"{_formant_words(job.formants)}"
        f"in {sum(job.reporter.timings_s.values()):.1f} s; {lesson.words}",
        input=name,
        output=None if target is None else str(target),
        semitones=way.semitones,
        **way.facts,
        drums=job.drums,
        speed=job.speed,
        **({} if job.formants is None else {"formants": job.formants}),
        memory=job.memory,
        taught=list(lesson.effect.memory.contexts),
        seed=None if job.memory else job.seed,
        duration_s=round(song.duration_s, 6),
        sample_rate=song.sample_rate,
        channels=song.n_channels,
        lowered_by_db=headroom_db,
        **lesson.facts,
    )


def _way(song: StoredSound, job: Job) -> Way:
    if job.to is None:
        return Way(job.semitones or 0.0, "", {})
    with job.reporter.stage("listen"):
        way = way_to(song, job.to, job.origin)
    return way._replace(words=f", {way.words} to {job.to}", facts={**way.facts, "to": str(job.to)})


def _make(song: StoredSound, semitones: float, job: Job) -> tuple[StoredSound, Lesson]:
    """The shifted song, and what its memory had learned."""
    from ctxaudio.memory.learned import BELIEVED_DB
    from ctxaudio.sound.stored import StoredSound

    reporter = job.reporter
    if job.memory is None:
        apart = job.formants is not None
        lesson = learn(
            song,
            job.examples,
            job.example_files,
            job.seed,
            reporter,
            formants=apart,
            threads=job.threads,
        )
    else:
        lesson = recalled(job.memory, reporter)
    effect = lesson.effect
    gain_db = lesson.learned.gain_at(semitones)
    if gain_db > BELIEVED_DB:
        reporter.note(
            f"levels learned as {lesson.learned.gain_db:.1f} dB a step become {gain_db:.0f} dB at "
            f"{semitones:+g}; more than {BELIEVED_DB:g} dB is seldom right."
        )
    with reporter.stage("shift", effect.n_steps(song, job.speed)) as progress:
        made = StoredSound(song.sample_rate, song.n_channels)
        effect.shift_into(
            made.append,
            song,
            semitones,
            formants=job.formants,
            speed=job.speed,
            drums=job.drums,
            progress=progress,
            threads=job.threads,
        )
    return made, lesson


def _formant_words(formants: Formants) -> str:
    if formants is None:
        return ""
    return "formants kept, " if formants == "keep" else f"formants {formants:+g}, "


def _write(
    sound: SoundSource,
    like: SoundSource,
    file: BinaryIO,
    file_format: FileFormat,
    reporter: Reporter,
) -> float:
    """Write, lowered to full scale where the encoding would clip; by how many dB."""
    from ctxaudio.sound.encoding import clips, encode_into
    from ctxaudio.sound.peak import decibels, over_full_scale
    from ctxaudio.sound.source import Divided

    lowered_db = 0.0
    if clips(file_format) and (over := over_full_scale(sound, like)) > 1.0:
        sound, lowered_db = Divided(sound, over), round(decibels(over), 3)
        if lowered_db >= 0.01:
            reporter.note(f"the result would have clipped and is {lowered_db:.2f} dB softer.")
    with reporter.stage("save"):
        encode_into(file, sound, file_format)
    return lowered_db
