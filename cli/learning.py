"""What shift, play, live and teach share: options, reading a song, teaching with a progress bar."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from cli.arguments import SemitoneList, VersionFile
from cli.output import Reporter, quiet_libraries

if TYPE_CHECKING:
    from ctxaudio import ContextShift, FileFormat, Sound
    from ctxaudio.memory.song_memory import NetworkKind


def learning_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say what is taught."""
    options = [
        click.option(
            "--examples",
            type=SemitoneList(),
            default="-1,+1",
            show_default=True,
            help="Semitones of the shifted versions that are made and taught.",
        ),
        click.option(
            "--example",
            "example_files",
            type=VersionFile(),
            multiple=True,
            metavar="SEMITONES FILE",
            help="A version of your own, in step with the song, instead; may be repeated.",
        ),
        click.option(
            "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the network."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def saying_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say what is said."""
    quiet = click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors.")
    as_json = click.option(
        "--json", "as_json", is_flag=True, help="Print one line of JSON a result."
    )
    return quiet(as_json(command))


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say what is written and said."""
    force = click.option("--force", is_flag=True, help="Replace files that exist.")
    return force(saying_options(command))


def check_learning(
    context: click.Context, example_files: tuple[tuple[float, str], ...], memory: str | None = None
) -> None:
    """Refuse options that would be passed over, and examples that cannot be taught.

    Raises:
        click.UsageError: if they do not go together.
    """
    given = [
        f"--{name}"
        for name in ("examples", "seed")
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if example_files:
        given.append("--example")
    if memory is not None and given:
        raise click.UsageError(f"--memory was taught already; {given[0]} cannot change it.")
    if "--examples" in given and example_files:
        raise click.UsageError("give --examples, which are made, or --example, not both.")
    contexts = [semitones for semitones, _ in example_files]
    if 0.0 in contexts or len(set(contexts)) < len(contexts):
        raise click.UsageError(
            "each --example needs semitones of its own, not 0 (the song itself)."
        )


def read_song(name: str) -> tuple[Sound, FileFormat]:
    """A sound file, or ``-`` for standard input."""
    from ctxaudio import load_sound

    with quiet_libraries():
        return load_sound(sys.stdin.buffer if name == "-" else name)


def recall_or_learn(
    song: Sound,
    memory: str | None,
    examples: tuple[float, ...],
    example_files: tuple[tuple[float, str], ...],
    seed: int,
    reporter: Reporter,
) -> ContextShift:
    """What a memory file holds, or else what is learned of a song and its versions."""
    from ctxaudio import ContextShift, load_memory

    if memory is None:
        return learn(song, examples, example_files, seed, reporter)
    with reporter.stage("read memory"):
        return ContextShift(load_memory(memory))


def learn(
    song: Sound,
    examples: tuple[float, ...],
    example_files: tuple[tuple[float, str], ...],
    seed: int,
    reporter: Reporter,
    *,
    network: NetworkKind = "reservoir",
) -> ContextShift:
    """Teach a network a song and its versions."""
    from ctxaudio import ContextShift, Example, tape_example
    from ctxaudio.memory.song_memory import n_taught

    with reporter.stage("make examples"):
        if example_files:
            versions = [Example(read_song(file)[0], context) for context, file in example_files]
        else:
            versions = [tape_example(song, semitones) for semitones in examples]
    with reporter.stage("teach", n_taught(song, network)) as progress:
        return ContextShift.teach(song, versions, network=network, seed=seed, progress=progress)
