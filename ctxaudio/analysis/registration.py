"""Registration: by how much each band of a version is displaced against the song.

Displacements are later extrapolated manyfold, and so is their error. So each is estimated in
levels, each the prior of the next: the whole song, its course over time, each band's own course.
A level departs from its prior only as far as the departure proves reliable (empirical Bayes).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.frames import OVERLAP
from rnn.rows import Rows, RowSource, in_parts, mean_of_rows, sum_of

SEARCH_ST = 14.0  # semitones; as far as a version is looked for
_SONG_TIME_S = 0.5  # standard deviation of the course over time of the whole spectrum
_BAND_TIME_S = 0.15  # of one band's course
_RELIABILITY_TIME_S = 2.0  # over which reliability is measured
_REACH = 3.0  # standard deviations, as far as is averaged
_AT_A_TIME = 4096  # frames


def find_displacement(song: np.ndarray, version: np.ndarray, config: BandConfig) -> np.ndarray:
    """Coarse displacement of each band over the whole song, semitones, shape (band,).

    Normalised cross-correlation of the spectra's slopes: the smooth part of a spectrum says
    nothing of where it is. Each band adds the correlation of the whole spectrum to its own: one
    that says nothing by itself follows the song. Bands that agree with the whole to within what
    :func:`evidence` can still find take its displacement.

    Args:
        song, version: (frame, point) smoothed amplitudes of the same moments.
    """
    song, version = np.gradient(song, axis=1), np.gradient(version, axis=1)
    # Sums over frames of song(x) version(y); a displacement is a diagonal of it.
    product = song.T @ version
    song_power = np.sum(song * song, axis=0)
    version_power = np.sum(version * version, axis=0)
    shares = np.concatenate([config.shares, np.ones((len(song_power), 1), np.float32)], axis=1)
    reach = min(round(SEARCH_ST * 100.0 / config.grid_cents), len(song_power) - 1)
    correlation = np.zeros((2 * reach + 1, shares.shape[1]))
    overlap = np.zeros_like(correlation)
    for lag in range(-reach, reach + 1):
        here = slice(max(0, -lag), len(song_power) - max(0, lag))
        there = slice(here.start + lag, here.stop + lag)
        correlation[lag + reach] = np.diagonal(product, lag) @ shares[here]
        overlap[lag + reach] = np.sqrt(
            (song_power[here] @ shares[here]) * (version_power[there] @ shares[here])
        )
    # A lag at which little of the song or the version lies in the band decides little.
    floor = 0.1 * overlap.max(axis=0) + np.finfo(np.float32).tiny
    correlation /= np.maximum(overlap, floor)
    spacing = config.grid_cents / 100.0
    whole = _peak(correlation[:, -1], spacing, reach)
    own = np.array(
        [_peak(band + correlation[:, -1], spacing, reach) for band in correlation.T[:-1]]
    )
    capture = 2.0 * config.smoothing_cents / 100.0
    # Where the song went, a band at an end of the axis may have nothing left to be compared with.
    left = (overlap >= floor)[round(whole / spacing) + reach, :-1]
    return np.where((np.abs(own - whole) < capture) | ~left, whole, own)


def evidence(
    song: np.ndarray, version: np.ndarray, shares: np.ndarray, config: BandConfig
) -> tuple[np.ndarray, np.ndarray]:
    """What each frame and band says of the displacement that is left, for small ones.

    One Gauss-Newton step on ``version(x) = song(x - d)``: with the mean slope s of the two,
    ``d = sum(s (song - version)) / sum(s^2)``. The two sums are returned, shape (frame, band),
    because evidence is pooled by adding it.

    Args:
        song, version: (frame, point) smoothed amplitudes, laid over each other.
        shares: (point, band) how much of each point counts for each band.
        config: where the points are.
    """
    spacing = config.grid_cents / 100.0
    # Only displacement is asked for here: the version's bands are made as loud as the song's.
    tiny = np.finfo(np.float32).tiny
    loudness = ((song * song) @ shares + tiny) / ((version * version) @ shares + tiny)
    version = version * np.sqrt(np.clip(loudness, 0.01, 100.0) @ shares.T)
    slope = np.gradient(0.5 * (song + version), spacing, axis=1)
    return (slope * (song - version)) @ shares, (slope * slope) @ shares


def regularise(
    values: RowSource, weights: RowSource, frame_s: float, overlap: int = OVERLAP
) -> Rows:
    """Displacements or gains (frame, band) from evidence, each level shrunk to the one before.

    Args:
        values: (frame, band) weighted sums, such as the first that :func:`evidence` returns.
        weights: (frame, band), what the values are to be divided by; not negative.
        frame_s: seconds from frame to frame.
        overlap: frames that cover each sample.
    """
    n_frames, n_bands = values.shape
    total = float(sum_of(weights))
    if total <= 0.0:
        found = Rows((n_bands,), np.float64)
        for begin in range(0, n_frames, _AT_A_TIME):
            found.append(np.zeros((min(_AT_A_TIME, n_frames - begin), n_bands)))
        return found
    song = float(sum_of(values)) / total
    pairs = zip(in_parts(values), in_parts(weights), strict=True)
    of_frame = _sums_over_bands(value - song * weight for value, weight in pairs)
    weight_of_frame = _sums_over_bands(in_parts(weights))
    floor = _floor(weight_of_frame.mean(axis=0))
    over_time = _level(of_frame, weight_of_frame, floor, n_frames, frame_s, overlap, _SONG_TIME_S)
    prior = song + over_time
    floor = _floor(mean_of_rows(weights))
    regularised: Rows | None = None
    # What is further away than that has no part in a frame, to the last bit.
    margin = round(_REACH * _RELIABILITY_TIME_S / frame_s / overlap + _REACH) * overlap
    size = max(_AT_A_TIME // overlap, 1) * overlap
    for begin in range(0, n_frames, size):
        first, end = max(begin - margin, 0), min(begin + size, n_frames)
        around = slice(first, min(end + margin, n_frames))
        weight = weights[around]
        departures = values[around] - prior[around] * weight
        level = _level(departures, weight, floor, n_frames, frame_s, overlap, _BAND_TIME_S)
        part = (prior[around] + level)[begin - first : end - first]
        if regularised is None:
            regularised = Rows((n_bands,), part.dtype)
        regularised.append(part)
    assert regularised is not None  # noqa: S101  there is a frame
    return regularised


def _sums_over_bands(parts: Iterable[np.ndarray]) -> np.ndarray:
    return np.concatenate([part.sum(axis=1, keepdims=True) for part in parts])


def _floor(mean_weights: np.ndarray) -> np.ndarray:
    """A share of the mean weight: frames with no evidence of their own depart less."""
    return np.asarray(0.01 * mean_weights + np.finfo(np.float32).tiny)


def _level(
    values: np.ndarray,
    weights: np.ndarray,
    floor: np.ndarray,
    n_all: int,
    frame_s: float,
    overlap: int,
    time_s: float,
) -> np.ndarray:
    """Departures (frame, column) from the prior, smoothed over time and shrunk."""
    pooled = _over_time(values, time_s / frame_s)
    estimate = pooled / (_over_time(weights, time_s / frame_s) + floor)
    return _reliability(values, weights + floor, n_all, frame_s, overlap) * estimate


def _reliability(
    values: np.ndarray, weights: np.ndarray, n_all: int, frame_s: float, overlap: int
) -> np.ndarray:
    """Share of the departures' variance that is not noise, local in time and column, 0 to 1.

    Neighbouring blocks, each an overlap of frames long, share next to no samples: what both say
    is signal, what only one says is noise. So it is the correlation r of neighbours, less four
    times its standard error, (1 - r²) / sqrt(n): what is wrongly believed is extrapolated, what is
    wrongly doubted is not.
    """
    n_frames = len(values)
    starts = np.arange(0, n_frames, overlap)
    heavy = np.add.reduceat(weights, starts, axis=0)
    estimate = np.add.reduceat(values, starts, axis=0) / heavy
    n_blocks = -(-n_all // overlap)  # of the whole song
    if n_blocks < 4:
        return np.zeros_like(values)
    pair_weight = np.sqrt(heavy[:-1] * heavy[1:])
    width = _RELIABILITY_TIME_S / (overlap * frame_s)
    covariance = _over_time(pair_weight * estimate[:-1] * estimate[1:], width)
    power = _over_time(pair_weight * 0.5 * (estimate[:-1] ** 2 + estimate[1:] ** 2), width)
    pairs = _over_time(pair_weight, width) ** 2 / np.maximum(
        _over_time(pair_weight**2, width), np.finfo(np.float64).tiny
    )
    # _over_time averages over about 2 sqrt(pi) widths.
    n_effective = np.minimum(pairs * 2.0 * np.sqrt(np.pi) * width, n_blocks)
    share = covariance / np.maximum(power, np.finfo(np.float64).tiny)
    error = (1.0 - np.clip(share, -1.0, 1.0) ** 2) / np.sqrt(np.maximum(n_effective, 1.0))
    share = np.clip(share - 4.0 * error, 0.0, 1.0)
    # The reliability of a block is that of the pairs it is in; blocks back to frames.
    return np.repeat(np.concatenate([share, share[-1:]]), overlap, axis=0)[:n_frames]


def _over_time(values: np.ndarray, width: float) -> np.ndarray:
    """Values (time, column), averaged by a Gaussian of this width; around them there is nothing.

    It is scipy.ndimage's to the last digit, which takes longer to import than to run.
    """
    reach = int(_REACH * width + 0.5)
    weights = np.exp(-0.5 / (width * width) * np.arange(-reach, reach + 1) ** 2)
    weights /= weights.sum()
    padded, n = np.pad(values.astype(np.float64), ((reach, reach), (0, 0))), len(values)
    averaged = padded[reach : reach + n] * weights[reach]
    for i in range(reach):
        averaged += (padded[i : i + n] + padded[2 * reach - i : 2 * reach - i + n]) * weights[i]
    return averaged.astype(values.dtype)


def _peak(correlation: np.ndarray, spacing: float, reach: int) -> float:
    """Place of the highest value, by a parabola through it and its neighbours."""
    best = int(np.argmax(correlation))
    if correlation[best] <= 0.0 or not 0 < best < len(correlation) - 1:
        return (best - reach) * spacing if correlation[best] > 0.0 else 0.0
    left, centre, right = correlation[best - 1 : best + 2]
    curvature = left - 2.0 * centre + right
    shift = 0.5 * (left - right) / curvature if curvature < 0.0 else 0.0
    return (best - reach + shift) * spacing
