"""Sounds that are read while their file is being decoded, by a thread that stays ahead."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.sound.files import open_sound
from ctxaudio.sound.source import SoundSource
from ctxaudio.sound.stored import StoredSound

_PATIENCE_S = 1.0  # in which a song of some minutes is decoded, and known to be whole
_NAP_S = 0.002


class Foretold(NamedTuple):
    """What is known of a sound before it is decoded."""

    fingerprint: str
    n_samples: int
    mistaken: Callable[[], None]  # called if it is another after all


class AheadSound(SoundSource):
    """A sound file of which a second's decoding is enough to begin.

    It is what :func:`~ctxaudio.sound.files.open_sound` reads. What is not decoded yet is waited
    for.

    Args:
        path: of the file.
        damaged: as there.
        foretold: what it will be, if the file was read before, whole. Then not even a second is
            waited for; that it is another after all is raised where the sound is read.

    Raises:
        DataError: as that, of what is wrong in its header or comes to light within a second; what
            comes to light later is raised where the sound is read then.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        damaged: bool = False,
        foretold: Foretold | None = None,
    ) -> None:
        self._damaged = damaged
        self._foretold = foretold
        self._error: BaseException | None = None
        self._taken_for: str | None = None  # a fingerprint that nobody could compare yet
        self._is_whole = False
        self._lock = threading.Lock()  # over these two
        self._begun = threading.Event()
        self._stored: StoredSound
        self._n_samples: int | None = None  # if it is known before the end
        self._thread = threading.Thread(target=self._decode, args=(path,), daemon=True)
        self._thread.start()
        self._begun.wait()
        if foretold is not None:
            self._n_samples = foretold.n_samples
        else:
            self._thread.join(_PATIENCE_S if self._n_samples is not None else None)
        self._raise()
        self.sample_rate = self._stored.sample_rate

    @property
    def n_channels(self) -> int:
        """As the header says."""
        return self._stored.n_channels

    @property
    def n_samples(self) -> int:
        """As was foretold or the header says, or else as many as were found."""
        return self._stored.n_samples if self._n_samples is None else self._n_samples

    @property
    def peak(self) -> float:
        """The largest magnitude so far."""
        return self._stored.peak

    def read(self, begin: int, end: int) -> np.ndarray:
        """Samples (channel, time) from one to another, float32; silence where there are none."""
        until = min(end, self.n_samples)
        while self._stored.n_samples < until and self._thread.is_alive():
            time.sleep(_NAP_S)
        self._raise()
        return self._stored.read(begin, end)

    @property
    def foretold(self) -> str | None:
        """As was said."""
        return None if self._foretold is None else self._foretold.fingerprint

    def fingerprint(self) -> str:
        """A digest of rate and samples, once all are there."""
        self._thread.join()
        self._raise()
        return self._stored.fingerprint()

    def is_of(self, fingerprint: str) -> bool:
        """Whether it has a fingerprint, or may have it; that it has not is then raised later."""
        with self._lock:
            if not self._is_whole:
                self._taken_for = fingerprint
                return True
        return self.fingerprint() == fingerprint

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    # The thread.

    def _decode(self, path: str | Path) -> None:
        try:
            stored, _ = open_sound(path, self._begin, damaged=self._damaged)
            with self._lock:
                self._is_whole = True
            if self._foretold and self._foretold.fingerprint != stored.fingerprint():
                self._foretold.mistaken()
                raise DataError(f"{path} has changed without a trace; start again.")
            if self._taken_for not in (None, stored.fingerprint()):
                raise DataError(f"{path} is another song than was taught; teach this one.")
        except BaseException as error:
            self._error = error
        finally:
            self._begun.set()

    def _begin(self, stored: StoredSound, n_samples: int | None) -> None:
        self._stored, self._n_samples = stored, n_samples
        self._begun.set()
