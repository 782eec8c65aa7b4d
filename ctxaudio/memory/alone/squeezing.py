"""Whole numbers in few bytes: those that are mostly small, by LZMA."""

from __future__ import annotations

import lzma

import numpy as np

_PLANES = (0, 8, 16, 24)  # bits
# Each byte for itself: what was before it, or where it lies, says little. A dictionary as large as
# a phrase: a larger one takes a hundred megabytes, and time.
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 20, "lc": 0, "lp": 0, "pb": 0}]


def squeezed(start: np.ndarray, numbers: np.ndarray) -> bytes:
    """Bytes (uint8) and numbers (int32) behind them, compressed."""
    numbers = numbers.astype(np.int32)
    folded = (numbers << 1) ^ (numbers >> 31)  # small where the size is, of either sign
    planes = [(folded >> bits).astype(np.uint8) for bits in _PLANES]
    data = np.concatenate([start, *planes]).tobytes()
    return lzma.compress(data, format=lzma.FORMAT_RAW, filters=_FILTERS)


def unsqueezed(data: bytes, n_start: int, most: int) -> tuple[np.ndarray, np.ndarray]:
    """The bytes and numbers of :func:`squeezed`.

    Args:
        data: of a stranger, perhaps.
        n_start: how many bytes come first.
        most: how many numbers there may be.

    Raises:
        ValueError: if it made none such.
    """
    decoder = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_FILTERS)
    longest = n_start + len(_PLANES) * most
    try:
        plain = np.frombuffer(decoder.decompress(data, max_length=longest + 1), np.uint8)
    except lzma.LZMAError as error:
        raise ValueError(f"it cannot be decompressed: {error}") from error
    n_left = len(plain) - n_start
    if n_left < 0 or n_left % len(_PLANES) or len(plain) > longest:
        raise ValueError(f"{len(plain)} bytes are not so many numbers")
    planes = plain[n_start:].reshape(len(_PLANES), -1).astype(np.int64)
    folded = sum(plane << bits for plane, bits in zip(planes, _PLANES, strict=True))
    return plain[:n_start], np.asarray((folded >> 1) ^ -(folded & 1), np.int64)
