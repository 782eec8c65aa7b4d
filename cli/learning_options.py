"""Options that shift, play, live and teach share: what is taught, what is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from click.core import ParameterSource

from cli.arguments import ExampleList, FormantPlace, VersionFile


def learning_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say what is taught."""
    options: list[Callable[..., Any]] = [
        click.option(
            "--examples",
            type=ExampleList(),
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
        damaged_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


def damaged_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Whether :func:`open_song` reads what breaks off; every command that opens one has it."""
    return click.option(
        "--damaged", is_flag=True, help="Read files that break off as far as they go."
    )(command)


def formants_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where a voice's formants go."""
    return click.option(
        "--formants",
        type=FormantPlace(),
        help="Keep a voice's formants where they are, or move them by semitones, wherever the "
        "pitch goes; by default they go with it.",
    )(command)


def threads_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """How many threads work side by side."""
    return click.option(
        "--threads",
        type=click.IntRange(1),
        help="That work side by side, one a core by default; the result is the same.",
    )(command)


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
    context: click.Context,
    example_files: tuple[tuple[float, str], ...],
    memory: str | None = None,
    *,
    formants: bool = False,
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
    if formants and example_files:
        raise click.UsageError(
            "--formants goes with --examples, which are made; of an --example nobody knows where "
            "its formants are. In Python, Example(sound, context, formants=…) says it."
        )
    if "--examples" in given and example_files:
        raise click.UsageError("give --examples, which are made, or --example, not both.")
    contexts = [semitones for semitones, _ in example_files]
    if 0.0 in contexts or len(set(contexts)) < len(contexts):
        raise click.UsageError(
            "each --example needs semitones of its own, not 0 (the song itself)."
        )
