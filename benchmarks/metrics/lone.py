"""Is a lone sine still there, as loud as it was, and in tune?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import signal

from benchmarks.metrics.validate import Sound, validate

_SKIPPED_S = 0.3  # at both ends of a tone
_SEARCH_SEMITONES = 1.0
_SILENT_DB = -60.0
_LOWEST_HZ, _HIGHEST_HZ = 20.0, 20000.0


class LoneScore(NamedTuple):
    """Over all tones: of level the worst, for a lost tone is lost; of pitch all."""

    lone_level_db: float  # largest error of level
    lone_cents: float  # mean error of pitch


def _peak(tone: Sound, rate: int, near_hz: float) -> tuple[float, float]:
    """Frequency in Hz and amplitude of the largest peak within a semitone."""
    reach = 2 ** (_SEARCH_SEMITONES / 12)
    taper = signal.get_window("blackman", tone.shape[1])
    size = 1 << int(np.ceil(np.log2(16 * tone.shape[1])))
    louder = int(np.argmax(np.sum(tone.astype(np.float64) ** 2, axis=1)))
    spectrum = np.abs(np.fft.rfft(tone[louder] * taper, size))
    low, high = int(near_hz / reach * size / rate), int(near_hz * reach * size / rate) + 2
    place = low + int(np.argmax(spectrum[low:high]))
    before, here, after = np.log(np.maximum(spectrum[place - 1 : place + 2], 1e-30))
    bend = before - 2 * here + after
    offset = 0.0 if bend == 0 else 0.5 * (before - after) / bend
    return (place + offset) * rate / size, float(2 * np.exp(here) / taper.sum())


def lone_scores(
    original: Sound,
    estimated: Sound,
    rate: int,
    *,
    semitones: float,
    onsets_s: Sequence[float],
    tones_hz: Sequence[float],
    lasting_s: float,
) -> LoneScore:
    """Errors of level (dB) and pitch (cents), of tones that stay within 20 Hz to 20 kHz.

    Level and pitch are those of the input's own tone, measured alike. A tone that is not within a
    semitone of where it should be has lost all its level, 60 dB, and is out by 100 cents.
    """
    validate(original, estimated)
    ratio = 2 ** (semitones / 12)
    levels, cents = [], []
    for onset, hertz in zip(onsets_s, tones_hz, strict=True):
        if not _LOWEST_HZ <= hertz * ratio <= _HIGHEST_HZ:
            continue
        inside = slice(
            round((onset + _SKIPPED_S) * rate), round((onset + lasting_s - _SKIPPED_S) * rate)
        )
        old_hz, old = _peak(original[:, inside], rate, hertz)
        new_hz, new = _peak(estimated[:, inside], rate, hertz * ratio)
        change = 20 * np.log10(max(new, 1e-12) / old)
        lost = change < _SILENT_DB
        levels.append(abs(max(change, _SILENT_DB)))
        cents.append(100.0 if lost else min(100.0, abs(1200 * np.log2(new_hz / old_hz / ratio))))
    return LoneScore(lone_level_db=max(levels), lone_cents=float(np.mean(cents)))
