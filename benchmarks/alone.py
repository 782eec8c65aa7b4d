"""A memory that sings alone: its bits, its clock, its speed: ``python -m benchmarks.alone``.

How like the song it is, at its own pitch, for the bits a second that it takes, beside Opus at as
many; how many frames it loses while it keeps its own time for an hour; and how many times as fast
as it sounds it is taught and recalled. How good it is at other pitches, ``python -m
benchmarks.sound --peers ctxaudio-alone rubberband-r3`` says, and ``benchmarks.pitch``.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks import metrics
from benchmarks.runner import add_options, find_pieces, one_thread, say, spread, write_json
from benchmarks.truths import RATE, Material, Samples

SLACKS = (1.0, 2.0, 4.0, 8.0)
OPUS_KBITS = (12, 16, 24, 32, 48, 64, 96, 128)  # kbit/s, of two channels
CONTEXTS = (0.0, 12.0, -12.0, 24.0, -24.0)
HOUR_S = 3_600.0
SONG_S = 60.0
_OPUS_RATE = 48_000
_AT_A_TIME = 4_096  # frames


class Kept(NamedTuple):
    """How like a song something is that was kept of it."""

    song: str
    by: str
    kbits_s: float
    lsd_db: float
    cqt_cosine: float


class Timed(NamedTuple):
    """How many times as fast as it sounds a minute is taught and recalled, on one thread."""

    teaching: float
    recall: float


def by_memory(song: str, samples: Samples, slack: float) -> Kept:
    """What a memory sings at the song's own pitch."""
    from ctxaudio import Sound, sing, teach_alone

    memory = teach_alone(Sound(samples, RATE), slack=slack, threads=1)
    sung = sing(memory)
    return _kept(
        song, f"memory, slack {slack:g}", memory.bits_s, samples, sung.read(0, sung.n_samples)
    )


def by_opus(song: str, samples: Samples, kbits: int) -> Kept:
    """What Opus keeps of it, of a file at 48 kHz."""
    import soxr

    from ctxaudio import FileFormat, Sound, load_sound
    from ctxaudio.sound.bit_rates import BitRate
    from ctxaudio.sound.writing import encode

    resampled = soxr.resample(samples.T, RATE, _OPUS_RATE).T
    file = io.BytesIO()
    sound = Sound(np.ascontiguousarray(resampled, np.float32), _OPUS_RATE)
    encode(file, sound, FileFormat("OGG", "OPUS"), bit_rate=BitRate(1_000 * kbits))
    bits_s = 8.0 * len(file.getvalue()) * RATE / samples.shape[1]
    file.seek(0)
    back = np.asarray(load_sound(file)[0].samples)
    decoded = soxr.resample(back.T, _OPUS_RATE, RATE).T[:, : samples.shape[1]]
    missing = samples.shape[1] - decoded.shape[1]
    decoded = np.pad(decoded, ((0, 0), (0, missing))).astype(np.float32)
    return _kept(song, f"Opus, {kbits}", bits_s, samples, decoded)


def _kept(song: str, by: str, bits_s: float, samples: Samples, result: Samples) -> Kept:
    return Kept(
        song,
        by,
        bits_s / 1e3,
        metrics.log_spectral_distance(samples, result, RATE),
        metrics.cqt_cosine(samples, result, RATE),
    )


def bits_of(material: Material) -> list[Kept]:
    """A piece kept by memories and by Opus, in more bits and fewer."""
    samples = material.render(0)
    return [
        *(by_memory(material.name, samples, slack) for slack in SLACKS),
        *(by_opus(material.name, samples, kbits) for kbits in OPUS_KBITS),
    ]


def lost_frames(context: float, seconds: float, seed: int) -> int:
    """How many frames a network, which keeps its own time, is not where a clock would have it."""
    from ctxaudio.analysis.frames import FrameConfig
    from ctxaudio.memory.alone.recalled import network_of

    loop = network_of(seed, (-1.0, 1.0)).loop
    n_frames = round(seconds * RATE / FrameConfig.for_rate(RATE).hop)
    state, lost = loop.start(0, context), 0
    for begin in range(0, n_frames, _AT_A_TIME):
        n = min(_AT_A_TIME, n_frames - begin)
        turned = loop.run(state, np.full((n, 1), context))
        lost += int(np.count_nonzero(turned.frames != np.arange(begin, begin + n) % loop.n_frames))
        state = turned.after
    return lost


def times_as_fast(material: Material) -> Timed:
    """Of a minute of a piece, over and over."""
    from ctxaudio import Sound, sing, teach_alone

    samples = material.render(0)
    n = round(SONG_S * RATE)
    minute = np.tile(samples, (1, -(-n // samples.shape[1])))[:, :n]
    song = Sound(np.ascontiguousarray(minute), RATE)
    teach_alone(Sound(samples[:, :RATE], RATE), threads=1)  # what is compiled is compiled
    begun = time.perf_counter()
    memory = teach_alone(song, threads=1)
    taught = time.perf_counter()
    sing(memory, 5.0)
    return Timed(SONG_S / (taught - begun), SONG_S / (time.perf_counter() - taught))


def table(kept: Sequence[Kept]) -> str:
    """A line for each way of keeping: the mean over all songs."""
    lines = ["| kept by | kbit/s | LSD, dB | CQT cosine |", "|---|---|---|---|"]
    for by in dict.fromkeys(each.by for each in kept):
        some = [each for each in kept if each.by == by]
        kbits, lsd, cosine = (np.mean([each[i] for each in some]) for i in (2, 3, 4))
        lines.append(f"| {by} | {kbits:.0f} | {lsd:.2f} | {cosine:.3f} |")
    return "\n".join(lines)


def draw(kept: Sequence[Kept], path: Path) -> None:
    """Quality against bits, of each song."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    songs = list(dict.fromkeys(each.song for each in kept))
    figure, axes = plt.subplots(1, len(songs), figsize=(3.2 * len(songs), 3.2), sharey=True)
    for axis, song in zip(np.atleast_1d(axes), songs, strict=True):
        for name, colour in (("memory", "C3"), ("Opus", "C0")):
            some = [each for each in kept if each.song == song and each.by.startswith(name)]
            axis.plot(
                [each.kbits_s for each in some],
                [each.lsd_db for each in some],
                "o-",
                color=colour,
                label=name,
                markersize=3,
            )
        axis.set(title=song, xlabel="kbit/s", xscale="log")
    np.atleast_1d(axes)[0].set_ylabel("log-spectral distance, dB")
    np.atleast_1d(axes)[0].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.alone", description=__doc__)
    parser.add_argument(
        "--parts", nargs="+", choices=("bits", "clock", "speed"), default=("bits", "clock", "speed")
    )
    parser.add_argument("--picture", type=Path, metavar="FILE", help="quality against bits (PNG)")
    parser.add_argument("--seconds", type=float, default=HOUR_S, help="of the clock (default 3600)")
    add_options(parser)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    options = _parser().parse_args(arguments)
    one_thread()
    pieces = [each for each in find_pieces(options) if each.kind in ("additive", "midi")]
    facts: dict[str, object] = {"seed": options.seed}
    if "bits" in options.parts:
        kept: list[Kept] = []
        for done, some in enumerate(spread(bits_of, pieces, jobs=options.jobs), 1):
            say(f"{done} of {len(pieces)}")
            kept += some
        print(table(kept))
        for each in kept:
            if each.by == "memory, slack 1":
                print(f"{each.song}: {each.kbits_s:.0f} kbit/s, {each.lsd_db:.2f} dB")
        facts["kept"] = [each._asdict() for each in kept]
        if options.picture is not None:
            draw(kept, options.picture)
            say(f"wrote {options.picture}")
    if "clock" in options.parts:
        work = partial(lost_frames, seconds=options.seconds, seed=options.seed)
        lost = list(spread(work, CONTEXTS, jobs=options.jobs))
        print(f"\nframes lost in {options.seconds:g} s of its own time")
        for context, n in zip(CONTEXTS, lost, strict=True):
            print(f"  context {context:+g}: {n}")
        facts["lost"] = dict(zip(map(str, CONTEXTS), lost, strict=True))
    if "speed" in options.parts:
        timed = times_as_fast(pieces[0])
        print(f"\ntimes as fast as it sounds, one thread, a minute of {pieces[0].name}")
        print(f"  taught {timed.teaching:.1f}, recalled {timed.recall:.1f}")
        facts["times_as_fast"] = timed._asdict()
    write_json(options.json, facts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
