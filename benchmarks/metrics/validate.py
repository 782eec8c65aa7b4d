"""What every metric asks of the two sounds it compares."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.floating]


def validate(reference: Sound, estimated: Sound) -> None:
    """Raise ``ValueError`` unless both are finite (channel, time) sounds of one shape."""
    if reference.ndim != 2:
        raise ValueError(f"sounds must have shape (channel, time), got {reference.shape}.")
    if reference.shape != estimated.shape:
        raise ValueError(
            f"the estimate must have the reference's shape {reference.shape}, got "
            f"{estimated.shape}. Did the shifter keep the length?"
        )
    if reference.shape[0] > reference.shape[1]:
        raise ValueError(f"got shape {reference.shape}. Did you pass (time, channel)?")
    if not (np.isfinite(reference).all() and np.isfinite(estimated).all()):
        raise ValueError("sounds must be finite.")
    if not reference.any():
        raise ValueError("the reference is silent.")
