"""What happens to an attack: is it late, unsteady, smeared?

The energy of a burst (both channels) is summed up from 40 ms before its onset to 160 ms after. The
burst *begins* when 10 % of that energy has passed, so that a pre-echo counts, and its *width* is
the time from 10 to 90 %. Beginnings are compared with those of the same bursts in the input,
measured alike. What sounds *early* is the energy from 40 to 2 ms before the onset.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.metrics.validate import Sound, validate

_BEFORE_S, _AFTER_S = 0.04, 0.16
_EARLY_UNTIL_S = 0.002
_EARLY_FLOOR_DB = -90.0


class OnsetScore(NamedTuple):
    """What became of the bursts, in milliseconds."""

    lag_ms: float  # mean of how much later than in the input the bursts begin
    jitter_ms: float  # standard deviation of the same
    width_ms: float  # mean width; the input's own is what it should be
    early_db: float  # mean energy before an onset against that after it; -90 is silence


def burst_times(
    sound: Sound, rate: int, onsets_s: Sequence[float]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Beginning (seconds after its onset) and width (seconds) of every burst."""
    begins, widths = [], []
    for onset in onsets_s:
        first = max(0, round((onset - _BEFORE_S) * rate))
        window = sound[:, first : round((onset + _AFTER_S) * rate)].astype(np.float64)
        passed = np.cumsum(np.sum(window**2, axis=0))
        if not passed.size or passed[-1] <= 0:
            raise ValueError(f"there is no burst near {onset:.3f} s. Are onsets in seconds?")
        # the running sum after sample n belongs to the time n + 1
        fraction, time = passed / passed[-1], np.arange(1, len(passed) + 1)
        tenth, ninetieth = np.interp([0.1, 0.9], fraction, time)
        begins.append((first + tenth) / rate - onset)
        widths.append((ninetieth - tenth) / rate)
    return np.array(begins), np.array(widths)


def onset_scores(
    original: Sound, estimated: Sound, rate: int, *, onsets_s: Sequence[float]
) -> OnsetScore:
    """Lag, jitter and width of the bursts at ``onsets_s`` (seconds), in milliseconds."""
    validate(original, estimated)
    due, _ = burst_times(original, rate, onsets_s)
    begins, widths = burst_times(estimated, rate, onsets_s)
    lags = 1000 * (begins - due)
    return OnsetScore(
        lag_ms=float(np.mean(lags)),
        jitter_ms=float(np.std(lags)),
        width_ms=float(1000 * np.mean(widths)),
        early_db=early_db(estimated, rate, onsets_s),
    )


def early_db(sound: Sound, rate: int, onsets_s: Sequence[float]) -> float:
    """Mean over ``onsets_s`` of the energy 40 to 2 ms before one against that after it, in dB."""
    ratios = []
    for onset in onsets_s:
        first, until, begin, end = (
            max(0, round((onset + offset_s) * rate))
            for offset_s in (-_BEFORE_S, -_EARLY_UNTIL_S, 0.0, _AFTER_S)
        )
        early = float(np.sum(sound[:, first:until].astype(np.float64) ** 2))
        after = float(np.sum(sound[:, begin:end].astype(np.float64) ** 2))
        ratios.append(10 * np.log10(early / after + 10 ** (_EARLY_FLOOR_DB / 10)))
    return float(np.mean(ratios))
