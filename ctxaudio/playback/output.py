"""The way out: samples through a resampler and a ring to the sound card's own process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

import ctxaudio
from ctxaudio.errors import DataError
from ctxaudio.playback.ring import Ring
from ctxaudio.playback.shared import Shape, map_shared, shared_memory
from ctxaudio.playback.sound_card import CardConfig

# What is made ahead. A context that is turned is heard that much later; a machine that is busy for
# longer is heard as a gap, after which more is made ahead.
_AHEAD_S = 0.028
_MORE, _MOST_AHEAD_S = 1.25, 0.12
_CALLBACKS_AHEAD = 2  # at least as much as the sound card takes at a time, so many times
_CAPACITY = 1 << 18  # samples; more than a second at any rate
_SILENT_S = 1.5  # a sound card that has not called back for so long is gone
_PATIENCE_S = 2.0  # for the sound card's process to end


class Output:
    """A sound card that plays what is written; with inputs, ``recorded`` is what it hears.

    Args:
        sample_rate: of what is written, in Hz; None for the sound card's own.
        n_inputs: channels to record; a microphone that has one is all of them.

    Raises:
        DataError: if the sound card cannot be opened.
    """

    def __init__(
        self, card: CardConfig, sample_rate: int | None, n_channels: int, n_inputs: int = 0
    ) -> None:
        shape = Shape(_CAPACITY, n_channels, n_inputs)
        with shared_memory(shape) as descriptor:
            self._shared = map_shared(descriptor, shape)
            asked = {
                "card": asdict(card),
                "sample_rate": sample_rate,
                "descriptor": descriptor,
                "shape": shape,
            }
            self._process = _start(json.dumps(asked), descriptor)
        try:
            facts = self._answer()
            self.sample_rate: int = facts["sample_rate"]
            self.latency_s: float = facts["latency_s"]
            rate = sample_rate or self.sample_rate
            if n_inputs and rate != self.sample_rate:
                raise DataError(
                    f"the sound card runs at {self.sample_rate} Hz now, not at {rate} Hz."
                )
            self._resample = _resampler(rate, self.sample_rate, n_channels)
        except BaseException:  # an interrupt as well: the sound card is held by another process
            self.close()
            raise
        self._ring = self._shared.played
        self._ratio = self.sample_rate / rate
        self._held_back = 0.0  # samples that are in the resampler
        self._n_dropped = 0
        self._ahead_s, self._n_answered = _AHEAD_S, 0  # underruns that more was made ahead for
        self._n_callbacks, self._called = 0, time.monotonic()

    @property
    def recorded(self) -> Ring:
        """What was recorded and not read yet."""
        return self._shared.recorded

    @property
    def underruns(self) -> int:
        """Gaps because nothing was ready, or because more was written than found room."""
        return int(self._shared.counts.gaps[0]) + self._n_dropped

    @property
    def late(self) -> int:
        """How often the sound card said that it was not served in time, for whatever reason."""
        return int(self._shared.counts.late[0])

    @property
    def filled_s(self) -> float:
        """Seconds that wait to be played."""
        return self._ring.filled / self.sample_rate

    @property
    def all_heard_at(self) -> float:
        """What :attr:`played` must come to until all that was written has been heard."""
        return self._ring.n_written + self._held_back + self.latency_s * self.sample_rate

    @property
    def played(self) -> int:
        """Samples that the sound card has taken, of silence too."""
        return self._ring.n_read

    @property
    def is_wanting(self) -> bool:
        """Whether more should be written."""
        if self.underruns > self._n_answered:
            self._n_answered = self.underruns
            self._ahead_s = min(_MORE * self._ahead_s, _MOST_AHEAD_S)
        at_a_time = int(self._shared.counts.largest[0])
        ahead = max(self._ahead_s * self.sample_rate, _CALLBACKS_AHEAD * at_a_time)
        return self._ring.filled < ahead

    @property
    def is_gone(self) -> bool:
        """Whether the sound card has stopped by itself."""
        n_callbacks, now = int(self._shared.counts.callbacks[0]), time.monotonic()
        if n_callbacks != self._n_callbacks:
            self._n_callbacks, self._called = n_callbacks, now
        return self._process.poll() is not None or now - self._called > _SILENT_S

    def write(self, samples: np.ndarray) -> None:
        """Play (channel, time) samples after those before; what finds no room is a gap."""
        out = samples.T
        if self._resample is not None:
            out = self._resample.resample_chunk(np.ascontiguousarray(out))
            self._held_back += samples.shape[1] * self._ratio - len(out)
        self._n_dropped += not self._ring.write(out)

    def start(self) -> None:
        """Begin to play."""
        self._called = time.monotonic()
        with contextlib.suppress(OSError):  # it has ended; is_gone will tell
            print("start", file=self._process.stdin, flush=True)

    def close(self) -> None:
        """Stop at once and let go of the sound card."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()  # type: ignore[union-attr]

    def _answer(self) -> dict[str, Any]:
        """What the sound card's process says of it."""
        line = self._process.stdout.readline()  # type: ignore[union-attr]
        facts = json.loads(line) if line else {"error": "the sound system has failed."}
        if "error" in facts:
            raise DataError(facts["error"])
        return facts


def _start(argument: str, descriptor: int) -> subprocess.Popen[str]:
    folder = str(Path(ctxaudio.__file__).parent.parent)
    paths = [folder, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        # -P: nothing is imported from the current folder, whatever lies there.
        [sys.executable, "-P", "-m", "ctxaudio.playback.card_process", argument],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # What sound systems write there would be a mess on a screen.
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        text=True,
        pass_fds=[descriptor],
        start_new_session=True,  # Ctrl-C is for us to handle
    )


def _resampler(rate: int, card_rate: int, n_channels: int) -> Any:
    """From the rate of what is written to the sound card's; None where they are the same."""
    if rate == card_rate:
        return None
    import soxr

    return soxr.ResampleStream(rate, card_rate, n_channels, dtype="float32", quality="HQ")
