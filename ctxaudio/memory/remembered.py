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
from pathlib import Path

from platformdirs import user_cache_path

from ctxaudio.errors import DataError
from ctxaudio.memory.facts import Facts
from ctxaudio.memory.files import load_memory, save_memory
from ctxaudio.memory.kept import clear, kept_files, let_go
from ctxaudio.memory.knobs import PITCH, Knobs
from ctxaudio.memory.program import program
from ctxaudio.memory.song_memory import NetworkKind, SongMemory

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
        about = json.dumps([asdict(self), program()])
        return hashlib.sha256(about.encode()).hexdigest()


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
            let_go(self.folder, _NAME, self.most_bytes)

    def sizes(self) -> list[int]:
        """Bytes of each memory.

        Raises:
            OSError: if the folder cannot be read.
        """
        return [file.n_bytes for file in kept_files(self.folder, _NAME)]

    def clear(self) -> list[int]:
        """Remove all memories, and nothing else; bytes of each.

        Raises:
            OSError: if one cannot be removed.
        """
        return clear(self.folder, _NAME)

    def _path(self, taught: Taught) -> Path:
        return self.folder / f"{taught.digest()}.memory"


def users_memories() -> Remembered:
    """Those of the user: in the folder that ``CTXAUDIO_CACHE_DIR`` names, or the system's."""
    return Remembered(_users_folder() / "memories")


def users_facts() -> Facts:
    """Those of the user, beside the memories."""
    return Facts(_users_folder() / "facts")


def _users_folder() -> Path:
    given = os.environ.get(FOLDER_VARIABLE)
    folder = Path(given) if given else user_cache_path("ctxaudio", appauthor=False)
    if not given and not folder.is_absolute():  # a user without a home
        folder = Path(os.devnull)
    return folder
