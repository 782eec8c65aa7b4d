"""Preparation: all that can be known of a sound's steps before it is known where they move to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ctxaudio.analysis.frames import SLOTS
from ctxaudio.synthesis.attacks import REACH, slot_power, span_power
from ctxaudio.synthesis.choice import Choice, band_sums, choose
from ctxaudio.synthesis.crossfade import Crossfade, even_out
from ctxaudio.synthesis.flatness import FlatnessState, noise_share
from ctxaudio.synthesis.formants import Envelopes
from ctxaudio.synthesis.onsets import OnsetState, mapped_onsets, near_onsets
from ctxaudio.synthesis.pulses import resolved, step_fundamentals
from ctxaudio.synthesis.resolution import Resolution
from ctxaudio.synthesis.spectra import Spectra, spectra_need, take_frames, take_spectra
from ctxaudio.synthesis.stays import MARGIN, noise_swell
from ctxaudio.synthesis.time_map import TimeMap


class Seen(NamedTuple):
    """Consecutive steps, each by itself."""

    first: int  # step
    spectra: Spectra
    noisy: np.ndarray  # (step, channel, bin) windowed, from where noise is taken
    swell: np.ndarray  # (step,) how much louder these are made
    song_power: np.ndarray  # (step, SLOTS + REACH) of short slots, from a step's output on
    envelopes: Envelopes | None  # of the steps, where they are asked for

    @property
    def n_steps(self) -> int:
        """How many."""
        return len(self.song_power)

    @classmethod
    def joined(cls, parts: Sequence[Seen]) -> Seen:
        """Consecutive steps that were seen in parts."""
        firsts, spectra, noisy, swell, song_power, envelopes = zip(*parts, strict=True)
        by_window = (zip(*arrays, strict=True) for arrays in zip(*spectra, strict=True))
        return cls(
            firsts[0],
            Spectra(*(tuple(map(np.concatenate, windows)) for windows in by_window)),
            np.concatenate(noisy),
            np.concatenate(swell),
            np.concatenate(song_power),
            None if envelopes[0] is None else Envelopes.joined(envelopes),
        )

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
        return Seen(
            first,
            spectra,
            self.noisy[steps],
            self.swell[steps],
            self.song_power[steps],
            envelopes,
        )


class Prepared(NamedTuple):
    """Consecutive steps that are ready to be moved."""

    seen: Seen
    weight: np.ndarray  # (step, window, band): how much of a range each window makes
    onsets: np.ndarray  # (step, N_NEAR, 2) samples of the onsets around, as made and in the song
    noise: np.ndarray  # (step, segment): how far it is noise, 0 to 1

    @property
    def n_steps(self) -> int:
        """How many."""
        return self.seen.n_steps

    @classmethod
    def joined(cls, parts: Sequence[Prepared]) -> Prepared:
        """Consecutive steps that were prepared in parts, of which the same is made faster."""
        if len(parts) == 1:
            return parts[0]
        seens, *judged = zip(*parts, strict=True)
        return cls(Seen.joined(seens), *(np.concatenate(arrays) for arrays in judged))

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
    fundamental_hz: np.ndarray  # (step,) of those for which no window is chosen, 0 for none
    choice: Choice
    crossfade: Crossfade
    onsets: OnsetState
    flatness: FlatnessState

    @classmethod
    def begin(cls, first: int, resolution: Resolution) -> PreparationState:
        """Before a step: silence."""
        return cls(
            first,
            (),
            np.zeros(0),
            Choice.begin(first, resolution),
            Crossfade.begin(first, resolution),
            OnsetState.begin(first, resolution),
            FlatnessState.begin(resolution),
        )


def samples_needed(
    first: int, n_steps: int, resolution: Resolution, when: TimeMap | None = None
) -> tuple[int, int]:
    """The song's samples, from one to another, that steps are prepared of.

    From half of the longest window before the first step's centre to as long after the last one's
    end, in the song's own time; and a margin.
    """
    begin, end = spectra_need(first, n_steps, resolution, when)
    if when is None:
        return begin, end
    heard = when.song_at(_slot_edges(first, n_steps, resolution)[[0, -1]])
    noise = _noise_centres(first, n_steps, resolution, when)
    half = resolution.frames.window // 2
    return (
        min(begin, int(heard[0]), int(noise.min()) - half),
        max(end, int(heard[1]), int(noise.max()) + half),
    )


def prepare(
    samples: np.ndarray,
    n_steps: int,
    resolution: Resolution,
    state: PreparationState,
    when: TimeMap | None = None,
    *,
    with_envelopes: bool = False,
) -> tuple[list[Prepared], PreparationState]:
    """Look at the next steps; those get ready that are ``resolution.wait`` before them.

    Args:
        samples: (channel, time), those of :func:`samples_needed`, full scale 1.
        n_steps: how many, at least 1.
        when: at which moment of the song each step is, if not at its own.
        with_envelopes: whether their envelopes are looked at, for formants that move apart.

    Returns:
        The steps that are ready, in parts, and the state to go on from.
    """
    slot = resolution.frames.hop // SLOTS
    begin, _ = samples_needed(state.next, n_steps, resolution, when)
    if when is None:
        part = samples
        heard = samples[:, resolution.margin :]  # from the first that these steps complete on
        slots = slot_power(heard[:, : (n_steps * SLOTS + REACH) * slot], slot)
    else:
        first, end = spectra_need(state.next, n_steps, resolution, when)
        part = samples[:, first - begin : end - begin]
        heard = when.song_at(_slot_edges(state.next, n_steps, resolution)) - begin
        slots = span_power(samples, heard, slot)
    spectra = take_spectra(part, state.next, n_steps, resolution, when)
    base, window = resolution.base, resolution.frames.window
    if when is None:
        noisy, swell = spectra.windowed[base], np.ones(n_steps)
    else:
        starts = _noise_centres(state.next, n_steps, resolution, when) - window // 2 - begin
        _, noisy, _ = take_frames(samples, starts, window, resolution.n_bins(base))
        around = np.arange(state.next - MARGIN, state.next + n_steps + MARGIN)
        swell = noise_swell(when.stay_of(around * resolution.frames.hop))
    power = sliding_window_view(slots, SLOTS + REACH)[np.arange(n_steps) * SLOTS]
    sums = band_sums(spectra.power, state.next, n_steps, resolution)
    new_hz = step_fundamentals(spectra.power, n_steps, resolution)
    fundamental_hz = np.concatenate([state.fundamental_hz, new_hz])
    chosen, choice = choose(sums, resolution, state.choice)
    n_chosen = len(chosen)
    parting = resolved(chosen, fundamental_hz[:n_chosen], resolution)
    weight, crossfade = even_out(parting, resolution, state.crossfade)
    n_ready = len(weight)
    onsets = state.onsets
    if when is None:
        near, onsets = near_onsets(spectra.power[-1], n_ready, resolution, onsets)
    else:
        first_ready = state.waiting[0].first if state.waiting else state.next
        near = mapped_onsets(first_ready, n_ready, resolution, when)
    tonal_powers = spectra.power[resolution.base :]
    noise, flatness = noise_share(tonal_powers, n_ready, resolution, state.flatness)
    ready: list[Prepared] = []
    waiting: list[Seen] = []
    done = 0
    envelopes = None
    if with_envelopes:
        made = np.arange(state.next, state.next + n_steps) * resolution.frames.hop
        centres = (made if when is None else when.song_at(made)) - begin
        cut = sliding_window_view(samples, window, axis=1)[:, centres - window // 2]
        envelopes = Envelopes.of(cut, resolution.sample_rate)
    for seen in (*state.waiting, Seen(state.next, spectra, noisy, swell, power, envelopes)):
        n = min(seen.n_steps, n_ready - done)
        if n == 0:
            waiting.append(seen)
            continue
        these = slice(done, done + n)
        if n < seen.n_steps:
            seen, after = seen.split(n, resolution)
            waiting.append(after)
        ready.append(Prepared(seen, weight[these], near[these], noise[these]))
        done += n
    following = PreparationState(
        state.next + n_steps,
        tuple(waiting),
        fundamental_hz[n_chosen:],
        choice,
        crossfade,
        onsets,
        flatness,
    )
    return ready, following


def _noise_centres(first: int, n_steps: int, resolution: Resolution, when: TimeMap) -> np.ndarray:
    """Where in the song the noise of steps is taken."""
    made = np.arange(first, first + n_steps) * resolution.frames.hop
    return made - when.stays[when.stay_of(made), 1]


def _slot_edges(first: int, n_steps: int, resolution: Resolution) -> np.ndarray:
    """Where the short slots lie that steps are held at the level of, in what is made."""
    slot = resolution.frames.hop // SLOTS
    begin = first * resolution.frames.hop - resolution.longest // 2
    return begin + np.arange(n_steps * SLOTS + REACH + 1) * slot
