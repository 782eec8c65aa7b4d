"""The README's picture: ``python -m benchmarks.picture SONG PICTURE``.

A song as it is and as its memory has it a fifth lower and higher, and what the network recalls:
the displacement of every band at contexts far outside the two that it was taught.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ctxaudio import ContextShift, Sound, load_sound, recall_field
from ctxaudio.analysis.load_librosa import load_librosa

matplotlib.use("Agg")  # a file is written, no screen is needed

SHOWN = (-7.0, 0.0, 7.0)
SWEEP = np.arange(-24.0, 25.0, 1.0)
_FROM_S, _TO_S = 1.3, 5.3


def _spectrogram(axes: Axes, sound: Sound, title: str, top: float | None) -> float:
    first, end = round(_FROM_S * sound.sample_rate), round(_TO_S * sound.sample_rate)
    mono = sound.samples[:, first:end].mean(axis=0)
    librosa = load_librosa()
    magnitude = np.abs(librosa.stft(mono, n_fft=4096, hop_length=256))
    top = top or float(magnitude.max())
    axes.imshow(
        librosa.amplitude_to_db(magnitude, ref=top, amin=1e-4 * top),
        origin="lower",
        aspect="auto",
        cmap="magma",
        vmin=-75,
        vmax=0,
        extent=(_FROM_S, _TO_S, 0.0, sound.sample_rate / 2000.0),
    )
    axes.set(title=title, xlabel="s", ylim=(0.0, 5.0))
    return top


def _recall(axes: Axes, effect: ContextShift) -> None:
    middle, low, high = [], [], []
    for context in SWEEP:
        displacement = recall_field(effect.memory, float(context)).displacement
        middle.append(np.median(displacement))
        low.append(displacement.min())
        high.append(displacement.max())
    error_cents = 100.0 * max(np.max(high - SWEEP), np.max(SWEEP - low))
    axes.fill_between(SWEEP, low, high, alpha=0.3, color="C1")
    axes.plot(SWEEP, middle, color="C1", label="recalled")
    taught = np.array(effect.memory.contexts)
    axes.plot(taught, taught, "ko", label="taught")
    axes.set(
        title=f"all bands and frames: ±{error_cents:.1f} cents",
        xlabel="context",
        ylabel="displacement, semitones",
    )
    axes.legend()


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw the picture."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.picture", description=__doc__)
    parser.add_argument("song", type=Path)
    parser.add_argument("picture", type=Path)
    options = parser.parse_args(arguments)
    song, _ = load_sound(options.song)
    effect = ContextShift.teach(song)
    figure, panels = plt.subplots(1, 4, figsize=(17, 4.2), width_ratios=(1, 1, 1, 0.9))
    top = None
    order = sorted(SHOWN, key=abs)  # the song itself first: it sets the scale
    for context in order:
        title = f"{context:+g} semitones" if context else f"{options.song.stem}, as it is"
        shifted = effect(song, context)
        top = _spectrogram(panels[SHOWN.index(context)], shifted, title, top)
    panels[0].set_ylabel("kHz")
    _recall(panels[3], effect)
    figure.tight_layout()
    figure.savefig(options.picture, dpi=75)
    return 0


if __name__ == "__main__":
    sys.exit(main())
