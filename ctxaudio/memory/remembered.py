"""Memories that were taught before, kept in a folder: what is asked again is not taught again.

A file is named by a digest of all that decides what a memory holds: the song, its versions, the
settings, and the program itself. What is found is therefore what teaching would give, bit by bit,
and another song, setting or version finds nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from platformdirs import user_cache_path

import ctxaudio
import rnn
from ctxaudio.errors import DataError
from ctxaudio.memory.files import load_memory, save_memory
from ctxaudio.memory.knobs import PITCH, Knobs
from ctxaudio.memory.song_memory import NetworkKind, SongMemory
from rnn.files.parts import sweep

MOST_BYTES = 1_000_000_000  # of all files together: some five hours of music
FOLDER_VARIABLE = "CTXAUDIO_CACHE_DIR"

_NAME = re.compile(r"[0-9a-f]{64}\.memory")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """All that decides what a memory holds, beside the program."""

    song: str  # its fingerprint
    made: tuple[float, ...] = ()  # semitones of copies that are made of it,
    given: tuple[tuple[float, str], ...] = ()  # or contexts and fingerprints of versions
    knobs: Knobs = PITCH
    network: NetworkKind = "reservoir"
    seed: int = 0

    def __post_init__(self) -> None:
        if bool(self.made) == bool(self.given):
            raise ValueError(
                f"expected copies to make or versions that are given, got {self.made} and "
                f"{self.given}."
            )

    def digest(self) -> str:
        """Equal for what gives equal memories."""
        about = json.dumps([asdict(self), _program()])
        return hashlib.sha256(about.encode()).hexdigest()


@cache
def _program() -> tuple[str, ...]:
    """What else a memory depends on: the code, for a version says little of one that is written
    on, and numpy, whose versions round differently.
    """
    source = hashlib.sha256()
    for package in (ctxaudio, rnn):
        for folder in package.__path__:
            for path in sorted(Path(folder).rglob("*.py")):
                source.update(path.read_bytes())
    return ctxaudio.__version__, np.__version__, source.hexdigest()


class _File(NamedTuple):
    used_ns: int  # when it was last
    n_bytes: int
    path: Path


@dataclass(frozen=True, slots=True)
class Remembered:
    """A folder of memories, those that were used last; processes may share it.

    Files appear whole or not at all. A folder that cannot be read or written remembers nothing,
    and nothing fails because of it.
    """

    folder: Path
    most_bytes: int = MOST_BYTES

    def __post_init__(self) -> None:
        if self.most_bytes <= 0:
            raise ValueError(f"most_bytes must be positive, got {self.most_bytes}.")

    def recall(self, taught: Taught) -> SongMemory | None:
        """What was kept of it; None if nothing was.

        Raises:
            DataError: if it is damaged. It is removed then, and found no more.
        """
        path = self._path(taught)
        try:
            memory = load_memory(path)
            if memory.fingerprint != taught.song:
                raise DataError("it is of another song")
        except DataError as error:
            if isinstance(error.__cause__, OSError):  # it is not there, most often
                return None
            with contextlib.suppress(OSError):
                path.unlink()
            raise DataError(f"the remembered {path} is damaged.") from error
        with contextlib.suppress(OSError):
            os.utime(path)
        return memory

    def keep(self, taught: Taught, memory: SongMemory) -> None:
        """Keep a memory; those that were not used for longest go, where there is no more room."""
        # What cannot be kept, on a full disk for one, is taught again.
        with contextlib.suppress(OSError, DataError):
            self.folder.mkdir(parents=True, exist_ok=True)
            save_memory(memory, self._path(taught))
            self._let_go()

    def sizes(self) -> list[int]:
        """Bytes of each memory.

        Raises:
            OSError: if the folder cannot be read.
        """
        return [file.n_bytes for file in self._files()]

    def clear(self) -> list[int]:
        """Remove all memories, and nothing else; bytes of each.

        Raises:
            OSError: if one cannot be removed.
        """
        sweep(self.folder)
        files = self._files()
        for file in files:
            file.path.unlink(missing_ok=True)
        return [file.n_bytes for file in files]

    def _path(self, taught: Taught) -> Path:
        return self.folder / f"{taught.digest()}.memory"

    def _files(self) -> list[_File]:
        found = []
        # Another process may remove what is looked at, or all of it.
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            for path in self.folder.iterdir():
                if _NAME.fullmatch(path.name):
                    with contextlib.suppress(FileNotFoundError):
                        about = path.stat()
                        found.append(_File(about.st_mtime_ns, about.st_size, path))
        return found

    def _let_go(self) -> None:
        held = 0
        for file in sorted(self._files(), reverse=True):
            if held + file.n_bytes <= self.most_bytes:
                held += file.n_bytes
            else:
                with contextlib.suppress(OSError):  # elsewhere in use, on Windows
                    file.path.unlink(missing_ok=True)


def users_memories() -> Remembered:
    """Those of the user: in the folder that ``CTXAUDIO_CACHE_DIR`` names, or the system's."""
    given = os.environ.get(FOLDER_VARIABLE)
    folder = Path(given) if given else user_cache_path("ctxaudio", appauthor=False)
    if not given and not folder.is_absolute():  # a user without a home
        folder = Path(os.devnull)
    return Remembered(folder / "memories")
