"""ctxaudio, and the control."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.peer import Prepared, fit
from benchmarks.truths.material import Samples


def unshifted(samples: Samples, rate: int, semitones: float) -> Samples:  # noqa: ARG001
    """The control: the sound as it was."""
    return samples


def prepare_ctxaudio(samples: Samples, rate: int) -> Prepared:
    """Teach a memory once, to be recalled at any number of semitones."""
    from ctxaudio import ContextShift, Sound

    sound = Sound(samples, rate)
    effect = ContextShift.teach(sound)

    def shift(semitones: float) -> Samples:
        return fit(np.asarray(effect(sound, context=semitones).samples), samples.shape[1])

    return shift
