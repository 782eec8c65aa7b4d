"""The delay in a few dimensions: principal components of what a network does without noise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Picture(NamedTuple):
    """The delay without noise in a few dimensions, ready to be drawn."""

    times_s: np.ndarray  # (time,): since the end of the cue
    ways: np.ndarray  # (cue, time, component): the states after each cue
    points: np.ndarray  # (point, component): fixed and slow points
    share: np.ndarray  # (component,): of the ways' variance
    mean: np.ndarray  # (unit,): the origin
    components: np.ndarray  # (component, unit): of length 1, the leading ones first


def project(ways: np.ndarray, points: np.ndarray, dt_s: float, n_components: int) -> Picture:
    """Project ways (time, cue, unit) and points (point, unit) on the ways' leading components."""
    visited = ways.reshape(-1, ways.shape[2])
    mean = visited.mean(0)
    _, lengths, components = np.linalg.svd(visited - mean, full_matrices=False)
    components = components[:n_components]
    # The sign of a component is free: its largest part is positive.
    largest = np.abs(components).argmax(1)
    components = components * np.sign(components[np.arange(len(components)), largest])[:, None]
    return Picture(
        times_s=dt_s * np.arange(len(ways)),
        ways=((ways - mean) @ components.T).swapaxes(0, 1),
        points=(points - mean) @ components.T,
        share=lengths[:n_components] ** 2 / (lengths**2).sum(),
        mean=mean,
        components=components,
    )
