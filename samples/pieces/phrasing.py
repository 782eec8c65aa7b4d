"""From a sung line to curves over time: pitch, loudness, formants and noises.

All curves have one value a frame (``FRAME`` samples), as the synthesiser in ``singer`` reads them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .amazing_grace import Syllable
from .phonemes import PHONEMES, Phoneme

RATE = 44_100  # Hz
FRAME = 16  # samples a frame: 0.4 ms
TAIL_S = 1.4  # for the last consonant and the room

VIBRATO_HZ = 5.4
VIBRATO_CENTS = 45.0  # either way, at full depth
DIPHTHONG_S = 0.22  # the second vowel of a diphthong comes this long before the end

Curve = npt.NDArray[np.float64]


class Segment(NamedTuple):
    """A phoneme and when it sounds."""

    start_s: float
    stop_s: float
    phoneme: Phoneme


class Curves(NamedTuple):
    """What the voice does in each frame."""

    frequency_hz: Curve  # (frame,)
    effort: Curve  # (frame,), 0 soft to 1 loud: loudness, and brightness with it
    voicing: Curve  # (frame,)
    aspiration: Curve  # (frame,)
    frication: dict[tuple[float, float], Curve]  # noise band in Hz -> (frame,)
    formants_hz: Curve  # (frame, formant)
    nasal_zero_hz: Curve  # (frame,)


def phrase(
    syllables: Sequence[Syllable], *, transpose_semitones: float, rng: np.random.Generator
) -> Curves:
    """The curves of a whole line. Only the pitch depends on ``transpose_semitones``."""
    segments = _lay_out(syllables)
    n_frames = int(np.ceil((segments[-1].stop_s + TAIL_S) * RATE / FRAME))
    seconds = np.arange(n_frames) * FRAME / RATE
    index = np.searchsorted([segment.stop_s for segment in segments], seconds, side="right")
    spoken = [segment.phoneme for segment in segments] + [PHONEMES["rest"]]

    def curve(values: Sequence[float], width_s: float) -> Curve:
        return _smooth(np.asarray(values, dtype=np.float64)[index], width_s)

    formants = [curve([p.formants_hz[k] for p in spoken], 0.075) for k in range(5)]
    breath = PHONEMES["breath"]
    # Breathing in swells and fades; the other sounds of breath are consonants, and quick.
    inhaled = curve([p.aspiration if p is breath else 0.0 for p in spoken], 0.4)
    exhaled = curve([0.0 if p is breath else p.aspiration for p in spoken], 0.03)
    bands = sorted({p.band_hz for p in spoken if p.frication > 0})
    return Curves(
        frequency_hz=_frequency(syllables, seconds, transpose_semitones, rng),
        effort=_effort(syllables, seconds),
        voicing=curve([p.voicing for p in spoken], 0.035),
        aspiration=inhaled + exhaled,
        frication={
            band: curve([p.frication * (p.band_hz == band) for p in spoken], 0.018)
            for band in bands
        },
        formants_hz=np.stack(formants, axis=1),
        nasal_zero_hz=curve([p.nasal_zero_hz for p in spoken], 0.04),
    )


def _lay_out(syllables: Sequence[Syllable]) -> list[Segment]:
    """Phonemes in time: each vowel on its beat, consonants squeezed in before and after."""
    breath = PHONEMES["breath"]
    first_s = syllables[0].start_s
    segments = [
        Segment(0.0, first_s - breath.duration_s - 0.1, PHONEMES["rest"]),
        Segment(first_s - breath.duration_s - 0.1, first_s - 0.1, breath),
        Segment(first_s - 0.1, first_s, PHONEMES["rest"]),
    ]
    for syllable, following in zip(syllables, [*syllables[1:], None], strict=True):
        next_onset = following.onset if following else ()
        stop_s = syllable.stop_s - _length(next_onset) - _length(syllable.coda)
        bounds = [syllable.start_s, stop_s]
        if len(syllable.vowel) == 2:
            bounds.insert(1, max(stop_s - DIPHTHONG_S, (syllable.start_s + stop_s) / 2))
        for name, start, stop in zip(syllable.vowel, bounds, bounds[1:], strict=False):
            segments.append(Segment(start, stop, PHONEMES[name]))
        for name in syllable.coda + next_onset:
            start = segments[-1].stop_s
            segments.append(Segment(start, start + PHONEMES[name].duration_s, PHONEMES[name]))
    return segments


def _length(names: Sequence[str]) -> float:
    return sum(PHONEMES[name].duration_s for name in names)


def _frequency(
    syllables: Sequence[Syllable],
    seconds: Curve,
    transpose_semitones: float,
    rng: np.random.Generator,
) -> Curve:
    notes = [note for syllable in syllables for note in syllable.notes]
    # The voice starts its way to a note a little early: it must be there on the beat.
    starts = np.array([start for _, start, _ in notes]) - 0.035
    index = np.maximum(np.searchsorted(starts, seconds, side="right") - 1, 0)
    pitch = _smooth(np.array([pitch for pitch, _, _ in notes], dtype=np.float64)[index], 0.13)

    first_s = notes[0][1]
    pitch -= 1.2 * np.exp(-np.maximum(seconds - first_s, 0) / 0.06)  # the scoop into the phrase

    # Vibrato grows once a long note has settled, and short notes have next to none.
    depth = np.zeros_like(seconds)
    for _, start, stop in notes:
        within = (seconds >= start) & (seconds < stop)
        growth = np.clip((seconds - start - 0.3) / 0.5, 0.08, 1.0)
        depth[within] = growth[within]
    drift_rng, flutter_rng, rate_rng = rng.spawn(3)
    rate_hz = VIBRATO_HZ * (1 + 0.06 * _wander(len(seconds), 0.6, rate_rng))
    vibrato = np.sin(2 * np.pi * np.cumsum(rate_hz) * FRAME / RATE)
    cents = VIBRATO_CENTS * _smooth(depth, 0.15) * vibrato
    cents += 6 * _wander(len(seconds), 0.7, drift_rng)
    cents += 3.5 * _wander(len(seconds), 0.04, flutter_rng)
    return np.asarray(440 * 2 ** ((pitch - 69 + cents / 100 + transpose_semitones) / 12))


def _effort(syllables: Sequence[Syllable], seconds: Curve) -> Curve:
    level_db = np.full_like(seconds, syllables[-1].loudness_db)
    for syllable in reversed(syllables):
        level_db[seconds < syllable.stop_s] = syllable.loudness_db
    for syllable in syllables:
        # Each syllable swells and yields a little, long ones more.
        within = (seconds >= syllable.start_s) & (seconds < syllable.stop_s)
        length_s = syllable.stop_s - syllable.start_s
        place = (seconds[within] - syllable.start_s) / length_s
        level_db[within] += min(length_s, 2.0) * 1.5 * (np.sin(np.pi * place) - 0.6)
    # The last note dies away in its second half.
    last = syllables[-1]
    middle_s = (last.start_s + last.stop_s) / 2
    level_db -= 7 * np.clip((seconds - middle_s) / (last.stop_s - middle_s), 0, 1)
    return np.asarray(10 ** (np.minimum(_smooth(level_db, 0.16), 0.0) / 20))


def _wander(n_frames: int, width_s: float, rng: np.random.Generator) -> Curve:
    """Smooth noise of unit variance that changes over about ``width_s``."""
    noise = _smooth(rng.standard_normal(n_frames), width_s)
    return np.asarray(noise / noise.std())


def _smooth(curve: Curve, width_s: float) -> Curve:
    """Moving average under a Hann window, ``width_s`` long and centred: no delay."""
    half = max(1, round(width_s * RATE / FRAME / 2))
    window = np.hanning(2 * half + 1)
    padded = np.pad(curve, half, mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid")
