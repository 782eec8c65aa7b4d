"""The playhead: what is heard next of a song, at a context that can be turned while it sounds.

A step reaches half a window into the future, so part of what comes next is made before it is
heard. Whatever changes the future, a turn of the context or a seek, must be heard sooner than that:
steps that are centred in the future are taken back and made again, and over one hop what would
have been heard fades into what is heard instead. What was prepared of them, their spectra, stays.

In a loop nothing changes at the end: the song is one that goes on for ever, its beginning after its
end, and frames reach from the one into the other. So steps are counted on: step t is centred on
sample ``t * hop`` of that endless song, in whatever repetition of it that lies.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np

from ctxaudio.effect.context_shift import check_song
from ctxaudio.effect.stream import StreamState, Voice
from ctxaudio.memory.knobs import Formants
from ctxaudio.memory.song_memory import SongMemory, check_context, check_speed
from ctxaudio.playback.fade import crossfade
from ctxaudio.sound.source import SoundSource
from ctxaudio.synthesis.generator import full_scale, when_heard
from ctxaudio.synthesis.glide import GLIDE_S, Glide
from ctxaudio.synthesis.preparation import PreparationState, Prepared, samples_needed
from ctxaudio.synthesis.stays import MARGIN
from ctxaudio.synthesis.time_map import TimeMap

_REMEMBERED = 32  # steps after which what came before them has no part in how they are prepared
_AT_A_TIME = 4  # steps that are prepared together; more would keep a sound card waiting


class _Made(NamedTuple):
    """Steps that were made together, and all that is needed to make them again."""

    step: int  # the first
    before: StreamState
    contexts: np.ndarray  # (step,)
    prepared: Prepared


class Playhead:
    """A song at a position and a context. One thread at a time may use it.

    Raises:
        DataError: if the memory is of another song, the context beyond ±36, or formants are asked
            for that were not taught.
    """

    goes_on = False

    def __init__(
        self,
        memory: SongMemory,
        song: SoundSource,
        context: float = 0.0,
        *,
        speed: float = 1.0,
        formants: Formants = None,
    ) -> None:
        check_speed(speed)
        check_song(memory, song)
        self.song = song
        self.sample_rate = song.sample_rate
        self.n_channels, self.n_samples = song.n_channels, song.n_samples
        self._context = check_context(context)
        self._voice = Voice.of(memory, formants)
        self._resolution = self._voice.resolution
        self._when = when_heard(song, speed, self._resolution)
        self._lasts = self.n_samples if self._when is None else self._when.n_made  # to be heard
        self._end: int | None = self._lasts  # where the endless song ends; None in a loop
        self._scale = full_scale(song) or np.float32(1.0)
        self._hop, self._window = memory.frames.hop, self._resolution.longest
        self._reach = self._resolution.reach  # hops from where a frame begins to its centre
        self._played = 0  # samples; the time that a glide runs in
        self._glide = Glide.rest(self._context)
        self._fading: np.ndarray | None = None  # what would have been heard next before a jump
        self._over = np.zeros((self.n_channels, 0), np.float32)  # made, but past the end
        self._start(0)

    @property
    def context(self) -> float:
        """Where the context is, or glides to, from the next hop on."""
        return self._context

    @context.setter
    def context(self, context: float) -> None:
        self._context = check_context(context)

    @property
    def loop(self) -> bool:
        """Whether the song begins again at its end."""
        return self._end is None

    @loop.setter
    def loop(self, loop: bool) -> None:
        if loop == self.loop:
            return
        if self._end is None:
            self._end = self._at - self._at % self._lasts + self._lasts
            return
        if self._at >= self._end:
            self._jump(0, None)
        elif self._at + self._reach * self._hop + self._window // 2 > self._end:
            # Silence was made ahead, where now the song begins,
            self._jump(self._next, None)
        else:
            self._end = None
            self._prepare_again()  # or prepared.

    @property
    def position(self) -> int:
        """The song's sample that :meth:`next` begins with."""
        if self._end is None:
            heard = self._at % self._lasts
        else:
            heard = min(self._at, self._end) - self._end + self._lasts
        return heard if self._when is None else int(self._when.song_at(np.array(heard)))

    @property
    def heard_context(self) -> float:
        """Where the context is at this position, on its way to ``context``."""
        return float(self._glide.at(np.array(self._played)))

    @property
    def recalled(self) -> np.ndarray:
        """(2 band,) pitches in semitones above 440 Hz, then levels in dB, as recalled last."""
        return self._state.recalled[: 2 * self._voice.memory.bands.n_bands]

    def next(self) -> np.ndarray | None:
        """The next (channel, time) samples, a hop or what is left of the song; None at its end."""
        left = self._hop if self._end is None else min(self._end - self._at, self._hop)
        if left <= 0:
            return None
        made = self._advance() if self.context == self._glide.target else self._turn()
        made, self._over = made[:, :left], made[:, left:]
        if self._fading is not None:
            made = crossfade(self._fading, made)
            self._fading = None
        self._played += self._hop
        self._next += 1
        return made

    def seek(self, position: int) -> None:
        """Go on from near a sample, within a hop of it; what sounds there fades in over a hop.

        Past the end there is still a hop to fade into, or as much as the song has.
        """
        position = max(position, 0)
        if self._when is not None:
            position = self._when.made_at(position)
        if self._end is None:
            # Where the song has been heard already: what comes before its beginning is its end.
            began = self._lasts
            hop = (began + min(position, self._lasts - 1)) // self._hop
            self._jump(max(hop, -(-began // self._hop)), None)
        else:
            last = max(self._lasts // self._hop - 1, 0)
            self._jump(min(position // self._hop, last), self._lasts)

    @property
    def _at(self) -> int:
        """The endless song's sample that :meth:`next` begins with."""
        return self._next * self._hop

    def _jump(self, hop: int, end: int | None) -> None:
        """Be at a hop of a song that ends there; what would have been heard here fades into it.

        At first that is silence, and into the song's beginning it need not fade.
        """
        if self._played:
            fading = self._fading
            if fading is None:
                fading = np.concatenate([self._over, self._advance()], axis=1)[:, : self._hop]
        else:
            fading = np.zeros((self.n_channels, self._hop), np.float32) if hop else None
        self._end = end
        self._start(hop)
        self._fading = fading

    def _start(self, hop: int) -> None:
        """Be at a hop, the frames that reach into it from before made already."""
        context = self.heard_context
        self._next, self._step = hop, hop - self._reach
        self._fading, self._over = None, self._over[:, :0]
        self._ahead: deque[_Made] = deque(maxlen=self._reach)
        self._preparation = PreparationState.begin(self._step, self._resolution)
        self._prepared: deque[Prepared] = deque()  # that are not made yet
        row = int(self._rows(np.array([self._step]))[0])
        self._state = self._voice.begin(self.n_channels, row, context, self._step)
        if row <= 0:
            self._settled = context, self._state.network
        self._make(np.full(2 * self._reach, context))

    def _advance(self) -> np.ndarray:
        """The next hop, by one step more."""
        return self._make(self._glide.at(np.array([self._played + self._reach * self._hop])))

    def _turn(self) -> np.ndarray:
        """The next hop, on the way from one future into another."""
        first = self._next + 1  # the first step that is centred in the future
        while len(self._ahead) > 1 and self._ahead[1].step <= first:
            self._ahead.popleft()
        again = list(self._ahead)
        old = self._advance()
        again.append(self._ahead[-1])
        length = round(GLIDE_S * self.sample_rate)
        self._glide = self._glide.towards(self._context, self._played, length)
        turned = self._glide.at(self._played + np.arange(1, self._reach + 1) * self._hop)
        self._step, self._state = again[0].step, again[0].before
        self._prepared.extendleft(made.prepared for made in again[::-1])
        self._ahead.clear()
        new = self._make(np.concatenate([again[0].contexts[: first - self._step], turned]))
        return crossfade(old, new)

    def _make(self, contexts: np.ndarray) -> np.ndarray:
        """The hop that the last of the next steps completes."""
        # Many at a time are made faster; the next turn begins after the first of these parts.
        n_first = len(contexts) - (self._reach - 1)
        for part in np.split(contexts, [n_first]) if n_first > 0 else [contexts]:
            prepared = Prepared.joined(self._take(len(part)))
            self._ahead.append(_Made(self._step, self._state, part, prepared))
            made = self._make_steps(part, prepared)
        return made[:, -self._hop :] * self._scale

    def _make_steps(self, contexts: np.ndarray, left: Prepared) -> np.ndarray:
        """All samples that the next steps complete, full scale 1."""
        parts, done = [], 0
        while left.n_steps:
            steps = self._step + np.arange(left.n_steps)
            begins = np.diff(self._repetitions(np.append(steps[0] - 1, steps))) > 0
            if begins[0]:
                # What is recalled begins anew, and all else goes on.
                self._state = self._state._replace(frame=0, network=self._settled_network())
            later = np.flatnonzero(begins[1:])
            n = int(later[0]) + 1 if len(later) else left.n_steps
            part, left = left.split(n, self._resolution)
            rows = None if self._when is None else self._rows(steps[:n])
            these = contexts[done : done + n]
            made, self._state = self._voice.make(part, these, self._state, rows)
            parts.append(made)
            self._step += n
            done += n
        return np.concatenate(parts, axis=1)

    def _take(self, n_steps: int) -> list[Prepared]:
        """The next steps, prepared."""
        taken: list[Prepared] = []
        while n_steps:
            while not self._prepared:
                self._see(max(_AT_A_TIME, n_steps))
            part = self._prepared.popleft()
            if part.n_steps > n_steps:
                part, rest = part.split(n_steps, self._resolution)
                self._prepared.appendleft(rest)
            taken.append(part)
            n_steps -= part.n_steps
        return taken

    def _prepare_again(self) -> None:
        """The steps to come, of a song that has another end now."""
        first = self._step - _REMEMBERED
        self._preparation = PreparationState.begin(first, self._resolution)
        self._prepared.clear()
        self._take(_REMEMBERED)

    def _see(self, n_steps: int) -> None:
        """Look at as many steps more of the endless song; silence before it, and after its end."""
        first = self._preparation.next
        when = self._when_around(first, n_steps)
        found = self._heard_between(*samples_needed(first, n_steps, self._resolution, when))
        found = found / self._scale
        ready, self._preparation = self._voice.prepare(found, n_steps, self._preparation, when)
        self._prepared.extend(ready)

    def _heard_between(self, begin: int, end: int) -> np.ndarray:
        """Samples of the endless song, from one to another."""
        n, at = self.n_samples, begin
        last = end if self._end is None else self._end // self._lasts * n
        parts = [self._silence(max(min(end, 0) - at, 0))]
        at += parts[0].shape[1]
        while at < min(end, last):
            until = min(end, last, (at // n + 1) * n)
            parts.append(self.song.read(at % n, at % n + until - at))
            at = until
        return np.concatenate([*parts, self._silence(end - at)], axis=1)

    def _silence(self, n_samples: int) -> np.ndarray:
        return np.zeros((self.n_channels, n_samples), np.float32)

    def _when_around(self, first: int, n_steps: int) -> TimeMap | None:
        """When the endless song is heard, as far as some steps are concerned."""
        if self._when is None:
            return None
        reach = 2 * (self._window + MARGIN * self._hop)
        ends = np.array([first * self._hop - reach, (first + n_steps) * self._hop + reach])
        last = None if self._end is None else self._end // self._lasts - 1
        repetitions = np.clip(ends // self._lasts, 0, last)
        return self._when.repeated(int(repetitions[0]), int(repetitions[1]))

    def _rows(self, steps: np.ndarray) -> np.ndarray:
        """The nearest that was taught, of each step."""
        since = steps * self._hop - self._repetitions(steps) * self._lasts
        if self._when is not None:
            since = self._when.song_at(since)
        return (2 * since + self._hop) // (2 * self._hop)

    def _repetitions(self, steps: np.ndarray) -> np.ndarray:
        """The repetition of the song that each step is in, from the one nearest to its start."""
        repetitions = (2 * steps + 1) * self._hop // (2 * self._lasts)
        last = None if self._end is None else self._end // self._lasts - 1
        return np.clip(repetitions, 0, last)

    def _settled_network(self) -> np.ndarray:
        """State before the song, settled where the context goes; kept, for it takes long."""
        target = self._glide.target
        if self._settled[0] != target:
            self._settled = target, self._voice.warm_state(target)
        return self._settled[1]
