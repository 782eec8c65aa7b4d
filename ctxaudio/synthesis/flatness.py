"""Where a sound is noise: where its spectrum is flat, whatever the window, and stays so.

A chord is not flat under a long window. A vibrato may be flat under every window, but not where it
turns: so it counts what is flat in the mean over a quarter of a second, and never less than nearly
so within it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ctxaudio.synthesis.noise import TURNS, noise_edges
from ctxaudio.synthesis.resolution import Resolution
from rnn.compiled import compiled

_REACH = 12  # steps before a step, and at most after it, that decide about it

# Flatness is the geometric over the arithmetic mean of the power: 0.56 in white noise, 0.75 in two
# channels of it. Tonal below the first, noise above the second: in the mean, and at the least.
_TONAL, _NOISE = 0.44, 0.5
_LEAST_TONAL, _LEAST_NOISE = 0.36, 0.4
_AT_ONCE = 1  # steps before and after a step that are taken together for the least
_LEAST_REACH = 8  # steps before, and at most after, among which the least is
_TOGETHER = 4  # bins whose powers are multiplied before a logarithm is taken
_SILENCE = 1e-30  # power that counts as none
_MARGIN = 2 * TURNS  # bins beside a segment that its flatness is judged with


class FlatnessState(NamedTuple):
    """What the steps before have left."""

    rows: np.ndarray  # (step, window, segment, 2) weighted logarithms, and weights

    @classmethod
    def begin(cls, resolution: Resolution) -> FlatnessState:
        """Before a step: silence."""
        n_windows = len(resolution.windows) - resolution.base
        return cls(np.zeros((_REACH, n_windows, len(noise_edges(resolution)) - 1, 2)))


def noise_share(
    powers: tuple[np.ndarray, ...],
    n_ready: int,
    resolution: Resolution,
    state: FlatnessState,
) -> tuple[np.ndarray, FlatnessState]:
    """How far each segment of the steps that are ready is noise, (step, segment), 0 to 1.

    Args:
        powers: by window, (frame, bin) of the new steps: of the memory's, one a step, and of
            shorter ones, each half as long, one or several.
        n_ready: how many steps are ready.
    """
    edges = noise_edges(resolution)
    new = np.zeros((len(powers[0]), *state.rows.shape[1:]))
    for window, power in enumerate(powers):
        each = len(power) // len(new)
        _add_flatness(power, edges, 2**window, each, new[:, window])
    rows = np.concatenate([state.rows, new])
    share = np.ones((n_ready, len(edges) - 1))
    _judge(rows, min(_REACH, resolution.look_ahead), share)
    return share, FlatnessState(rows[n_ready:])


@compiled
def _add_flatness(power, edges, narrower, each, out):  # type: ignore[no-untyped-def]
    n_frames, n_bins = power.shape
    n_groups = n_bins // _TOGETHER
    total = np.zeros(n_groups + 1)
    logs = np.zeros(n_groups + 1)
    for frame in range(n_frames):
        for group in range(n_groups):
            sum_of_group = 0.0
            product = 1.0
            for k in range(group * _TOGETHER, (group + 1) * _TOGETHER):
                sum_of_group += power[frame, k]
                product *= power[frame, k] + _SILENCE
            total[group + 1] = total[group] + sum_of_group
            logs[group + 1] = logs[group] + np.log(product)
        for segment in range(len(edges) - 1):
            first = max(0, edges[segment] - _MARGIN) // narrower // _TOGETHER
            end = min(n_groups, (edges[segment + 1] + _MARGIN) // narrower // _TOGETHER)
            n_together = (end - first) * _TOGETHER
            mean = (total[end] - total[first]) / n_together
            log_flatness = (logs[end] - logs[first]) / n_together - np.log(mean + _SILENCE)
            weight = np.sqrt(mean) / each
            out[frame // each, segment, 0] += weight * log_flatness
            out[frame // each, segment, 1] += weight


@compiled
def _judge(rows, after, share):  # type: ignore[no-untyped-def]
    n_ready, n_segments = share.shape
    for step in range(n_ready):
        here = step + _REACH
        for window in range(rows.shape[1]):
            for segment in range(n_segments):
                mean = _average(rows, here - _REACH, here + after, window, segment)
                noisy = (mean - _TONAL) / (_NOISE - _TONAL)
                if noisy <= 0.0:
                    share[step, segment] = 0.0
                    continue
                least = 1.0
                last = here + min(_LEAST_REACH, after - _AT_ONCE)
                for near in range(here - _LEAST_REACH, last + 1):
                    some = _average(rows, near - _AT_ONCE, near + _AT_ONCE, window, segment)
                    least = min(least, some)
                steady = (least - _LEAST_TONAL) / (_LEAST_NOISE - _LEAST_TONAL)
                share[step, segment] = max(min(share[step, segment], noisy, steady), 0.0)


@compiled
def _average(rows, first, last, window, segment):  # type: ignore[no-untyped-def]
    """Flatness over steps, of which louder ones count more."""
    logs = 0.0
    weights = 0.0
    for step in range(first, last + 1):
        logs += rows[step, window, segment, 0]
        weights += rows[step, window, segment, 1]
    return np.exp(logs / weights) if weights > 1e-15 else 1.0
