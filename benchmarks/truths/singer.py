"""A singer: a glottal source with vibrato, five formants that move, and breath.

Where formants are *moved* each harmonic keeps its level, as on a tape that plays faster without
being shorter. Where they are *kept* the throat stays and only the pitch changes: each harmonic
takes the level that the formants give it where it lands.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy import signal

from benchmarks.truths.draws import draw
from benchmarks.truths.harmonics import LEVEL_HOP, Vector, clock, ends_faded, sing
from benchmarks.truths.material import RATE, Material, Samples
from benchmarks.truths.throat import VOWELS_HZ, throat_gain

_SECONDS = 6.0
_NOTES = (50, 53, 55, 57, 53, 50)  # MIDI keys, a second each
_GLIDE_S, _VIBRATO_HZ, _VIBRATO_CENTS = 0.06, 5.5, 50.0
_GAIN, _BREATH = 0.035, 0.1  # breath: root mean square, before the gain
_FRAME = 1024  # samples; breath is filtered frame by frame


def singer_hz(*, seed: int = 0) -> Vector:
    """Pitch in Hz, per sample: six notes, glides between them, a vibrato of ±50 cents."""
    rng, time = draw("singer", seed), clock(_SECONDS)
    keys = np.array(_NOTES) + (rng.integers(-4, 8) if seed else 0)
    steps = keys[np.minimum(time.astype(int), len(keys) - 1)].astype(np.float64)
    size = round(_GLIDE_S * RATE)
    padded = np.pad(steps, size, mode="edge")
    glide = signal.fftconvolve(padded, np.hanning(size) / np.hanning(size).sum(), mode="same")
    swing = _VIBRATO_CENTS / 100 * np.sin(2 * np.pi * _VIBRATO_HZ * time + rng.uniform(0, 6))
    return np.asarray(440.0 * 2 ** ((glide[size:-size] + swing - 69) / 12))


def _formants(seed: int) -> Vector:
    """Centres in Hz, (formant, time): vowels that pass into one another."""
    rng = draw("vowels", seed)
    order = rng.permutation(len(VOWELS_HZ)) if seed else np.arange(len(VOWELS_HZ))
    vowels = np.array(VOWELS_HZ, dtype=np.float64)[order]
    place = clock(_SECONDS) / _SECONDS * (len(vowels) - 1)
    return np.array([np.interp(place, np.arange(len(vowels)), track) for track in vowels.T])


def _breath(formants: Vector, *, ratio: float, rng: np.random.Generator) -> Vector:
    """Noise through the throat, whose resonances are multiplied by ``ratio``."""
    length = formants.shape[1]
    noise = rng.standard_normal(length)
    hertz, times, spectra = signal.stft(noise, RATE, nperseg=_FRAME)
    at = np.minimum(np.round(times * RATE).astype(int), length - 1)
    gain = throat_gain(hertz[:, None] / ratio, formants[:, at]) / np.sqrt(ratio)
    gain *= 1 / np.sqrt(1 + (hertz[:, None] / (6000 * ratio)) ** 4)
    return np.asarray(signal.istft(spectra * gain, RATE, nperseg=_FRAME)[1][:length])


def singer(semitones: int, *, seed: int = 0, kept: bool = False, take: int = 0) -> Samples:
    """The singer, (2, time); another ``take`` breathes otherwise and is as true as the first."""
    pitch, formants, ratio = singer_hz(seed=seed), _formants(seed), 2 ** (semitones / 12)

    coarse = formants[:, ::LEVEL_HOP]

    def level(number: int, hertz: Vector) -> Vector:
        source = number**-1.2
        return np.asarray(source * throat_gain(hertz * ratio if kept else hertz, coarse))

    voice = sing(pitch, level, semitones=semitones, rng=draw("singer phases", seed))
    breath: Vector = _breath(
        formants,
        ratio=1.0 if kept else ratio,
        # other noise at each shift, as another singing would have
        rng=np.random.default_rng([seed, take, semitones + 100]),
    )
    # one gain for all shifts: with kept formants some pitches are louder than others, as when sung
    breath *= _BREATH / np.sqrt(np.mean(breath**2))
    sound = _GAIN * (voice + breath) * ends_faded(clock(_SECONDS))
    return (np.array([[1.0], [0.85]]) * sound).astype(np.float32)


def singer_material(seed: int = 0) -> list[Material]:
    """Formants moved with the pitch, and kept."""
    return [
        Material(
            name="singer-kept" if kept else "singer",
            kind="singer-kept" if kept else "singer",
            render=partial(singer, seed=seed, kept=kept),
            pitch_hz=partial(singer_hz, seed=seed),
        )
        for kept in (False, True)
    ]
