"""What is read of each format beside ffmpeg's decoding: ``python -m benchmarks.formats``.

Each file is drawn here, decoded by the project and by ffmpeg's libraries (PyAV) with nothing else
said, and compared sample by sample. Then files that decoders read by half: chained, joined, and
MP3s of varying bitrate that do not say how long they are.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from benchmarks.ffmpeg import decoded_by_ffmpeg
from benchmarks.fuzzing import wholes
from benchmarks.runner import write_json
from ctxaudio import load_sound

_MOST_LATE = 2000  # samples, by which decoders begin at another one


class Compared(NamedTuple):
    """A file as it is decoded twice."""

    kind: str
    n_samples: int
    n_of_ffmpeg: int
    late: int  # samples by which ffmpeg's begin earlier
    difference: float  # the largest; full scale is 1


def compare(kind: str, data: bytes) -> Compared:
    """A file, decoded twice."""
    ours, theirs = load_sound(io.BytesIO(data))[0].samples, decoded_by_ffmpeg(data)
    best = (0, np.inf)
    for late in (0, *range(-_MOST_LATE, _MOST_LATE)):
        one, other = ours[:, max(-late, 0) :], theirs[:, max(late, 0) :]
        n = min(one.shape[1], other.shape[1])
        difference = float(np.abs(one[:, :n] - other[:, :n]).max())
        if difference < best[1]:
            best = (late, difference)
        if late == 0 and difference < 1e-4:
            break
    return Compared(kind, ours.shape[1], theirs.shape[1], *best)


def joined() -> dict[str, tuple[bytes, int]]:
    """Files that are read by half, and how many samples are in them."""
    n = wholes.N_SAMPLES
    kinds = (("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"), ("FLAC", "PCM_16"))
    files = {f"two {kind[0]} {kind[1]}": (2 * wholes.sound_file(*kind), 2 * n) for kind in kinds}
    noise = 0.3 * np.random.default_rng(0).standard_normal(10 * wholes.RATE)
    noise[6 * wholes.RATE :] = 0.0
    file = io.BytesIO()
    with soundfile.SoundFile(
        file, "w", wholes.RATE, 1, format="MP3", compression_level=0.5, bitrate_mode="VARIABLE"
    ) as writer:
        writer.write(noise)
    data = file.getvalue()
    second = data.index(data[:2], 4)  # the first frame says how many follow
    return {**files, "MP3 of varying bitrate, no count": (data[second:], len(noise))}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.formats", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to FILE")
    options = parser.parse_args(arguments)
    print(f"{'':24}{'samples':>9}{'ffmpeg':>9}{'late':>7}{'largest difference':>20}")
    found = [compare(" ".join(kind), wholes.sound_file(*kind)) for kind in wholes.SOUNDS]
    for each in found:
        print(
            f"{each.kind:24}{each.n_samples:9}{each.n_of_ffmpeg:9}{each.late:7}"
            f"{each.difference:20.1e}"
        )
    print(f"{'':36}{'samples':>9}{'ours':>9}{'ffmpeg':>9}{'libsndfile':>12}")
    halves = {}
    for kind, (data, n_samples) in joined().items():
        ours = load_sound(io.BytesIO(data))[0].n_samples
        alone = len(soundfile.read(io.BytesIO(data))[0])
        halves[kind] = (n_samples, ours, decoded_by_ffmpeg(data).shape[1], alone)
        print(
            f"{kind:36}"
            + "".join(f"{n:{width}}" for n, width in zip(halves[kind], (9, 9, 9, 12), strict=True))
        )
    write_json(options.json, {"formats": [each._asdict() for each in found], "joined": halves})
    return 0


if __name__ == "__main__":
    sys.exit(main())
