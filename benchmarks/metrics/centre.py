"""Where does the spectrum as a whole lie? Else octaves moved by an octave would go unnoticed."""

from __future__ import annotations

import numpy as np

from benchmarks.metrics.validate import Sound, validate


def spectral_centre_error(reference: Sound, estimated: Sound, rate: int) -> float:
    """How far the centre of the spectrum is from the truth's, in semitones.

    The centre is the mean of log frequency, weighted by power, over the whole sound, 20 Hz and up.
    """
    validate(reference, estimated)
    centres = []
    for sound in (reference, estimated):
        taper = np.hanning(sound.shape[1])
        power = np.sum(np.abs(np.fft.rfft(sound * taper, axis=1)) ** 2, axis=0)
        hertz = np.fft.rfftfreq(sound.shape[1], 1 / rate)
        heard = hertz >= 20
        centres.append(np.average(12 * np.log2(hertz[heard]), weights=power[heard] + 1e-30))
    return float(abs(centres[1] - centres[0]))
