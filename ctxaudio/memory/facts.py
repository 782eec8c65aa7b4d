"""Small facts that take long to find, kept from one run to the next: what is in a file that was
read before, and what a memory has learned.

A file is named by a digest of what the fact is of, and of the program, and holds the fact as JSON
with a check of its own: what is damaged is as good as nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctxaudio.memory.kept import clear, let_go
from ctxaudio.memory.program import program
from rnn.files.whole_file import write_whole

MOST_BYTES = 400_000  # of all files together: some thousand songs

_NAME = re.compile(r"[0-9a-f]{64}\.fact")


@dataclass(frozen=True, slots=True)
class Facts:
    """A folder of them, those that were used last; processes may share it.

    A folder that cannot be read or written holds nothing, and nothing fails because of it.
    """

    folder: Path
    most_bytes: int = MOST_BYTES

    def recall(self, *about: str) -> Any:
        """What was kept; None if nothing was."""
        path = self._path(about)
        with contextlib.suppress(OSError, ValueError):
            check, _, text = path.read_text("ascii").partition(" ")
            if check == _check(path, text):
                os.utime(path)
                return json.loads(text)
        return None

    def keep(self, value: Any, *about: str) -> None:
        """Keep a value of JSON, of what digests say it is about."""
        path, text = self._path(about), json.dumps(value)
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(path, f"{_check(path, text)} {text}".encode())
            let_go(self.folder, _NAME, self.most_bytes)

    def forget(self, *about: str) -> None:
        """Keep nothing of it."""
        with contextlib.suppress(OSError):
            self._path(about).unlink()

    def clear(self) -> None:
        """Keep nothing at all.

        Raises:
            OSError: if a file cannot be removed.
        """
        clear(self.folder, _NAME)

    def _path(self, about: tuple[str, ...]) -> Path:
        digest = hashlib.sha256(json.dumps([*about, program()]).encode())
        return self.folder / f"{digest.hexdigest()}.fact"


def _check(path: Path, text: str) -> str:
    return hashlib.sha256(f"{path.name} {text}".encode()).hexdigest()
