"""Files of memories of any kind: what goes wrong with them is one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from ctxaudio.errors import DataError, one_line
from rnn.files.codec import Kind, load, save

Memory = TypeVar("Memory")


def save_kind(kind: Kind[Any, Memory], memory: Memory, target: str | Path | BinaryIO) -> None:
    """Write a memory; to a path, where it replaces a file.

    Raises:
        DataError: if what was written could not be loaded.
        OSError: if the file cannot be written.
    """
    try:
        save(kind, memory, target)
    except ValueError as error:
        raise DataError(one_line(error)) from error


def load_kind(kind: Kind[Any, Memory], source: str | Path | BinaryIO) -> Memory:
    """Read a memory, from a path or an open file.

    Raises:
        DataError: if it cannot be read, is of another kind or version, or damaged.
    """
    try:
        return load(kind, source)
    except OSError as error:
        name = getattr(source, "name", "it") if hasattr(source, "read") else source
        raise DataError(f"cannot read {name}: {error.strerror or error}.") from error
    except ValueError as error:
        raise DataError(one_line(error)) from error
