"""What play and live share: options of the sound card, a player that is set up, the last word."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from cli.arguments import Latency
from cli.learning import Teaching, open_to_play, recall_or_learn
from cli.output import Reporter
from cli.player.deck import Deck, clock

if TYPE_CHECKING:
    from ctxaudio import ContextShift
    from ctxaudio.analysis.bands import BandConfig
    from ctxaudio.memory.knobs import Formants
    from ctxaudio.memory.song_memory import SongMemory
    from ctxaudio.playback.output import Output
    from ctxaudio.playback.player import Source
    from ctxaudio.playback.sound_card import CardConfig
    from ctxaudio.sound.source import SoundSource


def _refuse_keeping(_context: click.Context, _option: click.Parameter, drums: str) -> None:
    """Drums are found by what comes after them, too late for what is played."""
    if drums != "move":
        raise click.UsageError(
            f"expected --drums move, got {drums}: only 'ctxaudio shift', which has the whole song, "
            "can keep them."
        )


def card_options(latency: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Options of the sound card, with a default latency."""
    options = [
        click.option(
            "--device",
            metavar="NAME",
            help="Number or part of a name; 'ctxaudio devices' lists them.",
        ),
        click.option(
            "--latency",
            type=Latency(),
            default=latency,
            show_default=True,
            help="Of the sound card.",
        ),
        click.option(
            "--blocksize",
            type=click.IntRange(0, 1 << 16),
            default=0,
            help="Samples that the sound card takes at a time; by default it chooses.",
        ),
        click.option(
            "--drums", hidden=True, default="move", expose_value=False, callback=_refuse_keeping
        ),
    ]

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def deck_of(
    name: str,
    memory: str | None,
    context: float,
    card: CardConfig,
    teaching: Teaching,
    reporter: Reporter,
    *,
    speed: float,
    formants: Formants,
) -> contextlib.AbstractContextManager[Deck]:
    """A deck on which a song plays, or a memory that sings alone."""
    from ctxaudio.memory.alone.files import sings_alone

    if sings_alone(name):
        given = memory is not None
        return alone_deck(name, context, card, speed=speed, formants=formants, given=given)
    with reporter.stage("load"):
        sound = open_to_play(name, memory, speed, damaged=teaching.damaged, cache=teaching.cache)
    learned = partial(recall_or_learn, sound, memory, teaching, reporter)
    return song_deck(name, sound, learned, context, card, speed=speed, formants=formants)


@contextlib.contextmanager
def song_deck(
    name: str,
    song: SoundSource,
    learned: Callable[[], ContextShift],
    context: float,
    card: CardConfig,
    *,
    speed: float = 1.0,
    formants: Formants = None,
) -> Iterator[Deck]:
    """A deck on which a song plays, as soon as the effect is learned."""
    from ctxaudio.playback.output import Output
    from ctxaudio.playback.playhead import Playhead

    def open_output() -> Output:
        return Output(card, song.sample_rate, song.n_channels)

    # First: that there is no sound card is known before the work is done.
    with contextlib.closing(open_output()) as output:
        memory = learned().memory
        head = Playhead(memory, song, context, speed=speed, formants=formants)
        with _deck(name, song.duration_s, memory.bands, head, output, open_output) as deck:
            yield deck


@contextlib.contextmanager
def alone_deck(
    name: str, context: float, card: CardConfig, *, speed: float, formants: Formants, given: bool
) -> Iterator[Deck]:
    """A deck on which a memory sings alone.

    Args:
        given: whether another memory was named, which nothing could be done with.
    """
    from ctxaudio import load_alone
    from ctxaudio.playback.alone_head import AloneHead
    from ctxaudio.playback.output import Output

    if given or formants is not None:
        raise click.UsageError(
            f"{name} sings alone and has one knob, pitch; it goes without --memory and --formants."
        )
    memory = load_alone(name)

    def open_output() -> Output:
        return Output(card, memory.sample_rate, memory.n_channels)

    with contextlib.closing(open_output()) as output:
        head = AloneHead(memory, context, speed=speed)
        with _deck(name, memory.duration_s, memory.bands, head, output, open_output) as deck:
            yield deck


@contextlib.contextmanager
def input_deck(
    memory: SongMemory, context: float, card: CardConfig, *, formants: Formants = None
) -> Iterator[Deck]:
    """A deck on which a live input sounds."""
    from ctxaudio.playback.live_input import LiveInput
    from ctxaudio.playback.output import Output

    with contextlib.closing(Output(card, None, _INPUTS, _INPUTS)) as output:
        source = LiveInput(memory, output.incoming, output.sample_rate, context, formants=formants)

        def reopen() -> Output:
            again = Output(card, source.sample_rate, _INPUTS, _INPUTS)
            source.incoming = again.incoming
            return again

        with _deck("input", None, memory.bands, source, output, reopen) as deck:
            yield deck


_INPUTS = 2  # channels of a live input


@contextlib.contextmanager
def _deck(
    name: str,
    duration_s: float | None,
    bands: BandConfig,
    source: Source,
    output: Output,
    reopen: Callable[[], Output],
) -> Iterator[Deck]:
    from ctxaudio.playback.player import Player

    # To look for garbage in all that is loaded stops every thread for longer than the sound lasts.
    gc.freeze()
    try:
        with Player(source, output, reopen) as player:
            sound = source.sample_rate, source.n_channels
            deck = Deck(player, name, duration_s, sound, bands.centres)
            try:
                yield deck
            finally:
                # Whatever ended it, what was recorded is kept.
                deck.end_recording()
    finally:
        gc.unfreeze()


def last_word(deck: Deck, reporter: Reporter, **facts: Any) -> None:
    """Say what was played."""
    status = deck.status
    of_s = deck.duration_s
    reporter.done(
        f"played {deck.name} to {clock(status.position_s)}"
        f"{'' if of_s is None else f' of {clock(of_s)}'}, {status.underruns} underruns",
        input=deck.name,
        semitones=status.context,
        position_s=round(status.position_s, 3),
        duration_s=None if of_s is None else round(of_s, 6),
        underruns=status.underruns,
        late=status.late,
        load=round(status.load, 4),
        **facts,
    )
