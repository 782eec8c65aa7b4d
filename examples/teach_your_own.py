"""An example of one's own: two copies of two tones in which only the upper tone moves.

``python examples/teach_your_own.py PICTURE``
"""

import sys

import matplotlib.pyplot as plt
import numpy as np

from ctxaudio import ContextShift, Example, Sound, recall_field

RATE = 22_050


def two_tones(semitones: float) -> Sound:
    """A low tone that stays, and a high one that is moved."""
    time_s = np.arange(RATE) / RATE
    low = np.sin(2.0 * np.pi * 220.0 * time_s)
    high = np.sin(2.0 * np.pi * 1760.0 * 2.0 ** (semitones / 12.0) * time_s)
    return Sound(0.4 * (low + high)[None], RATE)


def main(picture: str) -> None:
    """Teach copies a fifth of a semitone away; draw what is recalled of each tone's band."""
    song = two_tones(0.0)
    effect = ContextShift.teach(song, [Example(two_tones(0.2 * c), c) for c in (-1.0, 1.0)])

    contexts = np.arange(-10.0, 11.0)
    moved = np.array([recall_field(effect.memory, c).displacement.mean(axis=0) for c in contexts])
    centres = 440.0 * 2.0 ** (effect.memory.bands.centres / 12.0)  # Hz
    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    for hz in (220.0, 1760.0):
        axes.plot(contexts, moved[:, np.abs(centres - hz).argmin()], label=f"{hz:g} Hz")
    axes.axvspan(-1.0, 1.0, alpha=0.15, label="taught")
    axes.set(xlabel="context", ylabel="displacement, semitones")
    axes.legend()
    figure.savefig(picture, dpi=80)
    moved_most = recall_field(effect.memory, 10.0).displacement.max()
    print(f"{effect(song, context=10.0)!r}: at most {moved_most:.2f} semitones up")


if __name__ == "__main__":
    main(sys.argv[1])
