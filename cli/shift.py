"""``ctxaudio shift``: songs in, shifted songs out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from cli.arguments import FileName, SemitoneList, Semitones, SignedCommand, speed_option
from cli.destination import Place, Tuning
from cli.learning import Teaching
from cli.learning_options import (
    check_learning,
    formants_option,
    learning_options,
    output_options,
    threads_option,
)
from cli.output import Reporter
from cli.remembering import cache_option
from cli.shifting.many import Many, shift_songs
from cli.shifting.one import shift_song
from cli.shifting.settings import Settings, Shift
from cli.shifting.songs import other_suffixes, songs_of, targets_of
from cli.shifting.writing import Depth, Wanted, writing_options
from ctxaudio.extras import require
from ctxaudio.limits import MAX_CONTEXT

if TYPE_CHECKING:
    from ctxaudio.analysis.key import Key
    from ctxaudio.memory.knobs import Formants


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
@click.option(
    "--by",
    type=SemitoneList(MAX_CONTEXT),
    help="Instead of SEMITONES: several, such as -2,+2; a file for each, of one lesson.",
)
@click.option("--memory", "-m", type=FileName(), help="What 'ctxaudio teach' wrote for this song.")
@click.option(
    "--drums",
    type=click.Choice(["move", "keep"]),
    default="move",
    show_default=True,
    help="Shift them with the rest, or keep what has no pitch as it is.",
)
@click.option("--recursive", "-r", is_flag=True, help="Look for songs in folders of folders too.")
@click.option("--skip-existing", is_flag=True, help="Leave out songs whose file is there already.")
@click.option("--jobs", type=click.IntRange(1), default=1, help="Songs side by side, in processes.")
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="A Dask scheduler whose workers do it, in folders that they all see by the same names.",
)
@click.option(
    "--send",
    is_flag=True,
    help="To a --cluster that sees no files of this machine: send songs, write what comes back.",
)
@click.option(
    "--album",
    is_flag=True,
    help="Make the songs of a folder softer alike: by as much as the one that needs it most.",
)
@click.option("--report", type=FileName(), help="Add a line of JSON for each song to this file.")
@writing_options
@formants_option
@cache_option
@speed_option
@learning_options
@threads_option
@output_options
def shift(
    words: tuple[str, ...],
    to: Key | Tuning | None,
    origin: Key | Tuning | None,
    by: tuple[float, ...] | None,
    output: str | None,
    memory: str | None,
    drums: Literal["move", "keep"],
    recursive: bool,
    skip_existing: bool,
    jobs: int,
    cluster: str | None,
    send: bool,
    album: bool,
    report: str | None,
    form: str | None,
    bitrate: int | None,
    quality: int | None,
    depth: Depth | None,
    rate: int | None,
    dither: bool,
    tags: bool,
    speed: float,
    formants: Formants,
    examples: tuple[float, ...],
    example_files: tuple[tuple[float, str], ...],
    seed: int,
    damaged: bool,
    threads: int | None,
    no_cache: bool,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Shift songs by SEMITONES, such as +5 or -3.5 (at most ±36).

    They may be an interval too, such as -50c, +1oct, x1.5 or "up a fifth". SONG is a sound file
    (WAV, FLAC, OGG, MP3, …), a folder of such files, or - for standard input.

    \b
    ctxaudio shift song.flac +5              writes song+5st.flac
    ctxaudio shift song.wav -3.5 -o out.wav
    ctxaudio shift album/ +2 -o shifted/ --jobs 2 --album
    ctxaudio shift song.flac --by -2,-1,+1,+2
    ctxaudio shift song.flac --to "F# minor"
    ctxaudio shift song.flac +5 --drums keep
    ctxaudio shift voice.flac +5 --formants keep
    ctxaudio shift song.flac 0 --speed 0.8   slower, writes song-x0.8.flac
    """  # noqa: D301
    if cluster is not None:
        require("distributed", "--cluster")
    names, shifts = _split(words, to, origin, by or ())
    check_learning(
        click.get_current_context(), example_files, memory, formants=formants is not None
    )
    songs = songs_of(names, output, recursive=recursive)
    labels = [shift.label(speed) for shift in shifts]
    targets = targets_of(songs, labels, output, form)
    if bitrate is not None and quality is not None:
        raise click.UsageError("--quality says what --bitrate does; give one of them.")
    wanted = Wanted(
        bitrate=bitrate, quality=quality, depth=depth, rate=rate, dither=dither, tags=tags
    )
    many = Many(
        skip_existing=skip_existing,
        n_jobs=jobs,
        cluster=cluster,
        send=send,
        album=album,
        report=None if report is None else Path(report),
    )
    if [] in targets and (bitrate or quality is not None or depth or rate):
        raise click.UsageError("what goes to standard output is a WAV of floats, as it was made.")
    if [] in targets and (album or not many.is_plain):
        raise click.UsageError(
            "one song goes to standard output, as it was made; --album, --cluster, --report and "
            "--skip-existing are for files."
        )
    if cluster is not None and "-" in names:
        raise click.UsageError("a --cluster does not hear standard input; name a file.")
    if send and cluster is None:
        raise click.UsageError("--send says how songs come to a --cluster; give its address.")
    reporter = Reporter(quiet=quiet, as_json=as_json, sound_on_stdout=[] in targets)
    for suffix in other_suffixes(songs, targets, output) if form is None else ():
        reporter.note(f"no {suffix} file can be written; what is made of one is FLAC.")
    settings = Settings(
        shifts=shifts,
        speed=speed,
        formants=formants,
        memory=memory,
        teaching=Teaching(
            examples=examples,
            example_files=example_files,
            seed=seed,
            formants=formants is not None,
            damaged=damaged,
            threads=threads,
            cache=not no_cache,
        ),
        drums=drums,
        force=force,
        wanted=wanted,
        inputs=(
            *(song.name for song in songs),
            *(file for _, file in example_files),
            *filter(None, [memory]),
        ),
    )
    if len(songs) == 1 and many.is_plain:
        shift_song(songs[0].name, targets[0], settings, reporter)
    else:
        shift_songs(songs, targets, settings, many, reporter)


def _split(
    words: tuple[str, ...],
    to: Key | Tuning | None,
    origin: Key | Tuning | None,
    by: tuple[float, ...],
) -> tuple[tuple[str, ...], tuple[Shift, ...]]:
    """Songs, and how far each goes."""
    if to is not None and by:
        raise click.UsageError("--by says how far, and --to where; give one of them.")
    if origin is not None and to is None:
        raise click.UsageError("--from goes with --to.")
    if origin is not None and isinstance(to, Tuning) != isinstance(origin, Tuning):
        raise click.UsageError("--from and --to must both be keys, or both tunings.")
    if to is not None or by:
        if not words:
            raise click.UsageError("expected a song, such as 'song.flac --to Bb'.")
        return words, tuple(map(Shift, by)) or (Shift(None, to, origin),)
    if not words:
        raise click.UsageError("expected a song and semitones, such as 'song.flac +5'.")
    *songs, last = words
    semitones = Semitones().convert(last, None, click.get_current_context())
    if not songs:
        raise click.UsageError("expected a song and semitones, such as 'song.flac +5'.")
    return tuple(songs), (Shift(semitones),)
