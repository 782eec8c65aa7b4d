"""Does the result crackle or jump in level where the truth does not?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from benchmarks.metrics.validate import Sound, validate

_FRAME_S = 0.005
_CLICK_DB = 12.0  # how far a frame's residual must stick out, and more than the truth's
_FLOOR_DB = -50.0  # of the loudest frame


def _framed(sound: Sound, rate: int) -> npt.NDArray[np.float64]:
    length = round(_FRAME_S * rate)
    count = sound.shape[1] // length
    return sound[:, : count * length].astype(np.float64).reshape(len(sound), count, length)


def _decibels(power: npt.NDArray[np.float64], top: float) -> npt.NDArray[np.float64]:
    return 10 * np.log10(np.maximum(power, top * 10 ** (_FLOOR_DB / 10)))


def level_jump(reference: Sound, estimated: Sound, rate: int) -> float:
    """How far the estimate's worst jump in level exceeds the truth's near it, dB; lower is better.

    A jump is the change of level between consecutive 5-ms frames, levels being floored 50 dB below
    the truth's loudest frame. It is compared with the truth's largest within 25 ms, not with the
    same frame's: how partials beat depends on phases that a perfect shifter is free to choose. For
    the same reason a few dB mean nothing.
    """
    validate(reference, estimated)
    ours, theirs = (np.mean(_framed(s, rate) ** 2, axis=(0, 2)) for s in (reference, estimated))
    top = float(ours.max())
    jumps = [np.abs(np.diff(_decibels(power, top))) for power in (ours, theirs)]
    allowed = ndimage.maximum_filter1d(jumps[0], size=11)
    return float(max(0.0, np.max(jumps[1] - allowed)))


def _prominence(sound: Sound, rate: int, top: float) -> npt.NDArray[np.float64]:
    """How far each 5-ms frame's peak of the residual lies above its neighbourhood's median, dB."""
    peaks = _framed(np.diff(sound.astype(np.float64), n=3, axis=1), rate) ** 2
    level = _decibels(peaks.max(axis=2), top)
    return np.asarray(level - ndimage.median_filter(level, size=(1, 21), mode="nearest"))


def click_rate(reference: Sound, estimated: Sound, rate: int) -> float:
    """Clicks per second that the truth does not have; lower is better, 0 is none.

    A third difference leaves little of music and much of a discontinuity. A frame whose residual
    peak stands 12 dB above the median of the 105 ms around it, and 12 dB more than the truth's
    within one frame, is a click; neighbouring ones count once.
    """
    validate(reference, estimated)
    top = float((np.diff(reference.astype(np.float64), n=3, axis=1) ** 2).max())
    ours = ndimage.maximum_filter1d(_prominence(reference, rate, top), size=3, axis=1)
    theirs = _prominence(estimated, rate, top)
    clicks = np.any((theirs > _CLICK_DB) & (theirs > ours + _CLICK_DB), axis=0)
    starts = np.count_nonzero(clicks[1:] & ~clicks[:-1]) + int(clicks[0])
    return float(starts / (reference.shape[1] / rate))
