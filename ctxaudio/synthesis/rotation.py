"""How far what moves has turned, and where on the map of it a bin is."""

from __future__ import annotations

import numpy as np

from rnn.compiled import compiled


@compiled
def moved_by(shift, amplitude, angle):  # type: ignore[no-untyped-def]
    """What bins that move by ``shift`` are multiplied by, to be turned by ``angle`` in all."""
    # Phases are meant at the middle of a frame, half a window, a quarter of the padded length,
    # after its start: each bin of shift is a quarter turn back.
    angle -= 0.5 * np.pi * (shift % 4)
    return np.complex64(amplitude * complex(np.cos(angle), np.sin(angle)))


@compiled
def place_of(fine, layout):  # type: ignore[no-untyped-def]
    """Where on the map a bin of the longest window is, or would be."""
    if fine < layout.n_fine:
        return fine
    return layout.n_fine + (fine - layout.n_fine) // layout.coarse
