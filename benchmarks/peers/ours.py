"""ctxaudio, and the control."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.peer import Prepared, fit
from benchmarks.truths.material import Samples


def unshifted(samples: Samples, rate: int, semitones: float) -> Samples:  # noqa: ARG001
    """The control: the sound as it was."""
    return samples


def prepare_ctxaudio(samples: Samples, rate: int, *, keep_formants: bool = False) -> Prepared:
    """Teach a memory once, to be recalled at any number of semitones."""
    from ctxaudio import ContextShift, Sound

    sound = Sound(samples, rate)
    knobs = ("pitch", "formants") if keep_formants else ("pitch",)
    effect = ContextShift.teach(sound, knobs=knobs)

    def shift(semitones: float) -> Samples:
        made = effect(sound, context=semitones, formants="keep" if keep_formants else None)
        return fit(np.asarray(made.samples), samples.shape[1])

    return shift


def prepare_alone(samples: Samples, rate: int) -> Prepared:
    """Teach a memory that is then without the sound: what it recalls is all that is heard."""
    from ctxaudio import Sound, sing, teach_alone

    memory = teach_alone(Sound(samples, rate), threads=1)

    def recall(semitones: float) -> Samples:
        made = sing(memory, semitones)
        return fit(made.read(0, made.n_samples), samples.shape[1])

    return recall
