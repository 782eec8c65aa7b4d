"""Analysis: frames of a sound under every window, and which window is to sound where."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view

from ctxaudio.analysis.frames import SLOTS
from ctxaudio.synthesis.attacks import REACH, slot_power
from ctxaudio.synthesis.choice import LOOK_AHEAD, Choice, band_sums, choose
from ctxaudio.synthesis.onsets import N_NEAR, OnsetState, near_onsets
from ctxaudio.synthesis.resolution import PADDING, Resolution
from rnn.compiled import compiled


class Spectra(NamedTuple):
    """Consecutive frames of every window, as the kernels take them; tuples are by window."""

    raw: tuple[np.ndarray, ...]  # (channel, frame, bin) complex, of unwindowed frames
    windowed: tuple[np.ndarray, ...]  # the same under a Hann window
    power: tuple[np.ndarray, ...]  # (frame, bin), of those, summed over channels


class Analysed(NamedTuple):
    """Steps of a sound that are ready to be moved."""

    first: int  # step
    spectra: Spectra
    weight: np.ndarray  # (step, window, band): how much of a range each window makes
    onsets: np.ndarray  # (step, N_NEAR) samples of onsets around
    song_power: np.ndarray  # (step, SLOTS + REACH) of short slots, from a step's output on

    @property
    def n_steps(self) -> int:
        return len(self.song_power)


class AnalysisState(NamedTuple):
    """Steps that wait for what comes after them."""

    waiting: Analysed
    choice: Choice
    onsets: OnsetState


def begin_analysis(n_channels: int, first: int, resolution: Resolution) -> AnalysisState:
    """Before a step."""
    empty = Analysed(
        first,
        _analyse(np.zeros((n_channels, resolution.longest), np.float32), first, 0, resolution),
        np.zeros((0, len(resolution.windows), len(resolution.bands_hz))),
        np.zeros((0, N_NEAR), np.int64),
        np.zeros((0, SLOTS + REACH)),
    )
    return AnalysisState(empty, Choice.begin(first, resolution), OnsetState.begin(first, resolution))


def analyse(
    samples: np.ndarray, n_steps: int, resolution: Resolution, state: AnalysisState
) -> tuple[Analysed, AnalysisState]:
    """Look at the next steps; those come out that are ``LOOK_AHEAD`` before them.

    Args:
        samples: (channel, time), from half of the longest window before the first step's centre on.
        n_steps: how many.
    """
    waiting = state.waiting
    first = waiting.first + waiting.n_steps
    hop = resolution.frames.hop
    spectra = _analyse(samples, first, n_steps, resolution)
    sums = band_sums(spectra, first, n_steps, resolution)
    weight, choice = choose(sums, resolution, state.choice)
    slot = hop // SLOTS
    n_slots = n_steps * SLOTS + REACH
    slots = slot_power(samples[:, : n_slots * slot], slot)
    starts = np.arange(n_steps) * SLOTS
    power = sliding_window_view(slots, SLOTS + REACH)[starts]
    all_spectra = Spectra(
        *(
            tuple(np.concatenate([a, b], axis=a.ndim - 2) for a, b in zip(old, new, strict=True))
            for old, new in zip(waiting.spectra, spectra, strict=True)
        )
    )
    all_power = np.concatenate([waiting.song_power, power])
    n_ready = len(weight)
    near, onsets = near_onsets(spectra.power[-1], n_ready, resolution, LOOK_AHEAD, state.onsets)
    ready = waiting.first + n_ready
    counts = [resolution.count(i, waiting.first, ready) for i in range(len(resolution.windows))]
    out = Analysed(waiting.first, _part(all_spectra, counts, True), weight, near, all_power[:n_ready])
    rest = Analysed(ready, _part(all_spectra, counts, False), weight[:0], near[:0], all_power[n_ready:])
    return out, AnalysisState(rest, choice, onsets)


def _part(spectra: Spectra, counts: list[int], before: bool) -> Spectra:
    def cut(array: np.ndarray, count: int) -> np.ndarray:
        part = slice(None, count) if before else slice(count, None)
        return np.ascontiguousarray(array[..., part, :])

    return Spectra(
        *(tuple(cut(a, n) for a, n in zip(arrays, counts, strict=True)) for arrays in spectra)
    )


def _analyse(samples: np.ndarray, first: int, n_steps: int, resolution: Resolution) -> Spectra:
    found: list[list[np.ndarray]] = [[], [], []]
    origin = first * resolution.frames.hop - resolution.longest // 2
    for i, (window, hop) in enumerate(zip(resolution.windows, resolution.hops, strict=True)):
        count = resolution.count(i, first, first + n_steps)
        centres = (-(-first * resolution.frames.hop // hop) + np.arange(count)) * hop
        starts = centres - window // 2 - origin
        n_all = PADDING * window // 2 + 1
        n_bins = resolution.n_bins(i)
        n_raw = min(n_bins + PADDING, n_all)  # the window takes what is beside
        if count:
            cut = sliding_window_view(samples, window, axis=1)[:, starts]
            raw = np.ascontiguousarray(
                scipy.fft.rfft(cut, PADDING * window)[:, :, :n_raw]
            )
        else:
            raw = np.zeros((len(samples), 0, n_raw), np.complex64)
        raw *= np.float32(1.0 / window)
        windowed = np.zeros((len(samples), count, n_bins), np.complex64)
        power = np.zeros((count, n_bins), np.float32)
        apply_window(raw, windowed, power, n_all)
        for into, array in zip(found, (raw, windowed, power), strict=True):
            into.append(array)
    return Spectra(*(tuple(arrays) for arrays in found))


@compiled
def apply_window(spectra, windowed, power, n_all):  # type: ignore[no-untyped-def]
    """The spectra of the same frames under a Hann window, and their power over channels.

    Args:
        spectra: (channel, frame, bin) complex, padded twofold, possibly not all bins.
        windowed: the same shape or fewer bins, to be filled.
        power: (frame, bin) zeros, to be filled.
        n_all: how many bins a spectrum has up to the Nyquist frequency.
    """
    n_channels, n_frames, n_bins = windowed.shape
    for channel in range(n_channels):
        for frame in range(n_frames):
            raw = spectra[channel, frame]
            for k in range(n_bins):
                # The spectrum of a real signal goes on as its conjugate past both ends.
                below = raw[k - 2] if k >= 2 else np.conj(raw[2 - k])
                above = raw[k + 2] if k + 2 < n_all else np.conj(raw[2 * n_all - 4 - k])
                # A Hann window is these weights of neighbours in an unpadded spectrum, which are
                # two bins away here; they are negative because frames start at time 0.
                value = np.float32(0.5) * raw[k] - np.float32(0.25) * (below + above)
                windowed[channel, frame, k] = value
                power[frame, k] += value.real * value.real + value.imag * value.imag
