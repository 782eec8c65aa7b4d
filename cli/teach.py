"""``ctxaudio teach``: learn a song once, shift it to any pitch later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.arguments import FileName, SignedCommand
from cli.learning import Teaching, learn, learn_alone, open_song, refuse_input
from cli.learning_options import check_learning, learning_options, output_options, threads_option
from cli.output import Reporter, listed, whole_file

if TYPE_CHECKING:
    from ctxaudio.memory.song_memory import NetworkKind


@click.command(cls=SignedCommand)
@click.argument("songs", nargs=-1, required=True, metavar="SONG", type=FileName())
@click.option(
    "--output",
    "-o",
    type=FileName(),
    help="Memory file to write; by default the song's name and .memory, in the current folder.",
)
@click.option(
    "--network",
    type=click.Choice(("reservoir", "trained")),
    default="reservoir",
    show_default=True,
    help="What is taught: a network as it is drawn, or one that is trained from there, which is "
    "more exact and takes many times as long.",
)
@click.option(
    "--formants", is_flag=True, help="Teach a second knob, which moves formants apart from pitch."
)
@click.option(
    "--alone",
    is_flag=True,
    help='Teach the song itself, or several, so that "ctxaudio recall" sings them with no song '
    "at hand.",
)
@learning_options
@threads_option
@output_options
def teach(
    songs: tuple[str, ...],
    output: str | None,
    network: NetworkKind,
    formants: bool,
    alone: bool,
    examples: tuple[float, ...],
    example_files: tuple[tuple[float, str], ...],
    seed: int,
    damaged: bool,
    threads: int | None,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Teach a network SONG and write what it learned to a memory file.

    \b
    ctxaudio teach song.flac -o song.memory
    ctxaudio shift song.flac +7 --memory song.memory
    ctxaudio teach song.flac --network trained
    ctxaudio teach voice.flac --formants
    ctxaudio teach song.flac --alone
    ctxaudio teach one.flac another.flac --alone -o both.memory
    """  # noqa: D301
    from ctxaudio import save_alone, save_memory
    from ctxaudio.memory.knobs import PITCH, PITCH_AND_FORMANTS
    from ctxaudio.memory.song_memory import check_network

    check_learning(click.get_current_context(), example_files, formants=formants)
    if output == "-":
        raise click.UsageError("a memory goes to a file; name one with -o.")
    check_network(network, PITCH_AND_FORMANTS if formants else PITCH)
    if alone and (formants or network != "reservoir"):
        raise click.UsageError("a memory that sings alone is a reservoir's, and has one knob.")
    if len(songs) > 1 and not alone:
        raise click.UsageError("several songs are taught together with --alone only.")
    if len(songs) > 1 and example_files:
        raise click.UsageError("--example is a version of one song, and there are several.")
    song = songs[0]
    reporter = Reporter(quiet=quiet, as_json=as_json)
    target = Path(output or f"{Path('stdin' if song == '-' else song).stem}.memory")
    refuse_input(target, [*songs, *(file for _, file in example_files)])
    with whole_file(target, force=force) as file:
        with reporter.stage("load"):
            sounds = [open_song(each, damaged=damaged)[0] for each in songs]
            sound = sounds[0]
        teaching = Teaching(
            examples=examples,
            example_files=example_files,
            seed=seed,
            network=network,
            formants=formants,
            damaged=damaged,
            threads=threads,
        )
        if alone:
            alone_memory = learn_alone(sounds, teaching, reporter)
            with reporter.stage("save"):
                save_alone(alone_memory, file)
        else:
            lesson = learn(sound, teaching, reporter)
            with reporter.stage("save"):
                save_memory(lesson.effect.memory, file)
    size = target.stat().st_size
    if alone:
        reporter.done(
            f"wrote {target}: {alone_memory.duration_s:.1f} s taught at "
            f"{listed(sorted({0.0, *alone_memory.contexts}))}, to be sung alone, "
            f"{size / 1e6:.1f} MB, {alone_memory.bits_s / 1e3:.0f} kbit/s, in "
            f"{sum(reporter.timings_s.values()):.1f} s",
            input=song if len(songs) == 1 else list(songs),
            output=str(target),
            contexts=sorted({0.0, *alone_memory.contexts}),
            alone=True,
            seed=seed,
            duration_s=round(alone_memory.duration_s, 6),
            bytes=size,
            bits_s=round(alone_memory.bits_s, 1),
        )
        return
    memory = lesson.effect.memory
    reporter.done(
        f"wrote {target}: {sound.duration_s:.1f} s taught at {listed(memory.contexts)}"
        f"{' of pitch and formants' if formants else ''}, "
        f"{size / 1e6:.1f} MB, in {sum(reporter.timings_s.values()):.1f} s; {lesson.words}",
        input=song,
        output=str(target),
        contexts=list(memory.contexts),
        network=memory.network,
        **({"knobs": list(memory.knobs)} if formants else {}),
        seed=seed,
        duration_s=round(sound.duration_s, 6),
        bytes=size,
        **lesson.facts,
    )
