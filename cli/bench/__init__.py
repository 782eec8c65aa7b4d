"""``ctxaudio bench``: what the recurrent network does, measured against published studies."""

import click

from cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup, package="cli.bench", names=("lorenz", "delay-match"), no_args_is_help=False
)
def bench() -> None:
    """Measure the recurrent network against published studies."""
