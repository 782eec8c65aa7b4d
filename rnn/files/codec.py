"""Saved networks of any kind: what a file of each may hold is declared, and all else refused.

A file is safetensors (:mod:`rnn.files.array_file`) with a header that names its format, its version
and perhaps the program that made it; a description in JSON; named arrays; and a digest of the
last two. A :class:`Kind` says what they have to be. What is saved is checked by what loads.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

import numpy as np

from rnn.files.array_file import encoded, opened, parts_of, read_arrays, read_header
from rnn.files.typed_json import plain_number
from rnn.files.whole_file import whole_file
from rnn.rows import Rows

About = TypeVar("About")
Thing = TypeVar("Thing")

Arrays = Mapping[str, Any]  # arrays, or Rows where a kind says that they may be on the disk

_LARGEST = 2**31 - 1  # that a size may be, where a kind does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """What an array in a file has to be.

    Arrays that may be of one of the same ``types`` are all of the same one.
    """

    types: tuple[str, ...]  # numpy's names
    shape: tuple[str, ...]  # names of sizes: where names are equal, sizes are
    finite: bool = True
    low: float = -np.inf  # its values lie between these, both included
    high: float = np.inf
    on_disk: bool = False  # whether it may come as Rows, where it is large


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[About, Thing]):
    """One kind of saved network: a declaration, and the way to and from arrays."""

    noun: str  # what it is called in an error
    format: str
    version: int = 1
    made_by: str | None = None
    advice: str | None = None  # what to do about a file that cannot be used
    arrays: Mapping[str, Array]
    describe: Callable[[Any], About]  # checks what JSON gave; a ValueError says what is wrong
    sizes: Callable[[About], Mapping[str, int]] = lambda _: {}  # that the description sets
    limits: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # of sizes; else from 1
    longest_header: int = 2**20  # bytes
    take_apart: Callable[[Thing], tuple[dict[str, Any], Arrays]]  # a description for JSON, arrays
    put_together: Callable[[About, Arrays], Thing]  # a ValueError says what does not fit


def save(kind: Kind[About, Thing], thing: Thing, target: str | Path | BinaryIO) -> None:
    """Write a file; the same thing gives the same bytes.

    Args:
        kind: of file.
        thing: what is saved.
        target: a path, where the file appears whole and replaces one that is there; or an open
            binary file.

    Raises:
        OSError: if the file cannot be written.
        ValueError: if what was written could not be loaded.
    """
    described, arrays = kind.take_apart(thing)
    arrays = {
        name: array if isinstance(array, Rows) else np.ascontiguousarray(array)
        for name, array in arrays.items()
    }
    try:
        text = json.dumps(described, default=plain_number, allow_nan=False)
        about = kind.describe(json.loads(text))
        _check_shapes(kind, kind.sizes(about), {n: (a.dtype, a.shape) for n, a in arrays.items()})
        _check_values(kind, arrays)
        kind.put_together(about, arrays)
        metadata = {"format": kind.format, "format_version": str(kind.version), "about": text}
        if kind.made_by is not None:
            metadata["made_by"] = kind.made_by
        data = encoded(arrays, metadata | {"digest": digest(text, arrays)})
        start = next(data)  # with which all that can be wrong is known
    except ValueError as error:
        raise ValueError(f"this {kind.noun} cannot be saved: {_reason(error)}.") from error
    if isinstance(target, str | os.PathLike):
        with whole_file(target, replace=True) as file:
            _write(file, start, data)
    else:
        _write(target, start, data)


def _write(file: BinaryIO, start: bytes | memoryview, rest: Iterable[bytes | memoryview]) -> None:
    file.write(start)
    for part in rest:
        file.write(part)


def load(kind: Kind[About, Thing], source: str | Path | BinaryIO) -> Thing:
    """Read a file, from a path or an open binary file.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is of another kind or version, or damaged; in one line that names it.
    """
    name = str(source if isinstance(source, str | os.PathLike) else getattr(source, "name", "it"))
    advice = "." if kind.advice is None else f"; {kind.advice}."
    on_disk = {name for name, array in kind.arrays.items() if array.on_disk}
    try:
        with opened(source) as (file, size):
            header = read_header(file, size, longest=kind.longest_header)
            _check_version(kind, header.metadata)
            text = header.metadata.get("about", "")
            about = kind.describe(json.loads(text))
            found = {name: entry[:2] for name, entry in header.entries.items()}
            _check_shapes(kind, kind.sizes(about), found)
            arrays = read_arrays(file, header, on_disk)
        if header.metadata.get("digest") != digest(text, arrays):
            raise ValueError("its contents have changed since it was made")
        _check_values(kind, arrays)
        return kind.put_together(about, arrays)
    except _OtherVersionError as error:
        raise ValueError(f"{name} is of another version: {error}{advice}") from error
    except (ValueError, RecursionError) as error:  # JSON may be nested without end
        reason = _reason(error)
        raise ValueError(f"{name} is no {kind.noun}, or is damaged: {reason}{advice}") from error


def digest(about: str, arrays: Arrays) -> str:
    """Equal for equal contents, so that a changed weight does not pass for a memory."""
    summed = hashlib.sha256(about.encode())
    for name in sorted(arrays):
        summed.update(repr((name, arrays[name].dtype.str, arrays[name].shape)).encode())
        for part in parts_of(arrays[name]):
            summed.update(np.ascontiguousarray(part).data)
    return summed.hexdigest()


class _OtherVersionError(ValueError):
    """A file of the right kind that another version of the program made."""


def _check_version(kind: Kind[Any, Any], metadata: Mapping[str, str]) -> None:
    if metadata.get("format") != kind.format:
        raise ValueError(f"expected {kind.format}, got {metadata.get('format')!r:.60}")
    version = metadata.get("format_version")
    if version != str(kind.version):
        maker = metadata.get("made_by")
        by = "" if maker is None else f", made by {_printable(maker)[:60]}"
        version = _printable(version or "none")[:20]
        raise _OtherVersionError(f"expected {kind.format} {kind.version}, got {version}{by}")


def _check_shapes(
    kind: Kind[Any, Any],
    sizes: Mapping[str, int],
    found: Mapping[str, tuple[np.dtype, tuple[int, ...]]],
) -> None:
    """Whether just the declared arrays are there, each of its type and of sizes that agree."""
    for name in kind.arrays:
        if name not in found:
            raise ValueError(f"{name} is missing")
    for name in found:
        if name not in kind.arrays:
            raise ValueError(f"{name[:40]!r} is not a part of it")
    known, chosen = dict(sizes), dict[tuple[str, ...], str]()
    for name, array in kind.arrays.items():
        dtype, shape = found[name]
        types = (chosen[array.types],) if array.types in chosen else array.types
        if dtype.name not in types:
            raise ValueError(f"{name} must be {' or '.join(types)}, got {dtype.name}")
        chosen[array.types] = dtype.name
        wanted = tuple(known.get(size, size) for size in array.shape)
        if len(shape) != len(wanted) or any(
            isinstance(size, int) and n != size for n, size in zip(shape, wanted, strict=True)
        ):
            words = ", ".join(map(str, wanted)) + "," * (len(wanted) == 1)
            raise ValueError(f"{name} must have shape ({words}), got {shape}")
        for size, n in zip(array.shape, shape, strict=True):
            known[size] = n
            least, most = kind.limits.get(size, (1, _LARGEST))
            if not least <= n <= most:
                raise ValueError(f"{name} has {n} of {size}: expected {least} to {most}")


def _check_values(kind: Kind[Any, Any], arrays: Arrays) -> None:
    for name, array in kind.arrays.items():
        for values in parts_of(arrays[name]):
            _check_part(name, array, values)


def _check_part(name: str, array: Array, values: np.ndarray) -> None:
    if array.finite and not np.isfinite(values).all():
        raise ValueError(f"{name} holds values that are not finite")
    if values.size and (values.min() < array.low or values.max() > array.high):
        raise ValueError(
            f"{name} must lie between {array.low:g} and {array.high:g}, "
            f"got {values.min():g} to {values.max():g}"
        )


def _reason(error: Exception) -> str:
    return _printable(str(error)).rstrip(".")[:300]


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
