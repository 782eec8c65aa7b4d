"""Rebuild the sample recordings: ``python samples/make_samples.py --out samples``."""

import argparse
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from pieces import (
    LENGTHS_S,
    PIECES,
    VOICE_SEED,
    MissingToolError,
    find_soundfont,
    master,
    note_events,
    render,
    sing,
)


def perform(piece: str, soundfont: Path | None) -> tuple[npt.NDArray[np.float64], int]:
    """Play or sing ``piece``: samples of shape (time, 2) and their rate in Hz."""
    if piece == "voice":
        return sing(rng=np.random.default_rng(VOICE_SEED))
    return render(note_events(piece), soundfont or find_soundfont())


def write_flac(path: Path, samples: npt.NDArray[np.float64], rate: int) -> None:
    """Write 16-bit FLAC under a temporary name, so that ``path`` is never half a file."""
    part = path.with_name(f".{path.name}.part")
    try:
        soundfile.write(part, samples, rate, format="FLAC", subtype="PCM_16")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def main() -> int:
    """Parse the command line, build the recordings, and say what was written."""
    parser = argparse.ArgumentParser(description="Rebuild the sample recordings.")
    parser.add_argument("--out", type=Path, default=Path(), help="folder to write to")
    parser.add_argument("--soundfont", type=Path, help="General MIDI SF2 file (else searched for)")
    parser.add_argument("--piece", choices=PIECES, action="append", help="build only this piece")
    arguments = parser.parse_args()
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
        for piece in arguments.piece or PIECES:
            samples, rate = perform(piece, arguments.soundfont)
            path = arguments.out / f"{piece}.flac"
            write_flac(path, master(samples, rate, length_s=LENGTHS_S[piece]), rate)
            print(f"{path}: {LENGTHS_S[piece]:.1f} s")
    except (MissingToolError, OSError, RuntimeError) as error:
        print(f"make_samples: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
