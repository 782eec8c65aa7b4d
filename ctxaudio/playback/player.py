"""The player: a thread that stays ahead of the sound card, and knobs that other threads turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.memory.song_memory import check_context
from ctxaudio.playback.fade import FADE_S, fade_level
from ctxaudio.playback.output import Output
from ctxaudio.playback.recorder import Recorder

State = Literal["playing", "paused", "ended", "lost"]

_NAP_S = 0.001  # between looks at whether more is wanted
_SMOOTHING = 0.05  # weight of a new block in the load
_PEAK_HALVES_S = 0.05
_PATIENCE_S = 0.3  # for the end of what is heard
_PAUSED_BLOCK_S = 0.01
_BEFORE_SEEK_S = 0.05  # made ahead before a seek, which takes longer than a block


class Source(Protocol):
    """What is played: :class:`~ctxaudio.playback.playhead.Playhead` or a live input."""

    sample_rate: int
    n_channels: int
    context: float
    loop: bool
    goes_on: bool  # while nobody listens

    @property
    def position(self) -> int:
        """The sample that :meth:`next` begins with."""

    @property
    def heard_context(self) -> float:
        """Where the context is on its way."""

    @property
    def recalled(self) -> np.ndarray:
        """(2 band,) pitches and levels."""

    def next(self) -> np.ndarray | None:
        """The next (channel, time) samples; none if there are none yet, None at the end."""

    def seek(self, position: int) -> None:
        """Go on elsewhere."""


class Status(NamedTuple):
    """What there is to see of a player, at one moment."""

    state: State
    context: float  # that was turned to
    heard_context: float  # on its way there
    position_s: float  # that is heard now
    peaks: np.ndarray  # (channel,) of late, full scale 1
    recalled: np.ndarray  # (2 band,) pitches in semitones above 440 Hz, then levels in dB
    load: float  # time that making a block takes, over its length
    underruns: int  # gaps because nothing was ready
    late: int  # gaps that the sound card reports, whatever their reason
    loop: bool
    recorded_s: float | None  # None while nothing is recorded
    message: str  # what went wrong, or nothing


class Player:
    """Plays a source through an output, and through one that ``reopen`` gives if that is lost.

    Use it in a ``with`` statement, which starts and ends it. Every method but those may be called
    from any thread; none of them waits for sound, but :meth:`play` after a lost device.
    """

    def __init__(self, source: Source, output: Output, reopen: Callable[[], Output]) -> None:
        self._source = source
        self._output = output
        self._reopen_output = reopen
        self._context = source.context
        self._loop = False
        self._seek_to: int | None = None
        self._lock = threading.Lock()  # over _seek_to
        self._recorder: Recorder | None = None
        self._state: State = "playing"
        self._level = 1.0  # of the last sample that was made; on its way to 0 or 1
        self._peaks = np.zeros(source.n_channels)
        self._load = 0.0
        self._underruns, self._late = 0, 0  # of outputs that are closed
        self._heard_at = 0.0  # what the output's ``played`` comes to when all but silence was heard
        self._message = ""
        self._error: BaseException | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="player", daemon=True)

    def __enter__(self) -> Player:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.pause()
            patience = time.monotonic() + _PATIENCE_S
            while self._is_heard() and time.monotonic() < patience:  # it fades out
                time.sleep(_NAP_S)
        finally:  # whatever interrupts the waiting
            self._closing.set()
            self._thread.join()
            self._output.close()
            self.stop_recording()

    # Knobs.

    def turn(self, context: float) -> None:
        """Turn the context; it glides there."""
        self._context = check_context(context)

    def play(self) -> None:
        """Go on: after a pause, from the beginning after the end, or on a device that is back."""
        if self._state == "lost":
            self._reopen()
        elif self._state == "ended":
            self._seek(0)
        self._state = "playing"

    def pause(self) -> None:
        """Fall silent and stay."""
        if self._state == "playing":
            self._state = "paused"

    def seek(self, position_s: float) -> None:
        """Go to a moment; before the beginning or past the end, there."""
        self._seek(round(max(position_s, 0.0) * self._source.sample_rate))
        if self._state == "ended":
            self._state = "paused"

    def set_loop(self, loop: bool) -> None:
        """Begin again at the end, or not."""
        self._loop = loop

    def start_recording(self, recorder: Recorder) -> None:
        """Record what is heard from now on; :meth:`stop_recording` closes the recorder."""
        self.stop_recording()
        self._recorder = recorder

    def stop_recording(self) -> None:
        """End the recording, if there is one, as a whole file."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.close()

    @property
    def status(self) -> Status:
        """What there is to see now.

        Raises:
            Exception: whatever ended the player's thread.
        """
        if self._error is not None:
            raise self._error
        source, output, recorder = self._source, self._output, self._recorder
        seek_to = self._seek_to
        behind = max(self._heard_at - output.played, 0.0) / output.sample_rate
        position_s = source.position / source.sample_rate - behind
        return Status(
            state=self._state,
            context=self._context,
            heard_context=source.heard_context,
            position_s=max(position_s if seek_to is None else seek_to / source.sample_rate, 0.0),
            peaks=self._peaks,
            recalled=source.recalled,
            load=self._load,
            underruns=self._underruns + output.underruns,
            late=self._late + output.late,
            loop=self._loop,
            recorded_s=None if recorder is None else recorder.recorded_s,
            message=self._message or str((recorder and recorder.error) or ""),
        )

    def _is_heard(self) -> bool:
        playing = self._thread.is_alive() and self._state == "paused"
        return playing and (self._level > 0.0 or self._output.played < self._heard_at)

    def _seek(self, position: int) -> None:
        with self._lock:
            self._seek_to = position

    def _reopen(self) -> None:
        before = self._output
        before.close()
        try:
            self._output = self._reopen_output()
        except DataError as error:
            self._message = str(error)
            raise
        self._underruns += before.underruns
        self._late += before.late
        self._message = ""
        self._level = 0.0

    # The player's thread.

    def _run(self) -> None:
        try:
            output = None
            while not self._closing.is_set():
                if self._state == "lost":
                    time.sleep(_NAP_S)
                    continue
                if self._output is not output:
                    output, self._heard_at = self._output, 0.0
                    self._jump()
                    while output.is_wanting:
                        if not self._feed(output):
                            output.write(self._silence())
                    output.start()
                if output.is_gone:
                    self._lose()
                elif not ((output.is_wanting or self._seek_to is not None) and self._feed(output)):
                    time.sleep(_NAP_S)
        except BaseException as error:
            self._error = error

    def _lose(self) -> None:
        self._seek(round(self.status.position_s * self._source.sample_rate))
        self._message = "the sound device is gone."
        self._peaks = np.zeros_like(self._peaks)
        self._state = "lost"

    def _jump(self) -> None:
        """Go where :meth:`seek` said."""
        seek_to = self._seek_to
        if seek_to is not None:
            self._source.seek(seek_to)
            with self._lock:
                if self._seek_to == seek_to:
                    self._seek_to = None

    def _feed(self, output: Output) -> bool:
        """Write one block, if there is one."""
        began = time.perf_counter()
        source = self._source
        source.context, source.loop = self._context, self._loop
        target, before = float(self._state == "playing"), self._level
        # What is paused fades out where it is: nothing of where it goes is lost in that.
        if output.filled_s >= _BEFORE_SEEK_S and (target or not before):
            self._jump()
        made = source.next() if target or before or source.goes_on else None
        is_silent = made is None
        if made is None:
            if target and self._seek_to is None and output.played >= self._heard_at:
                self._state = "ended"
            self._level, made = 0.0, self._silence()
        else:
            length = round(FADE_S * source.sample_rate)
            made, self._level = fade_level(made, before, target, length)
            is_silent = not (target or before)
            recorder = self._recorder  # another thread may take it away
            if recorder is not None:
                recorder.write(made)
        n = made.shape[1]
        if n:
            output.write(made)
            if not is_silent:
                self._heard_at = output.all_heard_at
            # What falls slowly is not missed by whoever looks only now and then.
            fallen = self._peaks * 2.0 ** (-n / source.sample_rate / _PEAK_HALVES_S)
            self._peaks = np.maximum(np.abs(made).max(axis=1), fallen)
            load = (time.perf_counter() - began) * source.sample_rate / n
            self._load += _SMOOTHING * (load - self._load)
        return n > 0

    def _silence(self) -> np.ndarray:
        source = self._source
        return np.zeros(
            (source.n_channels, round(_PAUSED_BLOCK_S * source.sample_rate)), np.float32
        )
