"""Spectrograms of what peers made of a sound, next to the truth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from benchmarks.peers import Peer
from benchmarks.truths import RATE, Material, Samples
from ctxaudio.analysis.load_librosa import load_librosa

matplotlib.use("Agg")  # a file is written, no screen is needed


def _spectrogram(axes: Axes, samples: Samples, title: str, top: float) -> None:
    magnitude = np.abs(load_librosa().stft(samples.mean(axis=0), n_fft=4096, hop_length=512))
    level = 20 * np.log10(np.maximum(magnitude / top, 1e-5))
    seconds = samples.shape[1] / RATE
    extent = (0.0, seconds, 0.0, RATE / 2000)
    axes.imshow(level, origin="lower", aspect="auto", vmin=-80, vmax=0, extent=extent)
    axes.set(title=title, ylim=(0, 12))


def draw(peers: Sequence[Peer], material: Material, shift: int, folder: Path) -> Path:
    """Write ``MATERIAL+SHIFT.png``: the truth, then every peer, on one dB scale (mid signal)."""
    original, truth = material.render(0), material.render(shift)
    panels = {"truth": truth}
    panels |= {peer.name: peer.prepare(original, RATE)(shift) for peer in peers}
    top = float(np.abs(load_librosa().stft(truth.mean(axis=0), n_fft=4096, hop_length=512)).max())
    rows = -(-len(panels) // 2)
    figure, grid = plt.subplots(rows, 2, figsize=(14, 3.2 * rows), squeeze=False)
    for axes, (name, samples) in zip(grid.flat, panels.items(), strict=False):
        _spectrogram(axes, samples, name, top)
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    figure.suptitle(f"{material.name}, {shift:+d} semitones: kHz over s, 0 to -80 dB")
    figure.tight_layout()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{material.name}{shift:+d}.png"
    figure.savefig(path, dpi=80)
    plt.close(figure)
    return path
