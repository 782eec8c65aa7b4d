"""Preparation: all that can be known of a sound's steps before it is known where they move to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ctxaudio.analysis.frames import SLOTS
from ctxaudio.synthesis.attacks import REACH, slot_power
from ctxaudio.synthesis.choice import Choice, band_sums, choose
from ctxaudio.synthesis.flatness import FlatnessState, noise_share
from ctxaudio.synthesis.formants import Envelopes
from ctxaudio.synthesis.onsets import OnsetState, near_onsets
from ctxaudio.synthesis.resolution import Resolution
from ctxaudio.synthesis.spectra import Spectra, take_spectra

# In a window that parts a voice's harmonics. With fewer, low voices lose 1 to 3 dB; with more,
# middle ones lose as much, for the longer window is too long for their vibrato.
_PERIODS = 2.4


class Seen(NamedTuple):
    """Consecutive steps, each by itself."""

    first: int  # step
    spectra: Spectra
    song_power: np.ndarray  # (step, SLOTS + REACH) of short slots, from a step's output on
    envelopes: Envelopes | None  # of the steps, where they are asked for

    @property
    def n_steps(self) -> int:
        """How many."""
        return len(self.song_power)

    def split(self, n_steps: int, resolution: Resolution) -> tuple[Seen, Seen]:
        """So many of them, and the rest."""
        at = self.first + n_steps
        n_frames = [resolution.count(i, self.first, at) for i in range(len(resolution.windows))]
        by_window = [list(zip(arrays, n_frames, strict=True)) for arrays in self.spectra]
        before = Spectra(*(tuple(array[:n] for array, n in pairs) for pairs in by_window))
        after = Spectra(*(tuple(array[n:] for array, n in pairs) for pairs in by_window))
        return (
            self._part(self.first, before, slice(n_steps)),
            self._part(at, after, slice(n_steps, None)),
        )

    def _part(self, first: int, spectra: Spectra, steps: slice) -> Seen:
        envelopes = None if self.envelopes is None else self.envelopes.rows(steps)
        return Seen(first, spectra, self.song_power[steps], envelopes)


class Prepared(NamedTuple):
    """Consecutive steps that are ready to be moved."""

    seen: Seen
    weight: np.ndarray  # (step, window, band): how much of a range each window makes
    onsets: np.ndarray  # (step, N_NEAR) samples of the onsets around
    noise: np.ndarray  # (step, segment): how far it is noise, 0 to 1

    @property
    def n_steps(self) -> int:
        """How many."""
        return self.seen.n_steps

    def split(self, n_steps: int, resolution: Resolution) -> tuple[Prepared, Prepared]:
        """So many of them, and the rest."""
        before, after = self.seen.split(n_steps, resolution)
        _, *judged = self
        return (
            Prepared(before, *(array[:n_steps] for array in judged)),
            Prepared(after, *(array[n_steps:] for array in judged)),
        )


class PreparationState(NamedTuple):
    """What the steps before have left."""

    next: int  # the step that is to be seen
    waiting: tuple[Seen, ...]  # steps that what follows will decide about
    choice: Choice
    onsets: OnsetState
    flatness: FlatnessState

    @classmethod
    def begin(cls, first: int, resolution: Resolution) -> PreparationState:
        """Before a step: silence."""
        return cls(
            first,
            (),
            Choice.begin(first, resolution),
            OnsetState.begin(first, resolution),
            FlatnessState.begin(resolution),
        )


def prepare(
    samples: np.ndarray,
    n_steps: int,
    resolution: Resolution,
    state: PreparationState,
    *,
    with_envelopes: bool = False,
) -> tuple[list[Prepared], PreparationState]:
    """Look at the next steps; those get ready that are ``look_ahead`` before them.

    Args:
        samples: (channel, time), from half of the longest window before the first step's centre
            to as long after the last one's end, full scale 1.
        n_steps: how many, at least 1.
        with_envelopes: whether their envelopes are looked at, for formants that move apart.

    Returns:
        The steps that are ready, in parts, and the state to go on from.
    """
    spectra = take_spectra(samples, state.next, n_steps, resolution)
    slot = resolution.frames.hop // SLOTS
    slots = slot_power(samples[:, : (n_steps * SLOTS + REACH) * slot], slot)
    power = sliding_window_view(slots, SLOTS + REACH)[np.arange(n_steps) * SLOTS]
    sums = band_sums(spectra.power, state.next, n_steps, resolution)
    weight, choice = choose(sums, resolution, state.choice)
    n_ready = len(weight)
    near, onsets = near_onsets(spectra.power[-1], n_ready, resolution, state.onsets)
    tonal_powers = spectra.power[resolution.base :]
    noise, flatness = noise_share(tonal_powers, n_ready, resolution, state.flatness)
    ready: list[Prepared] = []
    waiting: list[Seen] = []
    done = 0
    envelopes = _envelopes(samples, n_steps, resolution) if with_envelopes else None
    for seen in (*state.waiting, Seen(state.next, spectra, power, envelopes)):
        n = min(seen.n_steps, n_ready - done)
        before, after = seen.split(n, resolution)
        part = slice(done, done + n)
        if n:
            resolved = _resolved(weight[part], before.envelopes, resolution)
            ready.append(Prepared(before, resolved, near[part], noise[part]))
        if after.n_steps:
            waiting.append(after)
        done += n
    following = PreparationState(state.next + n_steps, tuple(waiting), choice, onsets, flatness)
    return ready, following


def _resolved(
    weight: np.ndarray, envelopes: Envelopes | None, resolution: Resolution
) -> np.ndarray:
    """The weights, those of windows that do not part a voice's harmonics given to longer ones.

    Between them each pulse of a low voice is concentrated in a short window, which then seems to be
    the best; but pulses that are moved by themselves stay as far apart as they are.
    """
    if envelopes is None:
        return weight
    weight = weight.copy()
    for i in range(len(resolution.windows) - 1, resolution.base, -1):
        periods = resolution.windows[i] / resolution.sample_rate * envelopes.fundamental_hz
        short = envelopes.voiced & (periods < _PERIODS)
        weight[short, i - 1] += weight[short, i]
        weight[short, i] = 0.0
    return weight


def _envelopes(samples: np.ndarray, n_steps: int, resolution: Resolution) -> Envelopes:
    """Of the frames that the memory's window makes of the steps."""
    window, hop = resolution.frames.window, resolution.frames.hop
    begin = (resolution.longest - window) // 2
    windows = sliding_window_view(samples[:, begin:], window, axis=1)
    return Envelopes.of(windows[:, : n_steps * hop : hop], resolution.sample_rate)
