"""How good it sounds to a model of hearing: ViSQOL in its audio mode, where that is installed.

A. Hines, J. Skoglund, A. Kokaram, N. Harte, "ViSQOL: an objective speech quality model" (2015), and
its successor version 3 (2020). Low notes alone it cannot tell from others, ranking an unshifted
bass before a shifted one: it is read of sounds with a full spectrum only.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from typing import Any

import numpy as np
import soxr

from benchmarks.metrics.validate import Sound, validate

_RATE = 48000  # of the model


def has_visqol() -> bool:
    """Is the package ``visqol-python`` there? It needs a compiler, and nothing else here does."""
    return importlib.util.find_spec("visqol") is not None


@cache
def _model() -> Any:  # the package is not always there
    import visqol

    model = visqol.VisqolApi()
    model.create(mode="audio")
    return model


def visqol_score(reference: Sound, estimated: Sound, rate: int) -> float:
    """A mean opinion, 1 to 5, of both channels' mean; higher is better."""
    validate(reference, estimated)
    mono = (
        soxr.resample(sound.mean(axis=0, dtype=np.float64), rate, _RATE)
        for sound in (reference, estimated)
    )
    return float(_model().measure_from_arrays(*mono, sample_rate=_RATE).moslqo)
