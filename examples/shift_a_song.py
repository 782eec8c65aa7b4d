"""A song a fifth higher: what stands in each frame moves up, and when it sounds stays.

``python examples/shift_a_song.py PICTURE``
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt

from ctxaudio import ContextShift, Sound, load_sound

SAMPLES = Path(__file__).parents[1] / "samples"


def main(picture: str) -> None:
    """Shift two seconds of the piano and draw both."""
    whole, _ = load_sound(SAMPLES / "fantaisie.flac")
    rate = whole.sample_rate
    song = Sound(whole.samples[:, 2 * rate : 4 * rate], rate)
    effect = ContextShift.teach(song)
    higher = effect(song, context=7.0)

    figure, panels = plt.subplots(1, 2, figsize=(8, 3), sharey=True, layout="constrained")
    for axes, sound, title in zip(panels, (song, higher), ("as it is", "+7"), strict=True):
        mono = sound.samples.mean(axis=0) + 1e-9
        axes.specgram(mono, NFFT=4096, Fs=rate, noverlap=3584, vmin=-110)
        axes.set(title=title, xlabel="s", ylim=(60.0, 4000.0), yscale="log")
    panels[0].set_ylabel("Hz")
    figure.savefig(picture, dpi=80)
    print(f"as long as before: {higher.duration_s:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1])
