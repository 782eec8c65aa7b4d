"""``ctxaudio play``: shift a song and play it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.arguments import FileName, Semitones, SignedCommand, speed_option
from cli.learning import Teaching
from cli.learning_options import check_learning, formants_option, learning_options, saying_options
from cli.output import Reporter
from cli.player.console import play_out
from cli.player.playing import card_options, deck_of, last_word
from cli.remembering import cache_option, was_remembered

if TYPE_CHECKING:
    from ctxaudio.memory.knobs import Formants


@click.command(cls=SignedCommand)
@click.argument("song", type=FileName())
@click.argument("semitones", type=Semitones(), default=0.0)
@click.option("--memory", "-m", type=FileName(), help="What 'ctxaudio teach' wrote for this song.")
@speed_option
@card_options("high")
@formants_option
@cache_option
@learning_options
@saying_options
def play(
    song: str,
    semitones: float,
    memory: str | None,
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
    """Play SONG shifted by SEMITONES, such as +5 or -3.5; Ctrl-C stops.

    \b
    ctxaudio play song.flac +5
    ctxaudio play song.flac -3.5 --device headphones
    ctxaudio play song.flac 0 --speed 0.8
    """  # noqa: D301
    from ctxaudio.playback.sound_card import CardConfig

    apart = formants is not None
    check_learning(click.get_current_context(), example_files, memory, formants=apart)
    card = CardConfig(device=device, latency=latency, blocksize=blocksize)  # type: ignore[arg-type]
    reporter = Reporter(quiet=quiet, as_json=as_json)
    teaching = Teaching(
        examples=examples,
        example_files=example_files,
        seed=seed,
        formants=apart,
        damaged=damaged,
        cache=not no_cache,
    )
    opened = deck_of(
        song, memory, semitones, card, teaching, reporter, speed=speed, formants=formants
    )
    with opened as deck:
        with reporter.stage("play"):
            play_out(deck, quiet=quiet or as_json)
        last_word(deck, reporter, memory=memory, remembered=was_remembered(reporter))
