"""Shifting while it sounds: ``python -m benchmarks.live block|latency|sweep|knob|underruns|sound``.

``block`` is the time for every block of a stream, ``latency`` its delay, and its memory over an
hour. ``sweep`` moves the knob while a tone sounds: clicks, and how exactly the pitch follows.
``knob`` is the time that a turn takes to be heard, with ``--card`` as JACK takes it from a player.
``underruns`` plays on a sound card while the machine is busy. ``sound`` is the price of live
input's shorter window. ``all`` does everything that needs no sound card.

Without a sound card, JACK's dummy driver is one; in the same shell::

    export JACK_DEFAULT_SERVER=bench JACK_NO_START_SERVER=1
    jackd --no-realtime -n bench -d dummy -r 44100 -p 256 &
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

import threadpoolctl

from benchmarks.live_card import print_card_turns, print_playing
from benchmarks.live_sound import print_sound
from benchmarks.live_stream import print_blocks, print_delays, print_memory
from benchmarks.live_sweep import print_sweeps, print_turns
from benchmarks.runner import add_options, one_thread, say, write_json
from ctxaudio import DataError

Figure = Callable[[argparse.Namespace], dict[str, object]]


def _block(options: argparse.Namespace) -> dict[str, object]:
    return print_blocks(60.0 * (options.minutes or 5.0))


def _latency(options: argparse.Namespace) -> dict[str, object]:
    return {"delay": print_delays(), "memory": print_memory(options.hours)}


def _sweep(options: argparse.Namespace) -> dict[str, object]:
    return print_sweeps(options.slow)


def _knob(options: argparse.Namespace) -> dict[str, object]:
    found: dict[str, object] = {"playhead": print_turns()}
    if options.card:
        found["card"] = print_card_turns()
    return found


def _underruns(options: argparse.Namespace) -> dict[str, object]:
    return print_playing(options.minutes or 10.0, options.busy)


FIGURES: dict[str, Figure] = {
    "block": _block,
    "latency": _latency,
    "sweep": _sweep,
    "knob": _knob,
    "sound": print_sound,
}
NEEDS_CARD: dict[str, Figure] = {"underruns": _underruns}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.live",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("figure", choices=[*FIGURES, *NEEDS_CARD, "all"])
    parser.add_argument("--minutes", type=float, help="block: of music (5); underruns: (10)")
    parser.add_argument("--hours", type=float, default=1.0, help="latency: for memory (1)")
    parser.add_argument("--slow", type=float, default=60.0, help="sweep: seconds (60)")
    parser.add_argument("--card", action="store_true", help="knob: with a player on JACK as well")
    parser.add_argument("--busy", type=int, default=1, help="underruns: cores kept busy (1)")
    parser.add_argument("--quick", action="store_true", help="sound: one shift, less material")
    add_options(parser)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit status is 1 where a sound card is needed and missing."""
    options = _parser().parse_args(arguments)
    known = FIGURES | NEEDS_CARD
    names = list(FIGURES) if options.figure == "all" else [options.figure]
    one_thread()
    content: dict[str, object] = {}
    try:
        with threadpoolctl.threadpool_limits(1):
            for name in names:
                content[name] = known[name](options)
    except (DataError, RuntimeError) as error:
        say(str(error))
        return 1
    write_json(options.json, content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
