"""Files of named arrays: safetensors with a description and a digest, which run nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

# What a stranger's file can lead to while it is read and its parts are put together.
DAMAGE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def pack(arrays: Mapping[str, np.ndarray], about: str, metadata: Mapping[str, str]) -> bytes:
    """The bytes of a file: equal for equal contents.

    ``about`` describes the arrays; it and they enter the digest, ``metadata`` does not.
    """
    import safetensors.numpy

    metadata = {**metadata, "about": about, "digest": digest(about, arrays)}
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return _in_order(safetensors.numpy.save(contiguous, metadata))


def unpack(path: str | Path) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """Metadata and arrays of a file; whether they are what was packed, :func:`digest` tells.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is no such file.
    """
    import safetensors

    open(path, "rb").close()  # safetensors does not say in words why a file cannot be opened
    try:
        with safetensors.safe_open(str(path), framework="np") as file:
            metadata = file.metadata() or {}
            return metadata, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except safetensors.SafetensorError as error:
        raise ValueError(str(error)) from error


def digest(about: str, arrays: Mapping[str, np.ndarray]) -> str:
    """Equal for equal contents, so that a changed weight does not pass for a memory."""
    summed = hashlib.sha256(about.encode())
    for name in sorted(arrays):
        summed.update(repr((name, arrays[name].dtype.str, arrays[name].shape)).encode())
        summed.update(np.ascontiguousarray(arrays[name]).data)
    return summed.hexdigest()


def _in_order(saved: bytes) -> bytes:
    """The same file with its header sorted: safetensors has metadata in any order."""
    end = 8 + int.from_bytes(saved[:8], "little")
    header = json.dumps(json.loads(saved[8:end]), sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)  # so that the arrays stay aligned
    return len(header).to_bytes(8, "little") + header + saved[end:]
