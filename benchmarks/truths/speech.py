"""Speech: a pitch that falls and leaps, vowels and glides, hisses between them.

Formants move with the pitch, as of a tape; the hisses are drawn anew for every shift, so that two
truths differ as two sayings do.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy import signal

from benchmarks.truths.draws import draw
from benchmarks.truths.harmonics import LEVEL_HOP, Vector, clock, ends_faded, sing
from benchmarks.truths.material import RATE, Material, Samples
from benchmarks.truths.throat import VOWELS_HZ, throat_gain

_SYLLABLES, _SYLLABLE_S = 24, 0.22
_SECONDS = _SYLLABLES * _SYLLABLE_S
_PHRASE = 8  # syllables
_HISS_S, _HISS_HZ = 0.08, (3500.0, 8000.0)
_GAIN, _HISS = 0.035, 0.5


def speech_hz(*, seed: int = 0) -> Vector:
    """Pitch in Hz, per sample: phrases that fall by half an octave, and each syllable's accent."""
    rng, time = draw("speech", seed), clock(_SECONDS)
    base = rng.uniform(95, 210) if seed else 115.0
    syllable = np.minimum((time / _SYLLABLE_S).astype(int), _SYLLABLES - 1)
    within = time / _SYLLABLE_S - syllable
    accents = rng.uniform(-1, 3, size=_SYLLABLES)
    falls = 5 - 7 * ((time / _SYLLABLE_S) % _PHRASE) / _PHRASE
    semitones = falls + accents[syllable] * np.sin(np.pi * within)
    smooth = np.hanning(round(0.03 * RATE))
    padded = np.pad(semitones, len(smooth), mode="edge")
    kept = slice(len(smooth), -len(smooth))
    return np.asarray(
        base * 2 ** (signal.fftconvolve(padded, smooth / smooth.sum(), mode="same")[kept] / 12)
    )


def _mouth(seed: int) -> tuple[Vector, Vector]:
    """Formants in Hz, (formant, time), and how voiced, 0 to 1, (time,)."""
    rng, time = draw("mouth", seed), clock(_SECONDS)
    vowels = np.array(VOWELS_HZ, dtype=np.float64)[rng.integers(0, len(VOWELS_HZ), _SYLLABLES)]
    centres = (np.arange(_SYLLABLES) + 0.6) * _SYLLABLE_S
    formants = np.array([np.interp(time, centres, track) for track in vowels.T])
    within = time % _SYLLABLE_S
    voiced = np.clip((within - _HISS_S) / 0.015, 0, 1)
    voiced *= np.clip((_SYLLABLE_S - within) / 0.02, 0, 1)
    return formants, np.asarray(voiced)


def speech(semitones: int, *, seed: int = 0) -> Samples:
    """Twenty-four syllables, (2, time)."""
    ratio = 2 ** (semitones / 12)
    formants, voiced = (track[..., ::LEVEL_HOP] for track in _mouth(seed))

    def level(number: int, hertz: Vector) -> Vector:
        return np.asarray(number**-1.2 * voiced * throat_gain(hertz, formants))

    voice = sing(speech_hz(seed=seed), level, semitones=semitones, rng=draw("speaker", seed))
    noise = np.random.default_rng([seed, semitones + 100]).standard_normal(len(voice))
    edges = np.array(_HISS_HZ) * ratio
    band = signal.butter(2, edges, "bandpass", fs=RATE, output="sos")
    hiss = signal.sosfilt(band, noise)
    within = clock(_SECONDS) % _SYLLABLE_S
    hissing = np.sin(np.pi * np.clip(within / _HISS_S, 0, 1)) ** 2
    sound = voice + _HISS * hissing * hiss / np.std(hiss)
    return (_GAIN * np.array([[1.0], [0.9]]) * sound * ends_faded(clock(_SECONDS))).astype(
        np.float32
    )


def speech_material(seed: int = 0) -> Material:
    """The syllables, with their pitch."""
    return Material(
        name="speech",
        kind="speech",
        render=partial(speech, seed=seed),
        pitch_hz=partial(speech_hz, seed=seed),
    )
