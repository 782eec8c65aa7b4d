"""Resolution: which windows a sound is looked at with, each in its range, all at one time.

A long window parts the partials of a low chord, a short one keeps an attack together and follows a
vibrato. Every window has frames of its own, four or eight over each sample, all padded twofold.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.frames import OVERLAP, FrameConfig
from ctxaudio.synthesis.decimation import factor_for, margin_of

PADDING = 2  # spectra are of frames that are padded to twice their length

OVERLAP_GAIN = 0.375  # squared Hann windows sum to so much of their overlap

_FIRST_HZ = 40.0  # centre of the first range that is decided about,
_STEP_HZ = 60.0  # and the distance to the next: this,
_STEP_SHARE = 0.26  # or this share of its own frequency (a third of an octave)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A window of ``length`` times the memory's, where it may be used."""

    length: float  # a power of 2
    overlap: int = OVERLAP  # frames over each sample; 4 at least
    from_hz: float = 0.0
    to_hz: float = np.inf


# A song as a file: nothing needs to be soon.
SONG_SPANS = (
    Span(length=4.0, overlap=4, to_hz=1500.0),
    Span(length=2.0, overlap=4, to_hz=6000.0),
    Span(length=1.0),
    Span(length=0.5, overlap=4, from_hz=150.0),
    Span(length=0.25, from_hz=1000.0),
)
SONG_LOOK_AHEAD = 12  # steps
# A song that is played or comes in blocks: a turn of the context is to be heard soon, and what was
# made ahead is made anew.
PLAYED_SPANS = (Span(length=1.0), Span(length=0.5, from_hz=150.0))
PLAYED_LOOK_AHEAD = 4
# What comes in live: as soon as can be.
INPUT_SPANS = (Span(length=1.0),)
INPUT_LOOK_AHEAD = 0


class Layout(NamedTuple):
    """What the kernels know of the windows."""

    windows: np.ndarray  # (window,) samples
    hops: np.ndarray  # (window,) samples
    bin_hz: np.ndarray  # (window,)
    bin_places: np.ndarray  # (window,) how many fine places of the map a bin is wide
    n_fine: int  # places that are as fine as the longest window's bins; those above
    coarse: int  # are as wide as so many of them
    bands_hz: np.ndarray  # (band,) centres of the ranges that the weights are of
    step: int  # samples
    rad_per_hz: float  # radians a sample


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """Windows for a sample rate, the longest first.

    Steps are the memory's frames. In each step a window that is twice as long as the memory's has
    a frame or none, one half as long has two.
    """

    sample_rate: int
    frames: FrameConfig
    spans: tuple[Span, ...] = SONG_SPANS
    look_ahead: int = SONG_LOOK_AHEAD  # steps after a step that decide about it
    evens_out: bool = True  # windows that take turns add up, for which they must be known longer

    def __post_init__(self) -> None:
        lengths = [span.length for span in self.spans]
        if 1.0 not in lengths or any(a != 2.0 * b for a, b in itertools.pairwise(lengths)):
            raise ValueError(
                f"each window must be half of the one before and one 1, got {lengths}."
            )
        if self.look_ahead < 0:
            raise ValueError(f"look_ahead must not be negative, got {self.look_ahead}.")

    @property
    def latency(self) -> int:
        """Samples from when one comes in until it goes out, at the most."""
        return self.longest + self.margin + self.wait * self.frames.hop - 1

    @property
    def crossfade_steps(self) -> int:
        """Steps before a step, and after it, on which it depends how much each window makes."""
        if not self.evens_out:
            return 0
        halves = sum(window // 2 // self.frames.hop for window in self.windows[:-1])
        return halves + sum(hop < self.frames.hop for hop in self.hops)

    @property
    def wait(self) -> int:
        """Steps after a step that must be seen before it is made."""
        return self.look_ahead + self.crossfade_steps

    @property
    def reach(self) -> int:
        """Steps from a frame's beginning to its middle."""
        return self.longest // 2 // self.frames.hop

    @cached_property
    def windows(self) -> tuple[int, ...]:
        """Their lengths in samples."""
        return tuple(round(self.frames.window * span.length) for span in self.spans)

    @property
    def longest(self) -> int:
        """Samples of the longest window."""
        return self.windows[0]

    @cached_property
    def factors(self) -> tuple[int, ...]:
        """By how much the rate is reduced at which each window looks at a sound, (window,)."""
        highest_hz = [self.n_bins(i) * self.bin_hz(i) for i in range(len(self.windows))]
        return tuple(factor_for(hz, self.sample_rate) for hz in highest_hz)

    @cached_property
    def margin(self) -> int:
        """Samples before and after the longest window on which its frame depends."""
        return margin_of(max(self.factors))

    @property
    def needed(self) -> int:
        """Samples that the frames of a step are of."""
        return self.longest + 2 * self.margin

    @property
    def base(self) -> int:
        """Which window is the memory's."""
        return self.windows.index(self.frames.window)

    @cached_property
    def hops(self) -> tuple[int, ...]:
        """From frame to frame of each window, in samples."""
        return tuple(
            window // span.overlap for window, span in zip(self.windows, self.spans, strict=True)
        )

    @cached_property
    def steps_per_frame(self) -> np.ndarray:
        """Steps from frame to frame, of windows that have one in every step 1; (window,)."""
        return np.maximum(np.array(self.hops) // self.frames.hop, 1)

    @cached_property
    def frames_per_step(self) -> np.ndarray:
        """Frames in a step, of windows that have one in every step, else 1; (window,)."""
        return np.maximum(self.frames.hop // np.array(self.hops), 1)

    @cached_property
    def bands_hz(self) -> np.ndarray:
        """Centres of the ranges that are decided about, (band,)."""
        centres = [_FIRST_HZ]
        while centres[-1] < self.sample_rate / 2:
            centres.append(centres[-1] + max(_STEP_HZ, _STEP_SHARE * centres[-1]))
        return np.array(centres)

    @cached_property
    def allowed(self) -> np.ndarray:
        """Which windows may be used in which range, (window, band) bool."""
        hz = self.bands_hz
        return np.array([(hz >= span.from_hz) & (hz <= span.to_hz) for span in self.spans])

    @cached_property
    def layout(self) -> Layout:
        """What the kernels know of the windows."""
        windows = np.array(self.windows)
        return Layout(
            windows=windows,
            hops=np.array(self.hops),
            bin_hz=np.array([self.bin_hz(i) for i in range(len(windows))]),
            bin_places=self.longest // windows,
            n_fine=self.n_bins(0),
            coarse=self.longest // self.frames.window,
            bands_hz=self.bands_hz,
            step=self.frames.hop,
            rad_per_hz=2.0 * np.pi / self.sample_rate,
        )

    def bin_hz(self, window: int) -> float:
        """Width of a bin of a window's spectra."""
        return self.sample_rate / (PADDING * self.windows[window])

    def n_bins(self, window: int) -> int:
        """How many bins of a window's spectra are used."""
        n_all = PADDING * self.windows[window] // 2 + 1
        used = self.bands_hz[self.allowed[window]]
        # As far as the next range's centre: there its share is none.
        end = np.searchsorted(self.bands_hz, used[-1], side="right")
        if end == len(self.bands_hz):
            return n_all
        return min(n_all, int(self.bands_hz[end] / self.bin_hz(window)) + 2)

    def count(self, window: int, first: int, end: int) -> int:
        """How many frames of a window there are in steps ``first`` to ``end``."""
        return self.first_of(window, end) - self.first_of(window, first)

    def first_of(self, window: int, first: int) -> int:
        """The first frame of a window in or after a step; frame t is centred on ``t * hop``."""
        return -(-first * self.frames.hop // self.hops[window])

    def steps_of(self, window: int, first: int, n_frames: int) -> np.ndarray:
        """The step, from step ``first`` on, that each of a window's next frames is in."""
        frames = self.first_of(window, first) + np.arange(n_frames)
        return frames * self.hops[window] // self.frames.hop - first
