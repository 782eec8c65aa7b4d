"""``ctxaudio live``: play a song, or what comes in, and turn the context like a knob."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from cli.arguments import FileName, Semitones, SignedCommand, speed_option
from cli.learning import Teaching
from cli.learning_options import check_learning, formants_option, learning_options, saying_options
from cli.output import Reporter
from cli.player.console import play_out
from cli.player.playing import card_options, deck_of, input_deck, last_word
from cli.remembering import cache_option, was_remembered

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from cli.player.deck import Deck
    from ctxaudio.memory.knobs import Formants


@click.command(cls=SignedCommand)
@click.argument("song", required=False, type=FileName())
@click.option(
    "--context",
    "-c",
    type=Semitones(),
    default=0.0,
    help="Semitones to begin with.",
)
@click.option("--memory", "-m", type=FileName(), help="What 'ctxaudio teach' wrote for this song.")
@click.option(
    "--input",
    "from_input",
    is_flag=True,
    help="Shift what comes in at a microphone or loopback, by a memory of any song.",
)
@click.option("--input-device", metavar="NAME", help="Where it comes in; by default, --device.")
@click.option(
    "--no-ui", is_flag=True, help="No screen: one status line, and commands that are typed."
)
@speed_option
@card_options("low")
@formants_option
@cache_option
@learning_options
@saying_options
def live(
    song: str | None,
    context: float,
    memory: str | None,
    from_input: bool,
    input_device: str | None,
    no_ui: bool,
    speed: float,
    device: str | None,
    latency: float | str,
    blocksize: int,
    formants: Formants,
    no_cache: bool,
    examples: tuple[float, ...],
    example_files: tuple[tuple[float, str], ...],
    seed: int,
    damaged: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Play SONG and turn its context while it sounds.

    The screen shows its keys. With --no-ui, type lines instead: a number of semitones, up, down,
    pause, seek SECONDS, loop, record or quit.

    \b
    ctxaudio live song.flac
    ctxaudio live song.flac --memory song.memory --context -2
    ctxaudio live --input --memory song.memory --context +4
    ctxaudio live alone.memory               of 'ctxaudio teach --alone'
    """  # noqa: D301
    from ctxaudio import load_memory
    from ctxaudio.playback.sound_card import CardConfig

    apart = formants is not None
    check_learning(click.get_current_context(), example_files, memory, formants=apart)
    if from_input == (song is not None):
        raise click.UsageError("expected a song, or --input for what comes in, not both.")
    if from_input and memory is None:
        raise click.UsageError("--input needs a memory, of any song: --memory song.memory.")
    if from_input and speed != 1.0:
        raise click.UsageError("--speed goes with a song: what comes in is as fast as it comes.")
    if input_device is not None and not from_input:
        raise click.UsageError("--input-device goes with --input.")
    if not no_ui and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError("live draws on a terminal, and this is none; --no-ui plays without.")
    card = CardConfig(
        device=device,
        input_device=input_device,
        latency=latency,  # type: ignore[arg-type]
        blocksize=blocksize,
    )
    reporter = Reporter(quiet=quiet, as_json=as_json)
    if song is None:
        with reporter.stage("read memory"):
            taught = load_memory(str(memory))
        opened: AbstractContextManager[Deck] = input_deck(taught, context, card, formants=formants)
    else:
        teaching = Teaching(
            examples=examples,
            example_files=example_files,
            seed=seed,
            formants=apart,
            damaged=damaged,
            cache=not no_cache,
        )
        opened = deck_of(
            song, memory, context, card, teaching, reporter, speed=speed, formants=formants
        )
    if not no_ui:
        from cli.player.screen import show  # now, for it takes time that the music will not have
    with opened as deck:
        with reporter.stage("play"):
            if no_ui:
                play_out(deck, quiet=quiet or as_json, commands=sys.stdin)
            else:
                show(deck)
        ended = deck.end_recording()
        last_word(deck, reporter, memory=memory, remembered=was_remembered(reporter))
    if ended:
        reporter.note(ended)
