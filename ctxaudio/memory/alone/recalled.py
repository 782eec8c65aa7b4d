"""What a network that sings alone recalls, frame by frame, of the song it was taught."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.noise_bands import band_pitches
from ctxaudio.errors import DataError
from ctxaudio.memory.alone.displacement import Displacement, at_frames, displaced
from ctxaudio.memory.alone.memory import CLOCK, AloneMemory
from ctxaudio.memory.alone.packing import features_of, unpacked
from rnn import (
    PhraseLoop,
    ReservoirConfig,
    SolvedReadouts,
    draw_reservoir,
    solve_readouts,
    teach_loop,
)
from rnn.phrases.loop import LoopState

# The response to a context stays linear the further, the less it moves the states; what is kept of
# it is as exact as float64 lets it be. `python -m benchmarks.capacity` shows others.
CONTEXT_SCALE = 1e-5
RIDGE = 1e-18

_PHRASES = 2  # that are read from now
_KEPT = 16  # frames that were recalled last, and may be asked for again
_FURTHEST_ST = 150.0
_MOST = {"pitch": _FURTHEST_ST, "level": 60.0, "noise": 60.0}  # of a feature; beyond is nothing


class AloneNetwork(NamedTuple):
    """A network that turns by itself, and what its states stand for."""

    loop: PhraseLoop
    readouts: SolvedReadouts


def network_of(seed: int, contexts: tuple[float, ...]) -> AloneNetwork:
    """The network that a seed draws, taught at 0 and at some other contexts."""
    network_rng, rings_rng = np.random.default_rng(seed).spawn(2)
    config = ReservoirConfig(n_inputs=CLOCK.n_bumps, context_scale=CONTEXT_SCALE)
    network = draw_reservoir(config, rng=network_rng)
    taught = (0.0, *contexts)
    loop = teach_loop(network, CLOCK, taught, rng=rings_rng)
    return AloneNetwork(loop, solve_readouts(network, CLOCK, taught, ridge=RIDGE))


class _Targets(NamedTuple):
    """A phrase as it was taught."""

    at_0: np.ndarray  # (frame, feature)
    moved: list[dict[str, np.ndarray]]  # what is other at each of the other contexts


class _Recalled(NamedTuple):
    """Some frames."""

    features: np.ndarray  # (time, feature)
    noise_st: np.ndarray  # (time, band)
    contexts: np.ndarray  # (time,)


class AloneRecall:
    """The network of a memory, which turns by itself, and what its states stand for."""

    def __init__(self, memory: AloneMemory) -> None:
        self.memory = memory
        self.layout = memory.layout
        self._loop, self._readouts = network_of(memory.seed, memory.contexts)
        self.noise_st = band_pitches(memory.sample_rate)
        self._displacements = [
            Displacement.unpacked(
                memory.displacements[number], memory.n_frames, memory.bands.n_bands
            )
            for number in range(len(memory.contexts))
        ]
        self._taught: dict[int, _Targets] = {}  # phrases, the last that were read
        self._state: LoopState | None = None
        self._at = -1  # the frame that comes next
        self._last = _Recalled(  # those before it
            np.zeros((0, self.layout.n_features)), np.zeros((0, len(self.noise_st))), np.zeros(0)
        )

    def frames(
        self, begin: int, contexts: np.ndarray, *, goes_on: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """Recall as many frames as there are contexts (time,), from one on.

        The network goes on by itself where the call before ended, of which the last frames may be
        asked for again; it is set to another frame only where another is asked for.

        Args:
            goes_on: whether frames that were recalled just now stay as they are, at whatever
                context they were.

        Returns:
            Features (time, feature), and where the bands of noise are, (time, band) semitones above
            440 Hz.

        Raises:
            DataError: if what the memory holds of them is nothing that was taught.
        """
        known = self._again(begin, contexts, goes_on=goes_on)
        n_known = len(known.contexts)
        if n_known == len(contexts):
            return known.features, known.noise_st
        if self._state is None or begin + n_known != self._at:
            self._state, self._at = self._loop.start(begin, float(contexts[0])), begin
        new = self._go_on(self._state, contexts[n_known:])
        made = _Recalled(*map(np.concatenate, zip(known, new, strict=True)))
        self._last = _Recalled(*(part[-_KEPT:] for part in made))
        return made.features, made.noise_st

    def _again(self, begin: int, contexts: np.ndarray, *, goes_on: bool) -> _Recalled:
        """What of these was recalled last, if it goes on, or they are at the same contexts."""
        n_last = len(self._last.contexts)
        first = begin - (self._at - n_last)
        if not 0 <= first < n_last:
            first = n_last
        known = _Recalled(*(part[first : first + len(contexts)] for part in self._last))
        is_same = goes_on or np.array_equal(known.contexts, contexts[: len(known.contexts)])
        return known if is_same else _Recalled(*(part[:0] for part in known))

    def _go_on(self, state: LoopState, contexts: np.ndarray) -> _Recalled:
        turned = self._loop.run(state, contexts[:, None])
        self._state, self._at = turned.after, self._at + len(contexts)
        features = np.tile(self.layout.silence, (len(contexts), 1))
        noise_st = np.tile(self.noise_st, (len(contexts), 1))
        shares = self._readouts.shares(turned.states)
        for number in np.unique(turned.frames // CLOCK.n_frames):
            if number < len(self.memory.phrases):
                rows = np.flatnonzero(turned.frames // CLOCK.n_frames == number)
                features[rows], noise_st[rows] = self._read(int(number), shares[:, rows])
        return _Recalled(features, noise_st, contexts)

    def _read(self, number: int, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What states stand for in a phrase, by their shares (context, time, frame) of it."""
        if number not in self._taught:
            while len(self._taught) >= _PHRASES:
                del self._taught[next(iter(self._taught))]
            self._taught[number] = self._targets(number)
        taught, moved = self._taught[number]
        features = shares.sum(axis=0) @ taught
        noise_st = shares.sum(axis=0).sum(axis=1)[:, None] * self.noise_st
        for share, parts in zip(shares[1:], moved, strict=True):
            for name, where in self.layout.parts.items():
                if name in parts:
                    features[:, where] += share @ parts[name]
            noise_st += share @ parts["noise_pitch"]
        for name, most in _MOST.items():
            where = self.layout.parts[name]
            features[:, where] = features[:, where].clip(-_FURTHEST_ST, most)
        return features, noise_st.clip(-_FURTHEST_ST, _FURTHEST_ST)

    def _targets(self, number: int) -> _Targets:
        """A phrase as it was taught at 0, and what was other at the other contexts."""
        memory, length = self.memory, CLOCK.n_frames
        begin = number * length
        n_taught = min(length, memory.n_frames - begin)
        try:
            steps = unpacked(memory.phrases[number], n_taught, self.layout)
        except ValueError as error:
            raise DataError(f"phrase {number} of the memory is none: {error}.") from error
        # The last phrase ends in silence.
        features = np.concatenate(
            [
                features_of(steps, self.layout),
                np.tile(self.layout.silence, (length - n_taught, 1)),
            ]
        )
        moved = []
        for displacement in self._displacements:
            here = at_frames(displacement, begin, begin + length, memory.n_frames)
            moved.append(displaced(features, here, memory.bands, self.layout, self.noise_st))
        return _Targets(features, moved)
