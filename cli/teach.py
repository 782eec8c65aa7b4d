"""``ctxaudio teach``: learn a song once, shift it to any pitch later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.arguments import FileName, SignedCommand
from cli.learning import (
    Teaching,
    check_learning,
    learn,
    learning_options,
    open_song,
    output_options,
    refuse_input,
    threads_option,
)
from cli.output import Reporter, listed, whole_file

if TYPE_CHECKING:
    from ctxaudio.memory.song_memory import NetworkKind


@click.command(cls=SignedCommand)
@click.argument("song", type=FileName())
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
@learning_options
@threads_option
@output_options
def teach(
    song: str,
    output: str | None,
    network: NetworkKind,
    formants: bool,
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
    """  # noqa: D301
    from ctxaudio import save_memory
    from ctxaudio.memory.knobs import PITCH, PITCH_AND_FORMANTS
    from ctxaudio.memory.song_memory import check_network

    check_learning(click.get_current_context(), example_files, formants=formants)
    if output == "-":
        raise click.UsageError("a memory goes to a file; name one with -o.")
    check_network(network, PITCH_AND_FORMANTS if formants else PITCH)
    reporter = Reporter(quiet=quiet, as_json=as_json)
    target = Path(output or f"{Path('stdin' if song == '-' else song).stem}.memory")
    refuse_input(target, [song, *(file for _, file in example_files)])
    with whole_file(target, force=force) as file:
        with reporter.stage("load"):
            sound, _ = open_song(song, damaged=damaged)
        teaching = Teaching(
            examples=examples,
            example_files=example_files,
            seed=seed,
            network=network,
            formants=formants,
            damaged=damaged,
            threads=threads,
        )
        lesson = learn(sound, teaching, reporter)
        memory = lesson.effect.memory
        with reporter.stage("save"):
            save_memory(memory, file)
    size = target.stat().st_size
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
