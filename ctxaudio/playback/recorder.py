"""A recorder: writes what is heard to a file, in a thread of its own, while it is heard."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import soundfile

from ctxaudio.errors import DataError
from ctxaudio.playback.flac_file import FlacFile
from ctxaudio.sound.encoding import as_encoded

_QUEUE = 512  # blocks; some seconds that a disk may hang
_ENCODING = "PCM_24"


class Recorder:
    """Records to an open binary file as FLAC of 24 bits, as loud as a sound card can play.

    The file can be read at every moment, as far as it has come: a killed player leaves it so.
    """

    def __init__(self, file: BinaryIO, sample_rate: int, n_channels: int) -> None:
        self._file = FlacFile(file)
        self._about = sample_rate, n_channels
        self._blocks: queue.Queue[np.ndarray | None] = queue.Queue(_QUEUE)
        self._error: Exception | None = None
        self._sample_rate = sample_rate
        self._n_samples = 0
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def write(self, block: np.ndarray) -> None:
        """Take a (channel, time) block; never waits."""
        if self.error is None:
            try:
                self._blocks.put_nowait(block)
                self._n_samples += block.shape[1]
            except queue.Full:
                self._error = DataError("the disk is too slow for the recording.")

    @property
    def recorded_s(self) -> float:
        """Seconds so far."""
        return self._n_samples / self._sample_rate

    @property
    def error(self) -> Exception | None:
        """What went wrong, so that the rest is not recorded."""
        return self._file.error or self._error

    def close(self) -> None:
        """Write what is left and end the file; what was recorded before an error is kept."""
        self._blocks.put(None)
        self._thread.join()

    def _run(self) -> None:
        sample_rate, n_channels = self._about
        blocks = self._taken()
        try:
            with soundfile.SoundFile(
                self._file, "w", sample_rate, n_channels, _ENCODING, format="FLAC"
            ) as file:
                for block in blocks:
                    if self._file.error is None:
                        self._file.n_given += block.shape[1]
                        file.write(as_encoded(block, _ENCODING).T)
                if not file.frames:  # libsndfile makes no file of nothing
                    self._file.n_given = 1
                    file.write(np.zeros((1, n_channels), np.int32))
        except (OSError, soundfile.SoundFileRuntimeError) as error:
            self._error = error
        for _ in blocks:  # so that close() finds room
            pass

    def _taken(self) -> Iterator[np.ndarray]:
        while (block := self._blocks.get()) is not None:
            yield block
