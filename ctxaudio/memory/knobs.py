"""Knobs: the named contexts of a memory, and the point at which they stand.

A memory of one knob is taught ``pitch``. One of two is taught ``formants`` as well, and then a
shift says where each stands; formants of which nothing is said move along with the pitch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.limits import MAX_CONTEXT

Knob: TypeAlias = Literal["pitch", "formants"]
Knobs: TypeAlias = tuple[Knob, ...]
Formants: TypeAlias = float | Literal["keep"] | None

PITCH: Knobs = ("pitch",)
PITCH_AND_FORMANTS: Knobs = ("pitch", "formants")


def check_knobs(knobs: Sequence[str]) -> Knobs:
    """Knobs that a memory may have.

    Raises:
        DataError: if they are others.
    """
    for known in (PITCH, PITCH_AND_FORMANTS):
        if tuple(knobs) == known:
            return known
    raise DataError(f"knobs must be {PITCH} or {PITCH_AND_FORMANTS}, got {knobs!r}.")


def check_formants(knobs: Knobs, formants: Formants) -> float | None:
    """The context that formants stand at, or None where they move along.

    >>> check_formants(PITCH_AND_FORMANTS, "keep")
    0.0

    Raises:
        DataError: if it is none, or the memory was taught nothing of formants.
    """
    if formants is None:
        return None
    if "formants" not in knobs:
        raise DataError(
            "formants were asked for, but the memory has one knob, pitch; teach it anew with "
            "--formants, in Python with knobs=('pitch', 'formants')."
        )
    if formants == "keep":
        return 0.0
    if isinstance(formants, str) or not abs(formants) <= MAX_CONTEXT:
        raise DataError(
            f"formants must be 'keep', a number within ±{MAX_CONTEXT:g} or None, got {formants!r}."
        )
    return float(formants)


def points(knobs: Knobs, contexts: float | np.ndarray, formants: float | None) -> np.ndarray:
    """Where the knobs stand at contexts of pitch (...,): shape (..., knob).

    >>> points(PITCH_AND_FORMANTS, 5.0, None)
    array([5., 5.])
    >>> points(PITCH_AND_FORMANTS, np.array([0.0, 5.0]), 0.0)
    array([[0., 0.],
           [5., 0.]])
    """
    pitch = np.asarray(contexts, np.float64)
    if knobs == PITCH:
        return pitch[..., None]
    return np.stack([pitch, pitch if formants is None else np.full_like(pitch, formants)], axis=-1)
