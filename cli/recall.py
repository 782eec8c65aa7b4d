"""``ctxaudio recall``: a memory that sings alone, with no song at hand."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.arguments import FileName, FiniteRange, Semitones, SignedCommand
from cli.learning import open_song, refuse_input
from cli.learning_options import output_options
from cli.output import Reporter, whole_file
from cli.shifting.settings import Shift
from ctxaudio.errors import DataError
from ctxaudio.limits import MAX_SPEED, MIN_ALONE_SPEED

if TYPE_CHECKING:
    from ctxaudio import AloneMemory
    from ctxaudio.memory.alone.cue import Cue
    from ctxaudio.memory.alone.passage import Passage
    from ctxaudio.sound.stored import StoredSound


class _Signed(FiniteRange):
    """A number that may be negative, which :class:`SignedCommand` has written with a minus sign."""

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """Parse one number."""
        plain = value.replace("\N{MINUS SIGN}", "-") if isinstance(value, str) else value
        return super().convert(plain, param, ctx)


@click.command(cls=SignedCommand)
@click.argument("memory", type=FileName())
@click.argument("semitones", type=Semitones(), required=False)
@click.option(
    "--output",
    "-o",
    type=FileName(),
    help="Sound file to write, or - for a WAV on standard output; by default the memory's name, "
    "the shift and .flac, in the current folder.",
)
@click.option(
    "--speed",
    type=_Signed(MIN_ALONE_SPEED, MAX_SPEED),
    default=1.0,
    help=f"Times as fast: {MIN_ALONE_SPEED:g} to {MAX_SPEED:g}; below 0 backwards, 0 stands still.",
)
@click.option("--from", "begin_s", type=FiniteRange(0.0), help="Seconds of the song to begin at.")
@click.option("--to", "end_s", type=FiniteRange(0.0), help="Seconds of the song to end at.")
@click.option(
    "--loop",
    type=(FiniteRange(0.0), FiniteRange(0.0)),
    metavar="FROM TO",
    help="Go round between these seconds of the song, for as long as --seconds says.",
)
@click.option("--seconds", type=FiniteRange(0.0, min_open=True), help="Of the result, at most.")
@click.option(
    "--song",
    "number",
    type=click.IntRange(1),
    help="Which, of a memory of several; by default the first, or that of the cue.",
)
@click.option(
    "--cue",
    type=FileName(),
    help="A second or more of the song as it was heard: it goes on from there, at the pitch of "
    "the cue unless SEMITONES says another.",
)
@output_options
def recall(
    memory: str,
    semitones: float | None,
    output: str | None,
    speed: float,
    begin_s: float | None,
    end_s: float | None,
    loop: tuple[float, float] | None,
    seconds: float | None,
    number: int | None,
    cue: str | None,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Have MEMORY, which "ctxaudio teach --alone" wrote, sing its song, SEMITONES away.

    The network holds the song and keeps its own time: the song's file is not needed.

    \b
    ctxaudio teach song.flac --alone
    ctxaudio recall song.memory +5 -o up.wav
    ctxaudio recall song.memory --speed -1   backwards
    ctxaudio recall song.memory -3 --loop 2 4 --seconds 60
    ctxaudio recall song.memory --from 3.5 --speed 0 --seconds 10   a frozen moment
    ctxaudio recall song.memory --cue heard.wav
    ctxaudio recall both.memory --song 2
    """  # noqa: D301
    if loop is not None and (begin_s is not None or end_s is not None):
        raise click.UsageError("--loop says from where to where; leave --from and --to out.")
    if cue is not None and (loop is not None or begin_s is not None or number is not None):
        raise click.UsageError("--cue says where to begin; leave --song, --from and --loop out.")
    from ctxaudio import Passage, load_alone, save_sound
    from ctxaudio.sound.encoding import WAV_FLOAT, clips
    from ctxaudio.sound.peak import decibels, over_full_scale
    from ctxaudio.sound.source import Divided
    from ctxaudio.sound.writing import check_holds, encode, format_for

    reporter = Reporter(quiet=quiet, as_json=as_json, sound_on_stdout=output == "-")
    if output == "-" and sys.stdout.isatty():
        raise click.UsageError("a sound cannot go to a terminal; name a file with -o.")
    begin_s, end_s = loop or (begin_s or 0.0, end_s)
    try:
        passage = Passage(
            speed=speed, begin_s=begin_s, end_s=end_s, loop=loop is not None, seconds=seconds
        )
    except DataError as error:
        raise click.UsageError(str(error)) from error
    with reporter.stage("read memory"):
        taught = load_alone(memory)
    place_s, song_ends_s = taught.part_s((number or 1) - 1)
    if cue is not None:
        found = _find(taught, cue, reporter)
        place_s, (_, song_ends_s) = found.begin_s, taught.part_s(taught.song_at(found.begin_s))
        semitones = round(found.semitones, 2) if semitones is None else semitones
    passage = passage.of_part(place_s, song_ends_s)
    context = semitones or 0.0
    if output == "-":
        sound = _sing(taught, context, passage, reporter)
        with reporter.stage("save"):
            save_sound(sound, sys.stdout.buffer, WAV_FLOAT)
            sys.stdout.buffer.flush()
        _tell(memory, None, sound, context, passage, 0.0, reporter)
        return
    target = Path(output or f"{Path(memory).stem}{Shift(context).label(speed)}.flac")
    refuse_input(target, [memory, *filter(None, [cue])])
    file_format = format_for(target, WAV_FLOAT)
    check_holds(file_format, taught.sample_rate, taught.n_channels)
    with whole_file(target, force=force) as file:
        sound = _sing(taught, context, passage, reporter)
        with reporter.stage("save"):
            over = over_full_scale(sound) if clips(file_format) else 1.0
            encode(file, Divided(sound, over), file_format)
    softer_db = round(decibels(over), 3)
    if softer_db > 0.0:
        reporter.note(f"the result is {softer_db:.2f} dB softer: it would have been clipped.")
    _tell(memory, target, sound, context, passage, softer_db, reporter)


def _find(taught: AloneMemory, cue: str, reporter: Reporter) -> Cue:
    from ctxaudio.memory.alone.cue import find_cue

    heard, _ = open_song(cue, damaged=False)
    with reporter.stage("find"):
        found = find_cue(taught, heard)
    reporter.note(
        f"{cue} is heard at {found.begin_s:.2f} s, {found.semitones:+.2f} semitones away "
        f"(likeness {found.likeness:.2f} of 1)."
    )
    return found


def _sing(taught: AloneMemory, context: float, passage: Passage, reporter: Reporter) -> StoredSound:
    from ctxaudio.effect.alone import n_sung, sing_into
    from ctxaudio.sound.stored import StoredSound

    sound = StoredSound(taught.sample_rate, taught.n_channels)
    with reporter.stage("recall", n_sung(taught, passage)) as progress:
        sing_into(sound.append, taught, context, passage, progress=progress)
    return sound


def _tell(
    memory: str,
    target: Path | None,
    sound: StoredSound,
    context: float,
    passage: Passage,
    softer_db: float,
    reporter: Reporter,
) -> None:
    speed = "" if passage.speed == 1.0 else f"{passage.speed:g} times as fast, "
    reporter.done(
        f"wrote {'standard output' if target is None else target}: {sound.duration_s:.1f} s, "
        f"{context:+g} semitones, {speed}in {sum(reporter.timings_s.values()):.1f} s",
        input=memory,
        output=None if target is None else str(target),
        semitones=context,
        **asdict(passage),
        duration_s=round(sound.duration_s, 6),
        sample_rate=sound.sample_rate,
        channels=sound.n_channels,
        lowered_by_db=softer_db,
    )
