"""The samples as they are and as a memory sings them alone: ``python -m benchmarks.alone_samples``.

``--picture`` draws their spectrograms side by side; ``--sounds`` writes what is heard.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.runner import one_thread, say

SAMPLES = ("band", "voice", "fantaisie")
CONTEXTS = (0.0, 5.0, -12.0)
SECONDS = 8.0
_KBITS = 64  # of Opus
_OPUS_RATE = 48_000


def sung(name: str) -> dict[str, tuple[np.ndarray, int]]:
    """A sample, and what its memory sings at some contexts: samples (channel, time) and rate."""
    from ctxaudio import Sound, load_sound, sing, teach_alone

    song, _ = load_sound(f"samples/{name}.flac")
    n = round(SECONDS * song.sample_rate)
    song = Sound(np.ascontiguousarray(np.asarray(song.samples)[:, :n]), song.sample_rate)
    memory = teach_alone(song)
    say(f"{name}: {memory.bits_s / 1e3:.0f} kbit/s")
    found = {"song": (np.asarray(song.samples), song.sample_rate)}
    for context in CONTEXTS:
        made = sing(memory, context)
        found[f"{context:+g}"] = (made.read(0, made.n_samples), song.sample_rate)
    return found


def draw(found: dict[str, dict[str, tuple[np.ndarray, int]]], path: Path) -> None:
    """Spectrograms: a row for each sample, a column for the song and each context."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from PIL import Image

    from ctxaudio.analysis.load_librosa import load_librosa

    librosa = load_librosa()
    columns = list(next(iter(found.values())))
    figure, grid = plt.subplots(len(found), len(columns), figsize=(9.0, 5.2), sharey=True)
    for row, (name, sounds) in zip(grid, found.items(), strict=True):
        for axes, column in zip(row, columns, strict=True):
            samples, rate = sounds[column]
            size = np.abs(librosa.stft(samples.mean(axis=0), n_fft=2048, hop_length=512))
            level_db = 20.0 * np.log10(np.maximum(size, 1e-4))
            extent = (0.0, SECONDS, 0.0, rate / 2000.0)
            axes.imshow(
                level_db,
                origin="lower",
                aspect="auto",
                vmin=-30,
                vmax=40,
                extent=extent,
                cmap=plt.get_cmap("Greys", 6),
            )
            axes.set(ylim=(0.0, 8.0), xticks=[], yticks=[0, 4, 8])
            if name == next(iter(found)):
                axes.set_title("the song" if column == "song" else f"recalled at {column}")
        row[0].set_ylabel(f"{name}, kHz")
    figure.tight_layout()
    figure.savefig(path, dpi=60)
    with Image.open(path) as image:  # few greys take few bytes
        small = image.convert("L").quantize(8)
    small.save(path, optimize=True)


def write(found: dict[str, dict[str, tuple[np.ndarray, int]]], folder: Path) -> None:
    """Each as a file of Opus."""
    import soxr

    from ctxaudio import FileFormat, Sound, fit_full_scale
    from ctxaudio.sound.bit_rates import BitRate
    from ctxaudio.sound.writing import encode

    folder.mkdir(parents=True, exist_ok=True)
    for name, sounds in found.items():
        for column, (samples, rate) in sounds.items():
            resampled = soxr.resample(samples.T, rate, _OPUS_RATE).T.astype(np.float32)
            sound, _ = fit_full_scale(Sound(np.ascontiguousarray(resampled), _OPUS_RATE))
            with open(folder / f"{name}{'' if column == 'song' else column}.ogg", "w+b") as file:
                encode(file, sound, FileFormat("OGG", "OPUS"), bit_rate=BitRate(1_000 * _KBITS))


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.alone_samples", description=__doc__)
    parser.add_argument("--picture", type=Path, metavar="FILE")
    parser.add_argument("--sounds", type=Path, metavar="FOLDER")
    options = parser.parse_args(arguments)
    one_thread()
    found = {name: sung(name) for name in SAMPLES}
    if options.picture is not None:
        draw(found, options.picture)
    if options.sounds is not None:
        write(found, options.sounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
