"""Analysis: frames of a sound under every window, and which window is to sound where."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view

from ctxaudio.analysis.frames import SLOTS
from ctxaudio.synthesis.attacks import REACH, slot_power
from ctxaudio.synthesis.choice import LOOK_AHEAD, Choice, band_sums, choose
from ctxaudio.synthesis.flatness import FlatnessState, noise_share
from ctxaudio.synthesis.onsets import N_NEAR, OnsetState, near_onsets
from ctxaudio.synthesis.resolution import PADDING, Resolution
from rnn.compiled import compiled


class Spectra(NamedTuple):
    """Consecutive frames of every window, as the kernels take them; tuples are by window."""

    raw: tuple[np.ndarray, ...]  # (frame, channel, bin) complex, of unwindowed frames
    windowed: tuple[np.ndarray, ...]  # the same under a Hann window
    power: tuple[np.ndarray, ...]  # (frame, bin), of those, summed over channels


class Analysed(NamedTuple):
    """Steps of a sound that are ready to be moved."""

    first: int  # step
    spectra: Spectra
    weight: np.ndarray  # (step, window, band): how much of a range each window makes
    onsets: np.ndarray  # (step, N_NEAR) samples of onsets around
    noise: np.ndarray  # (step, segment): how far it is noise, 0 to 1
    song_power: np.ndarray  # (step, SLOTS + REACH) of short slots, from a step's output on

    @property
    def n_steps(self) -> int:
        return len(self.song_power)


class AnalysisState(NamedTuple):
    """Steps that wait for what comes after them."""

    waiting: tuple[Looked, ...]
    choice: Choice
    onsets: OnsetState
    flatness: FlatnessState


class Looked(NamedTuple):
    """Steps that have been looked at, and not decided about."""

    first: int
    spectra: Spectra
    song_power: np.ndarray

    def split(self, n_steps: int, resolution: Resolution) -> tuple[Looked, Looked]:
        """The first steps, and the rest."""
        at = self.first + n_steps
        counts = [resolution.count(i, self.first, at) for i in range(len(resolution.windows))]
        before = Spectra(*(tuple(a[:n] for a, n in zip(by, counts)) for by in self.spectra))
        after = Spectra(*(tuple(a[n:] for a, n in zip(by, counts)) for by in self.spectra))
        return (
            Looked(self.first, before, self.song_power[:n_steps]),
            Looked(at, after, self.song_power[n_steps:]),
        )


def begin_analysis(first: int, resolution: Resolution) -> AnalysisState:
    """Before a step."""
    return AnalysisState(
        (),
        Choice.begin(first, resolution),
        OnsetState.begin(first, resolution),
        FlatnessState.begin(resolution),
    )


def analyse(
    samples: np.ndarray, first: int, n_steps: int, resolution: Resolution, state: AnalysisState
) -> tuple[list[Analysed], AnalysisState]:
    """Look at the next steps; those come out that are ``LOOK_AHEAD`` before them, in parts.

    Args:
        samples: (channel, time), from half of the longest window before the first step's centre on.
        first: the first of these steps.
        n_steps: how many.
    """
    spectra = _analyse(samples, first, n_steps, resolution)
    slot = resolution.frames.hop // SLOTS
    n_slots = n_steps * SLOTS + REACH
    slots = slot_power(samples[:, : n_slots * slot], slot)
    power = sliding_window_view(slots, SLOTS + REACH)[np.arange(n_steps) * SLOTS]
    sums = band_sums(spectra, first, n_steps, resolution)
    weight, choice = choose(sums, resolution, state.choice)
    n_ready = len(weight)
    near, onsets = near_onsets(spectra.power[-1], n_ready, resolution, LOOK_AHEAD, state.onsets)
    noise, flatness = noise_share(
        spectra.power[resolution.base :], n_ready, LOOK_AHEAD, resolution, state.flatness
    )
    ready, waiting, done = [], [], 0
    for looked in (*state.waiting, Looked(first, spectra, power)):
        n = min(len(looked.song_power), n_ready - done)
        out, rest = looked.split(n, resolution)
        if n:
            part = slice(done, done + n)
            ready.append(Analysed(out.first, out.spectra, weight[part], near[part], noise[part], out.song_power))
        if len(rest.song_power):
            waiting.append(rest)
        done += n
    return ready, AnalysisState(tuple(waiting), choice, onsets, flatness)


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
            cut = sliding_window_view(samples, window, axis=1)[:, starts].swapaxes(0, 1)
            raw = np.ascontiguousarray(scipy.fft.rfft(cut, PADDING * window)[:, :, :n_raw])
        else:
            raw = np.zeros((0, len(samples), n_raw), np.complex64)
        raw *= np.float32(1.0 / window)
        windowed = np.empty((count, len(samples), n_bins), np.complex64)
        power = np.zeros((count, n_bins), np.float32)
        apply_window(raw, windowed, power, n_all)
        for into, array in zip(found, (raw, windowed, power), strict=True):
            into.append(array)
    return Spectra(*(tuple(arrays) for arrays in found))


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
    for frame in range(n_frames):
        for channel in range(n_channels):
            raw = spectra[frame, channel]
            for k in range(n_bins):
                # The spectrum of a real signal goes on as its conjugate past both ends.
                below = raw[k - 2] if k >= 2 else np.conj(raw[2 - k])
                above = raw[k + 2] if k + 2 < n_all else np.conj(raw[2 * n_all - 4 - k])
                # A Hann window is these weights of neighbours in an unpadded spectrum, which are
                # two bins away here; they are negative because frames start at time 0.
                value = np.float32(0.5) * raw[k] - np.float32(0.25) * (below + above)
                windowed[frame, channel, k] = value
                power[frame, k] += value.real * value.real + value.imag * value.imag
