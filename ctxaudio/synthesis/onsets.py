"""Onsets: the moments at which something begins to sound, to a few milliseconds.

Where the amplitudes of the short frames' ranges rise the most. A moment too many does no harm: only
what does begin there takes notice of it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.fft

from ctxaudio.analysis.frames import cut, hann
from ctxaudio.analysis.highest import highest_around
from ctxaudio.sound.source import SoundSource
from ctxaudio.synthesis.resolution import PADDING, Resolution
from ctxaudio.synthesis.time_map import TimeMap
from rnn.compiled import compiled
from rnn.rows import Rows

N_NEAR = 8  # onsets that a step is told of
NEVER = -(2**62)  # sample of an onset that is none

_RISE = 2  # short frames before and after, between which a rise is measured
_NEAREST = 12  # short frames, about 35 ms: no two onsets are nearer
_SOFTEST = 1e-15  # amplitude that counts as none
_LEAST = 0.3  # of the level then, that a rise must be
_LEAST_ATTACK = 0.5  # of the level then, for what must stay whole at another speed
_OFF_BY_S = 0.006  # seconds that an onset among short frames is off by at the most
_SIDE_S = 0.004  # seconds before and after that are compared
_AS_GOOD = 0.98  # of the largest rise
_SILENT = 0.3  # of the level at first; what was that loud before was not silence
_ALONE = 0.25  # what begins out of silence is kept whole as if it died by as much
_AT_FIRST_S, _LATER_S = 0.02, 0.06  # seconds after an onset
_LASTS, _DIES = 0.8, 0.4  # of the level at first: what lasts has more later, what dies has less
_BLOCK = 128  # short frames at a time


class OnsetState(NamedTuple):
    """What the short frames before have left."""

    first: int  # step of the first of these
    amplitudes: np.ndarray  # (short frame, band)

    @classmethod
    def begin(cls, first: int, resolution: Resolution) -> OnsetState:
        """Before a step: silence."""
        back = _look_back(resolution)
        each = resolution.frames.hop // resolution.hops[-1]
        return cls(first - back, np.zeros((back * each, len(resolution.bands_hz))))


def _look_back(resolution: Resolution) -> int:
    """Steps in which an onset may lie that a step must know of."""
    return resolution.reach + _NEAREST


def near_onsets(
    power: np.ndarray, n_ready: int, resolution: Resolution, state: OnsetState
) -> tuple[np.ndarray, OnsetState]:
    """The onsets around each of the steps that are ready, (step, N_NEAR, 2) samples.

    As made, and in the song: here, where both pass alike, the same.

    Args:
        power: (short frame, bin) of the shortest window, of the steps that are new.
        n_ready: how many steps are ready.
    """
    hop, step = resolution.hops[-1], resolution.frames.hop
    new = np.zeros((len(power), len(resolution.bands_hz)))
    bin_hz = resolution.bin_hz(-1)
    _band_amplitudes(power, bin_hz, resolution.bands_hz, new)
    amplitudes = np.concatenate([state.amplitudes, new])
    near = np.full((n_ready, N_NEAR, 2), NEVER, np.int64)
    if n_ready and len(amplitudes) > 2 * _RISE:
        back = _look_back(resolution)
        found = find_onsets(amplitudes, state.first * step // hop, hop)
        for row in range(n_ready):
            here = (state.first + back + row) * step
            latest = here + resolution.look_ahead * step - (_NEAREST + _RISE + 2) * hop
            some = found[(found >= here - resolution.longest // 2) & (found <= latest)]
            # The nearest ones, should there be more.
            some = some[np.argsort(np.abs(some - here), kind="stable")][:N_NEAR]
            near[row, : len(some)] = some[:, None]
    each = step // hop
    return near, OnsetState(state.first + n_ready, amplitudes[n_ready * each :])


def mapped_onsets(first: int, n_steps: int, resolution: Resolution, when: TimeMap) -> np.ndarray:
    """The onsets around steps of which it is known when they are heard, (step, N_NEAR, 2)."""
    near = np.full((n_steps, N_NEAR, 2), NEVER, np.int64)
    heres = when.song_at(np.arange(first, first + n_steps) * resolution.frames.hop)
    reach = resolution.longest // 2
    first_of = np.searchsorted(when.onsets[:, 1], heres - reach)
    end_of = np.searchsorted(when.onsets[:, 1], heres + reach, side="right")
    for row, here in enumerate(heres):
        around = when.onsets[first_of[row] : end_of[row]]
        some = np.argsort(np.abs(around[:, 1] - here), kind="stable")[:N_NEAR]
        near[row, : len(some)] = around[some]
    return near


class SongOnsets(NamedTuple):
    """Where something begins in a song; samples, ascending."""

    every: np.ndarray  # (onset,)
    attacks: np.ndarray  # (attack,) those of them that are attacks
    dying: np.ndarray  # (attack,) from 0, of what lasts, to 1, of what dies away at once


def song_onsets(song: SoundSource, resolution: Resolution) -> SongOnsets:
    """All onsets of a song of full scale 1."""
    hop = resolution.hops[-1]
    amplitudes, first = _song_amplitudes(song, resolution)
    every, attacks = (
        _refined(_find_all(amplitudes, first, hop, least), song, resolution)
        for least in (_LEAST, _LEAST_ATTACK)
    )
    # How loud it is at first, and a little later.
    at, later = (round(s * resolution.sample_rate / hop) for s in (_AT_FIRST_S, _LATER_S))
    dying = np.zeros(len(attacks))
    for i, frame in enumerate(np.minimum(attacks // hop - first, len(amplitudes) - later - 1)):
        begin = max(frame - at, 0)
        level = amplitudes[begin : frame + later + 1].sum(axis=1)
        before, here = level[0], level[frame - begin :]
        loud = here[: at + 1].max(initial=_SOFTEST)
        dying[i] = np.clip((_LASTS - here[later] / loud) / (_LASTS - _DIES), 0.0, 1.0)
        # What begins out of silence leaves nothing out of step that goes on: a little more of it.
        alone = np.clip(1.0 - before / loud / _SILENT, 0.0, 1.0)
        dying[i] = max(dying[i], _ALONE * alone)
    return SongOnsets(every, attacks, dying)


def _song_amplitudes(song: SoundSource, resolution: Resolution) -> tuple[Rows, int]:
    """Amplitudes (short frame, band) of a song, silence around it, and the first's number."""
    hop, window = resolution.hops[-1], resolution.windows[-1]
    bin_hz, n_bands = resolution.bin_hz(-1), len(resolution.bands_hz)
    # Before the song nothing sounds, so that it may begin at once.
    silence = np.zeros((2 * _NEAREST, n_bands))
    amplitudes = Rows((n_bands,), np.float64)
    amplitudes.append(silence)
    first, end = -_NEAREST, song.n_samples // hop + 1 + _NEAREST
    for start in range(first, end, _BLOCK):
        centres = np.arange(start, min(start + _BLOCK, end)) * hop
        begin = int(centres[0]) - window // 2
        samples = song.read(begin, int(centres[-1]) - window // 2 + window)
        frames = cut(samples, centres - begin, window) * hann(window)
        spectra = scipy.fft.rfft(frames, PADDING * window) / np.float32(window)
        power = (spectra.real**2 + spectra.imag**2).sum(axis=0)
        part = np.zeros((len(centres), n_bands))
        _band_amplitudes(power, bin_hz, resolution.bands_hz, part)
        amplitudes.append(part)
    amplitudes.append(silence)
    return amplitudes, first - len(silence)


def _find_all(amplitudes: Rows, first: int, hop: int, least: float) -> np.ndarray:
    """As :func:`find_onsets`, of short frames that need not be in memory."""
    around = 2 * (_NEAREST + _RISE)  # short frames that a part has in common with the next
    return np.concatenate(
        [
            find_onsets(amplitudes[start : start + _BLOCK + around], first + start, hop, least)
            for start in range(0, len(amplitudes) - around, _BLOCK)
        ]
    )


def _refined(onsets: np.ndarray, song: SoundSource, resolution: Resolution) -> np.ndarray:
    """Onsets to the millisecond: where what follows is the most louder than what was before.

    In differences from sample to sample: what begins is heard first in high frequencies.
    """
    reach = round(_OFF_BY_S * resolution.sample_rate)
    side = round(_SIDE_S * resolution.sample_rate)
    found = []
    for onset in onsets:
        begin = onset - reach - side
        near = song.read(begin, onset + reach + side + 1)
        power = np.square(np.diff(near.astype(np.float64), axis=1)).sum(axis=0)
        passed = np.concatenate([[0.0], np.cumsum(power)])
        level = np.sqrt(np.maximum(passed[side:] - passed[:-side], 0.0))
        rise = level[side:] - level[:-side]
        # The last of what is as good: a click may be over before the side is.
        least = min(_AS_GOOD * rise.max(), rise.max())  # nothing may rise at all
        found.append(begin + side + int(np.flatnonzero(rise >= least)[-1]))
    return np.unique(np.array(found, np.int64))


@compiled
def _band_amplitudes(power, bin_hz, bands_hz, out):  # type: ignore[no-untyped-def]
    n_frames, n_bins = power.shape
    for frame in range(n_frames):
        band = 0
        for k in range(n_bins):
            hz = k * bin_hz
            while band + 2 < len(bands_hz) and hz >= 0.5 * (bands_hz[band] + bands_hz[band + 1]):
                band += 1
            out[frame, band] += power[frame, k]
        for band in range(len(bands_hz)):
            out[frame, band] = np.sqrt(out[frame, band])


def find_onsets(amplitudes: np.ndarray, first: int, hop: int, least: float = _LEAST) -> np.ndarray:
    """Samples of the onsets among short frames, those near either end left out."""
    rise = np.maximum(amplitudes[2 * _RISE :] - amplitudes[: -2 * _RISE], 0.0).sum(axis=1)
    level = amplitudes.sum(axis=1)[_RISE:-_RISE]
    most = highest_around(rise, 2 * _NEAREST + 1)
    around = highest_around(level, 2 * _NEAREST + 1)
    found = np.flatnonzero((rise == most) & (rise > least * around) & (rise > _SOFTEST))
    found = found[(found >= _NEAREST) & (found < len(rise) - _NEAREST)]
    found = found[rise[found - 1] < rise[found]]  # of equal ones the first
    # Between frames: the highest point of a parabola through three of them.
    before, here, after = rise[found - 1], rise[found], rise[found + 1]
    bend = before - 2.0 * here + after
    offset = np.where(bend < 0.0, 0.5 * (before - after) / np.minimum(bend, -_SOFTEST), 0.0)
    return np.round((first + _RISE + found + offset) * hop).astype(np.int64)
