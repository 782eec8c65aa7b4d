"""Crossfade: windows that take turns add up to what one alone would make.

Frames of one window, all of one weight, add up to a sound as loud as it was. But a long window is
heard half its length before its turn and as long after it: if weights sum to 1 in each step, up to
twice as much is heard before a turn and as much too little after it. So windows are served the
longest first, and each fills up what those before it leave, in its own, shorter time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ctxaudio.synthesis.resolution import OVERLAP_GAIN, Resolution
from rnn.compiled import compiled

_LEAST = 0.02  # of a range; less is not made
_ELSEWHERE = 1e-3  # weight of what was chosen around, where what was chosen now is served


class Crossfade(NamedTuple):
    """What the steps before have left."""

    first: int  # step of the first of these
    chosen: np.ndarray  # (step, window, band) weights

    @classmethod
    def begin(cls, first: int, resolution: Resolution) -> Crossfade:
        """Before a step: the memory's window alone."""
        reach = resolution.crossfade_steps
        chosen = np.zeros((reach, *resolution.allowed.shape))
        chosen[:, resolution.base] = 1.0
        return cls(first - reach, chosen)


def even_out(
    chosen: np.ndarray, resolution: Resolution, state: Crossfade
) -> tuple[np.ndarray, Crossfade]:
    """Weights with which all that is heard of the windows sums to 1 at any time.

    Args:
        chosen: (step, window, band), of the next steps; they sum to 1 over windows.

    Returns:
        As many or fewer (step, window, band): of the steps ``crossfade_steps`` before those.
    """
    reach = resolution.crossfade_steps
    if reach == 0:
        return chosen, state
    rows = np.concatenate([state.chosen, chosen])
    n_ready = max(len(rows) - 2 * reach, 0)
    even = np.zeros((n_ready, *rows.shape[1:]))
    if n_ready:
        _serve(rows, state.first, *_kernels(resolution), even)
    return even, Crossfade(state.first + n_ready, rows[n_ready:])


def _kernels(resolution: Resolution) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """How much of each window's frames is heard around their step.

    Returns:
        Steps from frame to frame, (window,), 1 where a step has several frames; by how much of a
        step these are later in the mean, (window,); how many steps away they are heard, (window,);
        and (window, step) shares, from the longest window's reach before to as long after.
    """
    hop, longest = resolution.frames.hop, resolution.reach
    steps = np.arange(-longest, longest + 1) * hop
    kernels = np.zeros((len(resolution.windows), len(steps)))
    for kernel, window, own in zip(kernels, resolution.windows, resolution.hops, strict=True):
        for begin in range(0, max(hop, own), own):  # the frames of a step
            away = (steps - begin) / window
            kernel += np.where(np.abs(away) < 0.5, np.cos(np.pi * away) ** 4, 0.0)
        kernel *= own / window / OVERLAP_GAIN
    late = np.maximum(hop - np.array(resolution.hops), 0) / (2.0 * hop)
    reaches = np.minimum(np.array(resolution.windows) // 2 // hop + 1, longest)
    return resolution.steps_per_frame, late, reaches, kernels


@compiled
def _serve(chosen, first, every, late, reaches, kernels, even):  # type: ignore[no-untyped-def]
    """Fill (step, window, band) from rows (step, window, band) with as many more at both ends."""
    n_rows, n_windows, n_bands = chosen.shape
    n_steps = len(even)
    before = (n_rows - n_steps) // 2
    reach = kernels.shape[1] // 2
    wanted = np.empty((n_windows, n_rows))  # what was chosen, and a little of what was around
    served = np.empty(n_rows)
    rest = np.empty(n_rows)
    for band in range(n_bands):
        rest[:] = 1.0
        for i in range(n_windows):
            for row in range(n_rows):
                around = 0.0
                for near in range(max(row - reach, 0), min(row + reach + 1, n_rows)):
                    around += chosen[near, i, band]
                wanted[i, row] = chosen[row, i, band] + _ELSEWHERE * around
        for i in range(n_windows):
            for row in range(n_rows):
                own = chosen[row, i, band]
                all_left = 0.0
                if i == 0:
                    for j in range(n_windows):
                        all_left += chosen[row, j, band]
                else:
                    own = wanted[i, row]
                    for j in range(i, n_windows):
                        all_left += wanted[j, row]
                # What is left when these frames are heard.
                left = (1.0 - late[i]) * rest[row] + late[i] * rest[min(row + 1, n_rows - 1)]
                amount = left * own / all_left if all_left > 0.0 else 0.0
                served[row] = amount if amount >= _LEAST else 0.0
            for step in range(n_steps):
                even[step, i, band] = served[before + step]
            for row in range(n_rows):
                heard = 0.0
                nearest = max(row - reaches[i], 0)
                nearest += -(first + nearest) % every[i]  # the first that has a frame
                for near in range(nearest, min(row + reaches[i] + 1, n_rows), every[i]):
                    heard += kernels[i, row - near + reach] * served[near]
                rest[row] = max(rest[row] - heard, 0.0)
