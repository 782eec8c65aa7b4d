"""Does steady noise stay noise, or does it bubble, whistle or flutter?

In Gaussian noise the power of every bin of a short-time spectrum is distributed exponentially over
time: its variance is its squared mean. Tones among the noise make the variance smaller, holes and
flutter make it larger. Seen through a short window the measure hears flutter, through a long one
whistling and holes.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from benchmarks.metrics.validate import Sound, validate

_WINDOWS = (1024, 8192)  # samples
_FROM_HZ, _TO_HZ = 300.0, 8000.0
_EDGE_S = 0.5  # the ends of the sound are not judged


def noise_texture(original: Sound, estimated: Sound, rate: int) -> float:
    """How far variance over squared mean is from 1, in dB, mean size over windows and channels.

    0 is noise that is as random as it can be; ``original`` is only checked for its shape.
    """
    validate(original, estimated)
    edge = round(_EDGE_S * rate)
    sizes = []
    for window in _WINDOWS:
        frequency, _, spectra = signal.stft(
            estimated[:, edge:-edge], rate, nperseg=window, noverlap=window // 2
        )
        heard = (frequency >= _FROM_HZ) & (frequency <= _TO_HZ)
        power = np.abs(spectra[:, heard]) ** 2
        spread = np.mean(power.var(axis=-1) / power.mean(axis=-1) ** 2, axis=-1)
        sizes.append(np.abs(10 * np.log10(spread)))
    return float(np.mean(sizes))
