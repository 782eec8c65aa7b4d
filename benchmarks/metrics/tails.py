"""Does what dies away die away as fast, and stay as loud, as it should?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.metrics.validate import Sound, validate

_FRAME_S = 0.15
_TAIL_DB = -80.0  # of the loudest frame
_LOWEST_DB = -120.0


def _frames_db(sound: Sound, rate: int) -> npt.NDArray[np.float64]:
    size = round(_FRAME_S * rate)
    count = sound.shape[1] // size
    framed = sound[:, : count * size].astype(np.float64).reshape(len(sound), count, size)
    power = np.mean(framed**2, axis=(0, 2))
    return np.asarray(10 * np.log10(power + 10 ** (_LOWEST_DB / 10)))


def tail_error(
    reference: Sound, estimated: Sound, rate: int, *, onsets_s: Sequence[float], lasting_s: float
) -> float:
    """Root mean square error of the level of what dies away, in dB; lower is better.

    In frames of 150 ms from a sound's first frame on, down to 80 dB below it.
    """
    validate(reference, estimated)
    errors = []
    for onset in onsets_s:
        inside = slice(round(onset * rate), round((onset + lasting_s) * rate))
        ours, theirs = (_frames_db(sound[:, inside], rate) for sound in (reference, estimated))
        errors.append((theirs - ours)[ours > ours.max() + _TAIL_DB])
    return float(np.sqrt(np.mean(np.concatenate(errors) ** 2)))
