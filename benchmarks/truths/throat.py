"""Five formants in cascade: what a mouth makes of a source, by frequency."""

from __future__ import annotations

import numpy as np

from benchmarks.truths.harmonics import Vector

VOWELS_HZ = (  # Hz of five formants: a, e, i, o, u
    (700, 1150, 2600, 3300, 4200),
    (450, 1750, 2500, 3400, 4300),
    (300, 2150, 2800, 3500, 4400),
    (450, 850, 2500, 3200, 4100),
    (330, 750, 2300, 3100, 4000),
)
_WIDTHS_HZ = (80.0, 100.0, 130.0, 180.0, 250.0)


def throat_gain(hertz: Vector, formants: Vector) -> Vector:
    """Gain at ``hertz`` of resonators in cascade, each 1 at 0 Hz; ``formants`` broadcasts to it."""
    gain = np.ones(np.broadcast_shapes(hertz.shape, formants[0].shape))
    for centre, width in zip(formants, _WIDTHS_HZ, strict=True):
        gain = gain / np.sqrt((1 - (hertz / centre) ** 2) ** 2 + (width * hertz / centre**2) ** 2)
        # far above its resonance each falls by 12 dB an octave; a throat has more of them above
        gain = gain * np.sqrt(1 + (hertz / (1.3 * centre)) ** 4) ** 0.7
    return np.asarray(gain)
