"""Peak resident memory of commands on songs of several lengths: ``python -m benchmarks.memory``.

Each command runs in a process of its own, whose largest resident size the operating system tells.
The first line is the floor: what a process has taken once all libraries are loaded that a shift
needs, and nothing is done. A song of an hour takes minutes: ``--seconds 3600 7200``. What is
compiled at the first time takes more: run it twice.

``--card`` measures ``live`` and ``play`` as well, on a sound card such as ``python -m
benchmarks.live`` names. ``live`` goes to the song's end at once; ``play`` takes a quarter of its
length.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.costs import cost_of, write_music
from benchmarks.runner import say, write_json

_SHIFT = "+4"
_LEFT_S = 3.0  # of the song, that live plays
_LIBRARIES = (
    "import numpy, scipy.fft, scipy.linalg, scipy.ndimage, soundfile, soxr, ctxaudio\n"
    "from ctxaudio import ContextShift\n"
    "from rnn.compiled import compiled\n"
    "compiled(lambda number: number + 1)(1)\n"
)


def commands(song: Path, folder: Path, *, card: bool) -> dict[str, list[str]]:
    """What is measured, in order: what the first command has written, others read."""
    memory, made = str(folder / "song.memory"), str(folder / "made.wav")
    shift = ["shift", str(song), _SHIFT, "-o", made, "--force", "-q", "--no-cache"]
    play = {
        "live": ["live", str(song), "--no-ui", "--no-cache"],
        "live --memory": ["live", str(song), "--no-ui", "--memory", memory],
        "live --speed": ["live", str(song), "--no-ui", "--memory", memory, "--speed", "0.8"],
        "play --speed": ["play", str(song), _SHIFT, "--memory", memory, "--speed", "4"],
    }
    other = str(folder / "other.memory")
    return {
        "teach": ["teach", str(song), "-o", memory, "--force", "-q"],
        "shift --memory": [*shift, "--memory", memory],
        "shift": shift,
        "shift to FLAC": [*shift[:4], str(folder / "made.flac"), *shift[5:]],
        "shift --speed": [*shift, "--memory", memory, "--speed", "0.8"],
        "shift --drums keep": [*shift, "--memory", memory, "--drums", "keep"],
        "shift --formants keep": [*shift, "--formants", "keep"],
        "teach --network trained": ["teach", str(song), "-o", other, "-q", "--network", "trained"],
        "info": ["info", str(song)],
        "info of a memory": ["info", memory],
        **(play if card else {}),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit status is 1 where a command does not work."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--seconds", type=float, nargs="+", default=[10.0, 60.0, 180.0])
    parser.add_argument(
        "--only", nargs="+", metavar="COMMAND", help="such as teach 'shift --speed'"
    )
    parser.add_argument("--card", action="store_true", help="measure play and live as well")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    options = parser.parse_args(arguments)
    figures: dict[str, dict[str, float]] = {}
    try:
        floor = cost_of([sys.executable, "-c", _LIBRARIES]).peak_mib
        print(f"libraries alone: {floor:.0f} MiB")
        for seconds in options.seconds:
            with tempfile.TemporaryDirectory() as name:
                song = Path(name) / "song.wav"
                write_music(song, seconds)
                at_the_end = f"seek {seconds - _LEFT_S:g}\n"
                for label, words in commands(song, Path(name), card=options.card).items():
                    if options.only and label not in options.only:
                        continue
                    command = [sys.executable, "-m", "cli", *words]
                    peak = cost_of(command, typed=at_the_end).peak_mib
                    figures.setdefault(label, {})[f"{seconds:g}"] = peak
                    print(f"{label}, {seconds:g} s: {peak:.0f} MiB", flush=True)
    except RuntimeError as error:
        say(str(error))
        return 1
    write_json(options.json, {"libraries_mib": floor, "peak_mib": figures})
    return 0


if __name__ == "__main__":
    sys.exit(main())
