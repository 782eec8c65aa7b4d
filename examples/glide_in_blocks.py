"""A steady tone, block by block, while the context is turned like a knob.

``python examples/glide_in_blocks.py PICTURE``
"""

import sys

import matplotlib.pyplot as plt
import numpy as np

from ctxaudio import ContextShift, Sound

RATE, BLOCK, HZ = 22_050, 512, 220.0


def main(picture: str) -> None:
    """Turn an octave up and back within two seconds; draw the pitch that is heard."""
    time_s = np.arange(2 * RATE) / RATE
    song = Sound(0.5 * np.sin(2.0 * np.pi * HZ * time_s)[None], RATE)
    effect = ContextShift.teach(song)

    asked, heard = [], []
    for start in range(0, len(time_s), BLOCK):
        effect.context = 12.0 * np.sin(np.pi * start / len(time_s))
        heard.append(effect.process(song.samples[:, start : start + BLOCK])[0])
        asked.append(effect.context)

    # The pitch of a single sine, from the phase of its analytic signal.
    sound = np.concatenate(heard)[effect.latency_samples :]
    spectrum = np.fft.fft(sound)
    spectrum[len(sound) // 2 :] = 0.0
    phase = np.unwrap(np.angle(np.fft.ifft(spectrum)))
    semitones = 12.0 * np.log2(np.diff(phase)[400:-400] * RATE / (2.0 * np.pi) / HZ)

    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    axes.step(np.arange(len(asked)) * BLOCK / RATE, asked, where="post", label="context")
    axes.plot(np.arange(len(semitones)) / RATE, semitones, label="heard, latency taken out")
    axes.set(xlabel="s", ylabel="semitones")
    axes.legend()
    figure.savefig(picture, dpi=80)
    print(f"{semitones.max():.2f} semitones at most")


if __name__ == "__main__":
    main(sys.argv[1])
