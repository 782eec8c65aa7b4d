"""Rings that are not shared, and samples that tell where they are from."""

from __future__ import annotations

import numpy as np

from ctxaudio.playback.ring import Ring


def empty_ring(capacity, n_channels=2):
    return Ring(np.zeros((capacity, n_channels), np.uint32), np.zeros(2, np.int64))


def numbered(start, n, n_channels=2):
    """(time, channel) samples that are the numbers from ``start`` on, with the channel's beside."""
    return np.arange(start, start + n, dtype=np.float32)[:, None] + np.arange(n_channels) / 4
