"""Do two voices beat as fast as they should?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import signal

from benchmarks.metrics.validate import Sound, validate

_SKIPPED_S = 0.4  # at both ends of a note
_BAND_HZ = 25.0  # to each side of a partial
_SLOWEST_HZ, _FASTEST_HZ = 0.6, 24.0
_THERE_DB = -40.0  # a partial weaker than this against the truth's is lost


def _envelope(note: Sound, rate: int, near_hz: float) -> npt.NDArray[np.float64]:
    """How loud the partial near ``near_hz`` is, sample by sample, ends left out."""
    louder = note[int(np.argmax(np.sum(note.astype(np.float64) ** 2, axis=1)))]
    turned = louder * np.exp(-2j * np.pi * near_hz * np.arange(len(louder)) / rate)
    low_pass = signal.firwin(round(0.12 * rate) | 1, _BAND_HZ, fs=rate)
    return np.asarray(np.abs(signal.fftconvolve(turned, low_pass, mode="same")))


def _rate(envelope: npt.NDArray[np.float64], rate: int) -> float:
    """The envelope's strongest frequency in Hz."""
    swing = (envelope - envelope.mean()) * np.hanning(len(envelope))
    size = 1 << int(np.ceil(np.log2(16 * len(swing))))
    low, high = int(_SLOWEST_HZ * size / rate), int(_FASTEST_HZ * size / rate)
    # Of a spectrum of that size, the few lines between: it would have millions.
    band = (low * rate / size, high * rate / size)
    spectrum = np.abs(signal.zoom_fft(swing, band, high - low, fs=rate))
    return float((low + int(np.argmax(spectrum))) * rate / size)


def beat_error(
    reference: Sound,
    estimated: Sound,
    rate: int,
    *,
    onsets_s: Sequence[float],
    tones_hz: Sequence[float],
    lasting_s: float,
    numbers: Sequence[int] = (1, 3),
) -> float:
    """How wrong the rate of beats is, in percent of the truth's, mean over notes and partials.

    ``tones_hz`` are the truth's fundamentals and ``numbers`` the harmonics looked at. A partial
    that is not there is 100 % wrong, which is the worst that is counted.
    """
    validate(reference, estimated)
    errors = []
    for onset, hertz in zip(onsets_s, tones_hz, strict=True):
        first, last = onset + _SKIPPED_S, onset + lasting_s - _SKIPPED_S
        inside = slice(round(first * rate), round(last * rate))
        for number in numbers:
            ours, theirs = (
                _envelope(sound[:, inside], rate, number * hertz)
                for sound in (reference, estimated)
            )
            if theirs.mean() < ours.mean() * 10 ** (_THERE_DB / 20):
                errors.append(100.0)
                continue
            due = _rate(ours, rate)
            errors.append(min(100.0, 100 * abs(_rate(theirs, rate) / due - 1)))
    return float(np.mean(errors))
