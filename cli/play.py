"""``ctxaudio play``: shift a song and play it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from cli.arguments import FileName, Semitones, SignedCommand, speed_option
from cli.learning import (
    Teaching,
    check_learning,
    formants_option,
    learning_options,
    open_to_play,
    recall_or_learn,
    saying_options,
)
from cli.output import Reporter
from cli.player.console import play_out
from cli.player.playing import alone_deck, card_options, last_word, song_deck
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
    from ctxaudio.memory.alone.files import sings_alone
    from ctxaudio.playback.sound_card import CardConfig

    apart = formants is not None
    check_learning(click.get_current_context(), example_files, memory, formants=apart)
    card = CardConfig(device=device, latency=latency, blocksize=blocksize)  # type: ignore[arg-type]
    reporter = Reporter(quiet=quiet, as_json=as_json)
    if sings_alone(song):
        opened = alone_deck(
            song, semitones, card, speed=speed, formants=formants, given=memory is not None
        )
    else:
        with reporter.stage("load"):
            sound = open_to_play(song, memory, speed, damaged=damaged, cache=not no_cache)
        teaching = Teaching(
            examples=examples,
            example_files=example_files,
            seed=seed,
            formants=apart,
            damaged=damaged,
            cache=not no_cache,
        )
        learned = partial(recall_or_learn, sound, memory, teaching, reporter)
        opened = song_deck(song, sound, learned, semitones, card, speed=speed, formants=formants)
    with opened as deck:
        with reporter.stage("play"):
            play_out(deck, quiet=quiet or as_json)
        last_word(deck, reporter, memory=memory, remembered=was_remembered(reporter))
