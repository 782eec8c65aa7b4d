"""Spectra: frames of a sound under every window."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.fft

from ctxaudio.synthesis.decimation import decimate
from ctxaudio.synthesis.resolution import PADDING, Resolution
from ctxaudio.synthesis.time_map import TimeMap
from rnn.compiled import compiled


class Spectra(NamedTuple):
    """Frames of consecutive steps, as the kernels take them; tuples are by window."""

    raw: tuple[np.ndarray, ...]  # (frame, channel, bin) complex, of unwindowed frames
    windowed: tuple[np.ndarray, ...]  # the same under a Hann window
    power: tuple[np.ndarray, ...]  # (frame, bin), of those, summed over channels
    lag: tuple[np.ndarray, ...]  # (frame,) samples from where it is in the song to where it is made


def take_spectra(
    samples: np.ndarray,
    first: int,
    n_steps: int,
    resolution: Resolution,
    when: TimeMap | None = None,
) -> Spectra:
    """The spectra of steps, a sine as high in all of them.

    Args:
        samples: (channel, time), what :func:`spectra_need` says.
        first: the first step.
        n_steps: how many.
        when: frames are centred there in the song; None if that is where they are made.
    """
    raws, windoweds, powers, lags = [], [], [], []
    origin, _ = spectra_need(first, n_steps, resolution, when)
    for i, (window, hop) in enumerate(zip(resolution.windows, resolution.hops, strict=True)):
        n_frames = resolution.count(i, first, first + n_steps)
        made = (resolution.first_of(i, first) + np.arange(n_frames)) * hop
        centres = made if when is None else when.song_at(made)
        factor, begin = resolution.factors[i], origin
        part = samples
        if factor > 1:
            centres = (centres + factor // 2) // factor * factor  # there are no samples between
            part, begin = decimate(samples, origin, factor)
        starts = (centres - window // 2) // factor - begin
        raw, windowed, power = take_frames(part, starts, window // factor, resolution.n_bins(i))
        raws.append(raw)
        windoweds.append(windowed)
        powers.append(power)
        lags.append(made - centres)
    return Spectra(tuple(raws), tuple(windoweds), tuple(powers), tuple(lags))


def take_frames(
    samples: np.ndarray, starts: np.ndarray, window: int, n_bins: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The spectra of frames under one window: raw, windowed, power; see :class:`Spectra`."""
    n_all = PADDING * window // 2 + 1
    n_raw = min(n_bins + PADDING, n_all)  # the window takes what is beside
    raw = np.zeros((0, len(samples), n_raw), np.complex64)
    if len(starts):
        cut = np.zeros((len(starts), len(samples), PADDING * window), np.float32)
        cut_frames(np.ascontiguousarray(samples), starts, np.float32(1.0 / window), window, cut)
        raw = np.ascontiguousarray(scipy.fft.rfft(cut)[:, :, :n_raw])
    windowed = np.empty((len(starts), len(samples), n_bins), np.complex64)
    power = np.zeros((len(starts), n_bins), np.float32)
    apply_window(raw, windowed, power, n_all)
    return raw, windowed, power


def spectra_need(
    first: int, n_steps: int, resolution: Resolution, when: TimeMap | None = None
) -> tuple[int, int]:
    """The song's samples, from one to another, that the spectra of steps are of."""
    ends = np.array([first, first + n_steps]) * resolution.frames.hop
    begin, end = (ends if when is None else when.song_at(ends)).tolist()
    most = max(resolution.factors)
    half = resolution.needed // 2
    return begin // most * most - half, -(-end // most) * most + half


@compiled
def cut_frames(samples, starts, scale, window, out):  # type: ignore[no-untyped-def]
    """Fill frames (frame, channel, time) with ``window`` samples from each start on, scaled."""
    for frame in range(len(starts)):
        start = starts[frame]
        for channel in range(len(samples)):
            for i in range(window):
                out[frame, channel, i] = scale * samples[channel, start + i]


@compiled
def apply_window(spectra, windowed, power, n_all):  # type: ignore[no-untyped-def]
    """The spectra of the same frames under a Hann window, and their power over channels.

    Args:
        spectra: (frame, channel, bin) complex, padded twofold, possibly not all bins.
        windowed: the same shape or fewer bins, to be filled.
        power: (frame, bin) zeros, to be filled.
        n_all: how many bins a spectrum has up to the Nyquist frequency.
    """
    n_frames, n_channels, n_bins = windowed.shape
    inner = max(2, min(n_bins, n_all - 2))  # bins before that and from 2 on have both neighbours
    for frame in range(n_frames):
        for channel in range(n_channels):
            raw, out = spectra[frame, channel], windowed[frame, channel]
            # A Hann window is these weights of neighbours in an unpadded spectrum, which are two
            # bins away here; they are negative because frames start at time 0.
            for k in range(2, inner):
                out[k] = np.float32(0.5) * raw[k] - np.float32(0.25) * (raw[k - 2] + raw[k + 2])
            # The spectrum of a real signal goes on as its conjugate past both ends.
            for k in range(min(2, n_bins)):
                beside = np.conj(raw[2 - k]) + raw[k + 2]
                out[k] = np.float32(0.5) * raw[k] - np.float32(0.25) * beside
            for k in range(inner, n_bins):
                beside = raw[k - 2] + np.conj(raw[2 * n_all - 4 - k])
                out[k] = np.float32(0.5) * raw[k] - np.float32(0.25) * beside
            for k in range(n_bins):
                power[frame, k] += out[k].real * out[k].real + out[k].imag * out[k].imag
