"""The clock: a high-dimensional periodic signal that tells a network where in a phrase it is.

Nicola & Clopath (2017), "Supervised learning in spiking neural networks with FORCE training",
Nature Communications 8, showed that a network which is driven by such a signal replays long
sequences that it could not hold in its own dynamics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockConfig:
    """A phrase of ``n_frames`` frames, told by ``n_bumps`` bumps that follow each other."""

    n_frames: int = 128
    n_bumps: int = 64

    def __post_init__(self) -> None:
        if self.n_frames < 1:
            raise ValueError(f"n_frames must be at least 1, got {self.n_frames}.")
        if not 1 <= self.n_bumps <= self.n_frames:
            raise ValueError(
                f"n_bumps must lie between 1 and n_frames ({self.n_frames}), got {self.n_bumps}."
            )


def clock_signal(config: ClockConfig, start: int, n_frames: int) -> np.ndarray:
    """Clock from frame ``start`` on, shape (n_frames, bump), period ``config.n_frames``.

    Each bump is a Gaussian on the circle, as wide (standard deviation) as the bumps are apart.

    >>> clock_signal(ClockConfig(n_frames=4, n_bumps=2), 4, 1).round(3).tolist()
    [[1.0, 0.607]]
    """
    phase = (np.arange(start, start + n_frames) % config.n_frames) / config.n_frames
    centre = np.arange(config.n_bumps) / config.n_bumps
    distance = (phase[:, None] - centre + 0.5) % 1.0 - 0.5
    return np.exp(-0.5 * (distance * config.n_bumps) ** 2)
