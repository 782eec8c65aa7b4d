"""Is every harmonic of a voice as loud as it should be?

Where the truth's pitch is known at every sample, harmonic k is read by projecting on k times the
phase, through a Hann window of four periods: its zeros fall on all other harmonics, so that nothing
of them leaks in, however fast the pitch moves for its length. They fall on the harmonics halfway
between two as well: what is heard there is of another pitch, such as that of an octave below.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.metrics.validate import Sound, validate

Vector = npt.NDArray[np.float64]

_PERIODS = 4
_HOP_S = 0.01
_EDGE_S = 0.1  # not judged at either end
_AUDIBLE_DB = -40.0  # under the truth's strongest harmonic of the moment
_QUIET_DB = -26.0  # moments that are this far below the loudest are not judged: hisses, ends
_FLOOR_DB = -60.0  # of what is read in its stead
_BETWEEN_DB = -20.0  # what is less than that between harmonics is breath
_HIGHEST_OF_RATE = 0.45
_HIGHEST_HZ = 16000.0


def harmonic_levels(
    sound: Sound, rate: int, *, pitch_hz: Vector, count: int, first: float = 1.0
) -> npt.NDArray[np.float64]:
    """Amplitudes, both channels' together, of harmonics of the pitch: (frame, number).

    ``count`` of them from number ``first`` on, which may be halfway between two.
    """
    phase = 2 * np.pi * np.cumsum(pitch_hz) / rate
    levels = []
    for centre in moments(len(pitch_hz), rate):
        half = round(0.75 * _PERIODS * rate / pitch_hz[centre])  # more than half where pitch falls
        window = slice(max(0, centre - half), min(len(phase), centre + half))
        turns = phase[window] - phase[centre]
        # the window is one of phase: its periods stay whole where the pitch moves
        place = turns / (2 * np.pi * _PERIODS)
        taper = np.where(np.abs(place) < 0.5, np.cos(np.pi * place) ** 2, 0.0) * pitch_hz[window]
        step, turned = np.exp(-1j * turns), taper * np.exp(-1j * (first - 1) * turns)
        heard = sound[:, window].T.astype(np.float64)
        projected = np.empty((count, len(sound)), dtype=complex)
        for index in range(count):
            turned *= step
            projected[index] = turned @ heard
        levels.append(2 * np.linalg.norm(projected, axis=1) / taper.sum())
    return np.array(levels)


def moments(length: int, rate: int) -> npt.NDArray[np.int_]:
    """The samples, of as many as there are, around which harmonics are read."""
    edge = round(_EDGE_S * rate)
    return np.arange(edge, length - edge, round(_HOP_S * rate))


def harmonics_error(
    reference: Sound,
    estimated: Sound,
    rate: int,
    *,
    pitch_hz: Vector,
    highest_hz: float = 9000.0,
    any_level: bool = False,
    voiced: npt.NDArray[np.bool_] | None = None,
) -> float:
    """Root mean square error of the harmonics' levels in dB; lower is better.

    ``pitch_hz`` is the truth's, per sample. Harmonics are judged that lie below ``highest_hz`` and
    within 40 dB of the truth's strongest at the moment; what is missing counts as 60 dB below it.
    With ``any_level`` one level for all of the sound is free. What is louder halfway between two
    harmonics than it should be, and within 20 dB of the strongest, counts as well. Moments are
    left out where the sound is not ``voiced``, per sample: a hiss has no harmonics.
    """
    validate(reference, estimated)
    if len(pitch_hz) != reference.shape[1]:
        raise ValueError(
            f"the pitch must be given for each of {reference.shape[1]} samples, "
            f"got {len(pitch_hz)}."
        )
    if voiced is not None and len(voiced) != len(pitch_hz):
        raise ValueError(
            f"voicing must be given for each of {len(pitch_hz)} samples, got {len(voiced)}."
        )
    limit = min(highest_hz, _HIGHEST_HZ, _HIGHEST_OF_RATE * rate)
    count = max(1, int(limit / np.min(pitch_hz)))
    (ours, theirs), (ours_between, theirs_between) = (
        [
            harmonic_levels(sound, rate, pitch_hz=pitch_hz, count=count, first=first)
            for sound in (reference, estimated)
        ]
        for first in (1.0, 0.5)
    )
    centres = moments(len(pitch_hz), rate)
    inside = pitch_hz[centres][:, None] * np.arange(1, count + 1) < limit
    top, their_top = (levels.max(axis=1, keepdims=True) for levels in (ours, theirs))
    loud = inside & (top > ours.max() * 10 ** (_QUIET_DB / 20))
    if voiced is not None:
        loud &= voiced[centres][:, None]
    judged = loud & (ours > top * 10 ** (_AUDIBLE_DB / 20))
    error = _below(theirs, top, _FLOOR_DB) - _below(ours, top, _FLOOR_DB)
    if any_level:
        error -= error[judged].mean()
    # Each in relation to its own: a sound that is louder is so between harmonics as well.
    between = _below(theirs_between, their_top, _BETWEEN_DB)
    between -= _below(ours_between, top, _BETWEEN_DB)
    total = np.sum(error[judged] ** 2) + np.sum(between[loud] ** 2)
    return float(np.sqrt(total / np.count_nonzero(judged)))


def _below(levels: Vector, top: Vector, floor_db: float) -> Vector:
    """Levels in dB of the top, at least the floor."""
    ratios = levels / np.maximum(top, 1e-12)
    return np.asarray(20 * np.log10(np.maximum(ratios, 10 ** (floor_db / 20))))
