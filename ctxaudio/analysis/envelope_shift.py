"""How far an example's spectral envelope is displaced against the song's, whatever its pitch does.

Envelopes are laid over each other as spectra are (:mod:`ctxaudio.analysis.registration`): first for
the whole song, then each frame and band as far as it proves reliable. Where they only differ in
level or tilt, nothing has moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ctxaudio.analysis.bands import REFERENCE_HZ, BandConfig, hz_to_semitones
from ctxaudio.analysis.envelope import AXIS, N_POINTS, NOISE_HZ, envelope, fundamental
from ctxaudio.analysis.examples import Example
from ctxaudio.analysis.features import Features
from ctxaudio.analysis.frames import FrameConfig, cut
from ctxaudio.analysis.look import blocks_of, some_of
from ctxaudio.analysis.registration import SEARCH_ST, regularise
from ctxaudio.sound.source import SoundSource
from rnn.rows import MadeRows, Rows, RowSource

_BLOCK = 128  # frames at a time
_DEPTH_DB = 70.0  # below a frame's loudest; what is deeper says nothing
_STEEPEST = 20.0  # dB a semitone; resonances are less steep, the end of what a file holds is more
_ROUNDS = 3  # of a step towards the song's displacement that halves its error and more
_LEVEL_BANDS = 2.5  # standard deviation of the range that has a level in common
_HIGHEST_SHARE = 0.43  # of the sample rate; above, resampling has cut away
_POINTS = AXIS.lowest + np.arange(N_POINTS) * AXIS.width  # semitones above 440 Hz


def with_envelopes(
    song: SoundSource,
    song_is: Features,
    examples: Sequence[Example],
    versions: Sequence[Features],
    frames: FrameConfig,
    bands: BandConfig,
) -> tuple[Features, list[Features]]:
    """Features with the displacement of the envelope, for a memory of pitch and formants.

    What moves apart from its envelope becomes louder or softer by it alone: those examples have
    the song's levels. At context 0 they have its pitches too, for a spectrum whose partials only
    changed their levels seems to move in places.

    Formants of which an example says nothing are where its pitch is.

    Args:
        examples: of the song.
        versions: features of those whose context is not 0, in their order.
    """
    apart = [example for example in examples if example.formants is not None]
    shifts = iter(envelope_shifts(song, apart, frames, bands))
    pitched = iter(versions)
    found = []
    for example in examples:
        features = song_is if example.context == 0.0 else next(pitched)
        if example.formants is None:
            shift = _difference(features.pitch, song_is.pitch)
        else:
            shift = next(shifts)
            if example.formants != example.context:
                features = features._replace(level=song_is.level)
        found.append(features._replace(envelope=shift))
    return song_is._replace(envelope=_difference(song_is.pitch, song_is.pitch)), found


def _difference(one: RowSource, other: RowSource) -> MadeRows:
    shape = one.shape[0], one.shape[1]
    return MadeRows(shape, lambda begin, end: one[begin:end] - other[begin:end])


def envelope_shifts(
    song: SoundSource, examples: Sequence[Example], frames: FrameConfig, bands: BandConfig
) -> list[MadeRows]:
    """Displacements of examples' envelopes, (frame, band) semitones, frame by frame in step."""
    blocks = blocks_of(frames.n_frames(song.n_samples), _BLOCK)
    shares = _shares(song.sample_rate, bands)
    chosen = some_of(blocks)
    here = _joined([_look(song, 1.0, block, frames) for block in chosen])
    wholes = []
    for example in examples:
        there = _joined([_look(example.sound, example.speed, block, frames) for block in chosen])
        whole = _search(here, there, shares)
        for _ in range(_ROUNDS):
            values, weights = _evidence(here, there, whole, shares)
            whole += float(values.sum() / max(weights.sum(), np.finfo(np.float64).tiny))
        wholes.append(whole)
    of_values, of_weights = (
        [Rows((bands.n_bands,), np.float64) for _ in examples] for _ in range(2)
    )
    for block in blocks:
        here = _look(song, 1.0, block, frames)
        for i, example in enumerate(examples):
            there = _look(example.sound, example.speed, block, frames)
            values, weights = _evidence(here, there, wholes[i], shares)
            of_values[i].append(values)
            of_weights[i].append(weights)
    frame_s = frames.hop / song.sample_rate
    shifts = []
    for i, (example, whole) in enumerate(zip(examples, wholes, strict=True)):
        rest = regularise(of_values[i], of_weights[i], frame_s)
        # An envelope is known at the harmonics alone, which stay where they are: it seems to move
        # by up to a twentieth less than it does. Where it is known how far it was moved, that is
        # the mean of what is read.
        known = example.moved_st
        shifts.append(_raised(rest, whole if known is None else known - _mean(rest)))
    return shifts


def _raised(rows: Rows, by: float | np.ndarray) -> MadeRows:
    shape = rows.shape[0], rows.shape[1]
    return MadeRows(shape, lambda begin, end: by + rows[begin:end])


def _mean(rows: Rows) -> np.ndarray:
    """(band,) over all frames."""
    blocks = blocks_of(rows.shape[0], _BLOCK)
    return sum(rows[block].sum(axis=0) for block in blocks) / rows.shape[0]


def _shares(sample_rate: int, bands: BandConfig) -> np.ndarray:
    """How much of each point counts for each band, (point, band)."""
    centres = bands.centres
    place = np.clip(_POINTS, centres[0], centres[-1])
    distance = np.abs(place[:, None] - centres) / (centres[1] - centres[0])
    heard = hz_to_semitones(_HIGHEST_SHARE * sample_rate) > _POINTS
    return np.maximum(0.0, 1.0 - distance) * heard[:, None]


class _Look(NamedTuple):
    levels: np.ndarray  # (frame, point) of an envelope, 0 to 1
    # (frame, point) whether there is a harmonic, as 0 and 1; between them the envelope is a guess,
    # and below the second so is where it moves to
    sampled: np.ndarray


def _look(sound: SoundSource, speed: float, block: slice, frames: FrameConfig) -> _Look:
    """Envelopes of a block of the song's frames in a version at a speed."""
    centres = np.round(np.arange(block.start, block.stop) * frames.hop / speed).astype(np.int64)
    window = 2 * round(frames.window / speed / 2.0)
    begin = int(centres[0]) - window // 2
    heard = sound.read(begin, int(centres[-1]) - window // 2 + window)
    windows = cut(heard, centres - begin, window)
    fundamental_hz = fundamental(windows, sound.sample_rate)
    levels = envelope(windows, sound.sample_rate, fundamental_hz)
    loudest = levels.max(axis=1, keepdims=True)
    step_hz = np.where(fundamental_hz > 0.0, fundamental_hz, NOISE_HZ)[:, None]
    ends = [_POINTS - 0.5 * AXIS.width, _POINTS + 0.5 * AXIS.width]
    below, upto = (np.floor(REFERENCE_HZ * 2.0 ** (end / 12.0) / step_hz) for end in ends)
    sampled = (upto > below) & (upto > 1.0)
    return _Look(np.maximum(levels - loudest + _DEPTH_DB, 0.0) / _DEPTH_DB, sampled.astype(float))


def _joined(looks: list[_Look]) -> _Look:
    return _Look(*(np.concatenate(part) for part in zip(*looks, strict=True)))


def _search(here: _Look, there: _Look, shares: np.ndarray) -> float:
    """Displacement of the whole song to within a point, by correlation of the slopes."""
    heard = shares.sum(axis=1) > 0.0
    song, version = (np.gradient(look.levels, axis=1) * heard for look in (here, there))
    reach = round(SEARCH_ST / AXIS.width)
    products = [
        np.sum(
            song[:, max(0, -lag) : N_POINTS - max(0, lag)]
            * version[:, max(0, lag) : N_POINTS - max(0, -lag)]
        )
        for lag in range(-reach, reach + 1)
    ]
    return (int(np.argmax(products)) - reach) * AXIS.width if max(products) > 0.0 else 0.0


def _moved(values: np.ndarray, semitones: float) -> np.ndarray:
    """Values (frame, point) moved back by a displacement."""
    at = np.arange(N_POINTS) + semitones / AXIS.width
    return np.stack([np.interp(at, np.arange(N_POINTS), row) for row in values])


def _evidence(
    here: _Look, there: _Look, semitones: float, shares: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What each frame and band says of the displacement that is left, to be pooled by adding.

    A Gauss-Newton step on ``there(x) = here(x - d) + level``, with a level that is free from octave
    to octave: the covariance of the song's slope and the difference over the variance of the slope.
    It is asked where the version has a harmonic, as the generator asks the song's envelope there.
    """
    weight = _moved(there.sampled, semitones)
    slope = np.gradient(here.levels, AXIS.width, axis=1)
    weight[np.abs(slope) > _STEEPEST / _DEPTH_DB] = 0.0
    weight[:, _POINTS + semitones > _POINTS[shares.sum(axis=1) > 0.0].max()] = 0.0
    difference = here.levels - _moved(there.levels, semitones)
    amount = _around(weight, shares) + 1e-6
    slope -= _around(weight * slope, shares) / amount
    difference -= _around(weight * difference, shares) / amount
    return (weight * slope * difference) @ shares, (weight * slope * slope) @ shares


def _around(values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Values (frame, point) summed over what lies around, as wide as several bands."""
    by_band = gaussian_filter1d(values @ shares, _LEVEL_BANDS, axis=1, mode="constant")
    return by_band @ shares.T
