"""The sample voice, ``samples/voice.flac``, sung higher or lower through the same vocal tract.

It is computed, and so is its truth: the same words, tempo, wavering, breath, hisses and room, with
the melody in another key. The glottis opens for as large a part of its period as before, as of a
singer: what it makes of a harmonic goes with the number, what the tract makes of it with the
frequency.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from benchmarks.truths.harmonics import Vector
from benchmarks.truths.material import RATE, Material, Samples
from samples.pieces import LENGTHS_S, VOICE_SEED, master, sing, sung_pitch

_SECONDS = LENGTHS_S["voice"]
_VOICED = 0.9  # of all voicing: what is less so is hiss, a stop, or on its way


def _singer(seed: int) -> np.random.Generator:
    """The one of the recording, or another under another seed."""
    return np.random.default_rng([VOICE_SEED, seed] if seed else VOICE_SEED)


def sample_voice(semitones: int, *, seed: int = 0) -> Samples:
    """The voice, (2, time); at 0 the recording before it was rounded to 16 bits."""
    sung, _ = sing(semitones, rng=_singer(seed))
    return np.ascontiguousarray(master(sung, RATE, length_s=_SECONDS).T, dtype=np.float32)


def sample_voice_hz(*, seed: int = 0) -> Vector:
    """Pitch in Hz, per sample, where it is silent as well."""
    return sung_pitch(rng=_singer(seed))[0][: round(_SECONDS * RATE)]


def sample_voice_voiced(*, seed: int = 0) -> npt.NDArray[np.bool_]:
    """Where its sound is that of the glottis, per sample."""
    return np.asarray(sung_pitch(rng=_singer(seed))[1][: round(_SECONDS * RATE)] > _VOICED)


def voice_material(seed: int = 0) -> Material:
    """The voice, its formants kept."""
    return Material(
        name="sample-voice",
        kind="voice-kept",
        render=partial(sample_voice, seed=seed),
        pitch_hz=partial(sample_voice_hz, seed=seed),
        voiced=partial(sample_voice_voiced, seed=seed),
    )
