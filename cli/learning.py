"""What shift and teach share: options, reading a song, teaching with a progress bar."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cli.arguments import SemitoneList, Semitones
from cli.output import Reporter, quiet_libraries

if TYPE_CHECKING:
    from ctxaudio import ContextShift, FileFormat, Sound

_EXAMPLE_LIMIT = 12.0  # semitones


def learning_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say what is taught."""
    options = [
        click.option(
            "--examples",
            type=SemitoneList(_EXAMPLE_LIMIT),
            default="-1,+1",
            show_default=True,
            help="Semitones of the shifted versions that are made and taught.",
        ),
        click.option(
            "--example",
            "example_files",
            type=(Semitones(), click.Path()),
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


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say what is written and said."""
    options = [
        click.option("--force", is_flag=True, help="Replace files that exist."),
        click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors."),
        click.option("--json", "as_json", is_flag=True, help="Print one line of JSON a result."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def read_song(name: str) -> tuple[Sound, FileFormat]:
    """A sound file, or ``-`` for standard input."""
    from ctxaudio import load_sound

    with quiet_libraries():
        return load_sound(sys.stdin.buffer if name == "-" else name)


def learn(
    song: Sound,
    examples: tuple[float, ...],
    example_files: tuple[tuple[float, str], ...],
    seed: int,
    reporter: Reporter,
) -> ContextShift:
    """Teach a network a song and its versions."""
    from ctxaudio import ContextShift, Example, tape_example
    from ctxaudio.frames import FrameConfig

    with reporter.step("make examples"):
        if example_files:
            versions = [Example(read_song(file)[0], context) for context, file in example_files]
        else:
            versions = [tape_example(song, semitones) for semitones in examples]
    n_frames = FrameConfig.for_rate(song.sample_rate).n_frames(song.samples.shape[1])
    with reporter.step("teach", n_frames) as progress:
        return ContextShift.teach(song, versions, seed=seed, progress=progress)
